"""The profiles as they are now, wherever they lie, and how one is edited: by its text, with its comments."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.config import Home, writing
from digest.config.editing import Edit, edited
from digest.errors import ConfigError, Fault, ProfileChanged, UsageError
from digest.model import Profile, Settings


@dataclass(frozen=True, slots=True)
class ProfileText:
    """A profile as it is written: *where* it lies, for a person; *etag* changes with the text."""

    name: str
    text: str
    where: str
    etag: str
    stored: bool = False


class Profiles:
    """The profiles of one process: each look reads only what changed. Safe to share between threads."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.RLock()
        self.settings: Settings = home.settings

    def look(self) -> Settings:
        """Read what changed since the last look; a profile that is at fault now keeps what it said before."""
        with self._lock:
            self.settings = self._home.look()
            return self.settings

    def document(self, name: str) -> ProfileText | None:
        """The text of the profile *name* as it is at this moment."""
        file = self._file(name)
        text = writing.text_of(file) if file else None
        if file is None or text is None:
            return None
        return ProfileText(name, text, str(file), writing.etag(text))

    def save(self, name: str, text: str, *, etag: str, now: datetime) -> Profile:
        """Put *text* in the place of the one that *etag* tells of; the next pass and the next page see it.

        Raises ConfigError for a text that is at fault, ProfileChanged when another one stands there by now, UsageError
        without such a profile, and DigestError when it cannot be written; then nothing is changed.
        """
        file = self._file(name)
        if file is None:
            raise UsageError(f"there is no profile {name!r}")
        with self._lock, writing.alone(file.parent):
            before = self.document(name)
            if before is None or before.etag != etag:
                raise ProfileChanged(f"the profile {name} was changed meanwhile; look at it again")
            profile = self.checked(before, text)
            writing.put(file, text)
        self.look()
        return profile

    def edit(self, name: str, changes: Sequence[Edit], *, now: datetime, etag: str | None = None) -> Profile:
        """Make *changes* in the text of a profile and save it: of the text that *etag* tells of, or of any."""
        before = self.document(name)
        if before is None:
            raise UsageError(f"there is no profile {name!r}")
        return self.save(name, edited(before.text, changes), etag=etag or before.etag, now=now)

    def _file(self, name: str) -> Path | None:
        if name not in self._home.files:
            self.look()
        return self._home.files.get(name)

    def as_ranked(self, before: ProfileText, text: str) -> Profile:
        """What a new text would have ranked: its files of references are read. Raises ConfigError."""
        return self._home.as_ranked(self.checked(before, text))

    def checked(self, before: ProfileText, text: str) -> Profile:
        """What a new text states. Raises ConfigError."""
        profile = self._home.check(text, before.where, name=Path(before.where).stem, instead=before.name)
        if profile.name != before.name:
            raise ConfigError([Fault(f"{before.where}: name", f'must stay "{before.name}"')])
        return profile
