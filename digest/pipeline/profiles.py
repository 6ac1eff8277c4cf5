"""The profiles as they are now, wherever they lie, and how one is edited: by its text, with its comments."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from pathlib import Path

from digest.config import Home, writing
from digest.config.checking import complete
from digest.config.editing import Edit, edited
from digest.errors import ConfigError, Fault, ProfileChanged, UsageError
from digest.model import Failure, Profile, Settings
from digest.pipeline.stored import WHERE, StoredProfiles, kept
from digest.store import Store, StoredText

RECENT = 5.0
"""Seconds for which a page may show profiles as they were: looking at 10,000 files takes longer than a page."""


@dataclass(frozen=True, slots=True)
class ProfileText:
    """A profile as it is written: *where* it lies, for a person; *etag* changes with the text."""

    name: str
    text: str
    where: str
    etag: str
    stored: bool = False


class Profiles:
    """The profiles of one process: each look reads only what changed. Safe to share between threads.

    Raises ConfigError where a file and the store have one name, unless it is *lenient*: then, and in later looks,
    who was here first stays, and the other one stands in ``settings.broken``.
    """

    def __init__(self, home: Home, store: Store, *, lenient: bool = False) -> None:
        self._home, self._store = home, store
        self._lock = threading.RLock()
        self._stored = StoredProfiles(store, self._alone, home.settings)
        self._left_out: frozenset[str] = frozenset()
        self._from_files: frozenset[str] = frozenset()
        self._files: Settings | None = None
        self._looked_at = -inf
        self.settings: Settings = home.settings
        clashes = self._look()
        if clashes and not lenient:
            raise ConfigError([Fault(one.where, one.why, "take one of them away") for one in clashes])

    def look(self) -> Settings:
        """Read what changed since the last look; a profile that is at fault now keeps what it said before."""
        with self._lock:
            self._look()
            return self.settings

    def recent(self, steady: float) -> Settings:
        """The settings as they were a few seconds ago at most, by a clock that counts seconds: for many who ask."""
        with self._lock:
            if abs(steady - self._looked_at) > RECENT:
                self._look()
                self._looked_at = steady
            return self.settings

    def document(self, name: str) -> ProfileText | None:
        """The text of the profile *name* as it is at this moment."""
        file = self._file(name)
        if file is not None:
            text = writing.text_of(file)
            return None if text is None else ProfileText(name, text, str(file), writing.etag(text))
        stored = self._store.profile_text(name)
        if stored is None or stored.name != name:
            return None
        return ProfileText(name, stored.text, WHERE, writing.etag(stored.text), stored=True)

    def save(self, name: str, text: str, *, etag: str, now: datetime) -> Profile:
        """Put *text* in the place of the one that *etag* tells of; the next pass and the next page see it.

        Raises ConfigError for a text that is at fault, ProfileChanged when another one stands there by now, UsageError
        without such a profile, and DigestError when it cannot be written; then nothing is changed.
        """
        file = self._file(name)
        with self._lock:
            if file is None:
                profile = self._save_stored(self._before(name, etag), text, now)
            else:
                with writing.alone(file.parent):
                    profile = self._stated(self._before(name, etag), text)
                    writing.put(file, text)
            self._look()
        return complete(profile, name, self.settings.timezone)

    def edit(self, name: str, changes: Sequence[Edit], *, now: datetime, etag: str | None = None) -> Profile:
        """Make *changes* in the text of a profile and save it: of the text that *etag* tells of, or of any."""
        before = self._document(name)
        return self.save(name, edited(before.text, changes), etag=etag or before.etag, now=now)

    def create(self, text: str, *, now: datetime) -> Profile:
        """Keep a new profile in the store; its text has a `name`. Raises ConfigError, also where that is taken."""
        profile = self._home.stated(text, WHERE, self.look())
        if not profile.name:
            raise ConfigError([Fault(f"{WHERE}: name", "is missing")])
        self.add([kept(profile, profile.name, text)], now=now, replacing=False)
        return complete(profile, profile.name, self.settings.timezone)

    def remove(self, name: str, *, etag: str, now: datetime) -> None:
        """Take a profile out of the store. Raises as `save`; a file is the operator's to remove."""
        before = self._before(name, etag)
        if not before.stored:
            raise UsageError(f"the profile {name} lies in {before.where}; remove that file")
        if not self._store.remove_profile(name, before.text, now):
            raise _changed(name)
        self.look()

    def add(self, texts: Sequence[StoredText], *, now: datetime, replacing: bool) -> None:
        """Keep checked profiles in the store, all of them, *replacing* those of the same names there."""
        taken = self._store.add_profiles(texts, now, replace=replacing)
        if taken and not replacing:
            raise ConfigError([Fault(f"{WHERE}: name", f'the name "{taken[0]}" is used in the store')])
        self.look()

    def places(self) -> Mapping[str, str]:
        """Where each profile lies, by its name."""
        own = self._from_files
        return {
            one.name: str(self._home.files[one.name]) if one.name.casefold() in own else WHERE
            for one in self.settings.profiles
        }

    # ------------------------------------------------------------ one text

    def _document(self, name: str) -> ProfileText:
        found = self.document(name)
        if found is None:
            raise UsageError(f"there is no profile {name!r}")
        return found

    def _before(self, name: str, etag: str) -> ProfileText:
        """The text as it is now, if it is the one that *etag* tells of."""
        found = self._document(name)
        if found.etag != etag:
            raise _changed(name)
        return found

    def _save_stored(self, before: ProfileText, text: str, now: datetime) -> Profile:
        profile = self._stated(before, text)
        if not self._store.change_profile(kept(profile, before.name, text), before.text, now):
            raise _changed(before.name)
        return profile

    def _file(self, name: str) -> Path | None:
        if name not in self._home.files:
            self.look()
        return None if name.casefold() in self._left_out else self._home.files.get(name)

    def as_ranked(self, before: ProfileText, text: str) -> Profile:
        """What a new text would have ranked: its files of references are read. Raises ConfigError."""
        return self._home.as_ranked(self.checked(before, text))

    def checked(self, before: ProfileText, text: str) -> Profile:
        """What a new text states. Raises ConfigError."""
        return complete(self._stated(before, text), before.name, self.settings.timezone)

    def _stated(self, before: ProfileText, text: str) -> Profile:
        """What the new text states, as it is written."""
        stem = before.name if before.stored else Path(before.where).stem
        profile = self._home.stated(text, before.where, self.settings, name=stem, instead=before.name)
        if (profile.name or stem) != before.name:
            raise ConfigError([Fault(f"{before.where}: name", f'must stay "{before.name}"')])
        return profile

    def _alone(self, text: str, name: str) -> Profile:
        """What a text of the store states, whatever other profiles have."""
        return self._home.stated(text, WHERE, replace(self._home.settings, profiles=()), name=name)

    # ------------------------------------------------------------ all of them

    def _look(self) -> list[Failure]:
        """Join what the files and the store hold; return the names that stand in both."""
        files, changed = self._home.look(), self._stored.look()
        if files is self._files and not changed:
            return []
        stored = self._stored.profiles
        both = [one for one in files.profiles if one.name.casefold() in stored]
        self._left_out = frozenset(one.name.casefold() for one in both) - self._from_files
        own = tuple(one for one in files.profiles if one.name.casefold() not in self._left_out)
        self._files, self._from_files = files, frozenset(one.name.casefold() for one in own)
        rest = tuple(stored[key] for key in sorted(stored.keys() - self._from_files))
        clashes = [
            Failure(str(self._home.files[one.name]), f'the name "{one.name}" is that of a profile in the store too')
            for one in both
        ]
        broken = (*files.broken, *self._stored.broken.values(), *clashes)
        self.settings = replace(files, profiles=own + rest, broken=broken)
        return clashes


def _changed(name: str) -> ProfileChanged:
    return ProfileChanged(f"the profile {name} was changed meanwhile; look at it again")
