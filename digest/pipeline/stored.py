"""The profiles that are kept in the store: each look reads only those that changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from digest.config import forms
from digest.config.checking import complete
from digest.errors import ConfigError
from digest.model import Failure, Profile, Settings
from digest.store import Form, Standing, Store, StoredText

WHERE = "the store"
_AT_ONCE = 2000
State = Callable[[str, str], Profile]
"""Checks a text (and how its profile is called) by itself, and returns what it states; raises ConfigError."""


class StoredProfiles:
    """What the store holds, by the name in one case. *broken* are those whose text cannot be used (any more)."""

    def __init__(self, store: Store, state: State, settings: Settings) -> None:
        self.profiles: dict[str, Profile] = {}
        self.broken: dict[str, Failure] = {}
        self._store, self._state, self._zone = store, state, settings.timezone
        self._closed = {name for name, table in (("email", settings.email), ("slack", settings.slack)) if not table}
        self._seen = Standing()
        self._unpacker = forms.Unpacker()

    def look(self) -> bool:
        """Read what changed since the last look; whether anything did."""
        standing = self._store.profiles_standing()
        if standing == self._seen:
            return False
        after, anew = self._seen.last, list[Form]()
        while found := self._store.profile_forms(after, _AT_ONCE):
            for form in found:
                self._take(form, anew)
            after = found[-1].turn
        self._store.reform_profiles(anew)
        if standing.gone > self._seen.gone:
            here = {name.casefold() for name in self._store.profile_names()}
            self.profiles = {key: profile for key, profile in self.profiles.items() if key in here}
            self.broken = {key: failure for key, failure in self.broken.items() if key in here}
        self._seen = Standing(max(standing.last, after), standing.gone)
        return True

    def _take(self, form: Form, anew: list[Form]) -> None:
        """Take one profile by its form, or where other rules made that, by its text."""
        key = form.name.casefold()
        self.broken.pop(key, None)
        try:
            if form.checks == forms.checks():
                profile = self._unpacker.profile(json.loads(form.form))
            else:
                profile = self._checked_anew(form, anew)
        except ConfigError as error:
            self.broken[key] = Failure(f"{WHERE}: {form.name}", str(error).partition("\n")[0])
            return
        if closed := [one.channel for one in profile.deliver if one.channel in self._closed]:
            why = f'"{closed[0]}:" needs a table [{closed[0]}] in digest.toml'
            self.broken[key] = Failure(f"{WHERE}: {form.name}", why)
            return
        self.profiles[key] = complete(profile, form.name, self._zone)

    def _checked_anew(self, form: Form, anew: list[Form]) -> Profile:
        stored = self._store.profile_text(form.name)
        profile = self._state(stored.text if stored else "", form.name)
        made = form_of(profile, form.name)
        anew.append(Form(form.turn, form.name, *made))
        return profile


def form_of(profile: Profile, name: str) -> tuple[str, str]:
    """What is kept of a checked profile beside its text, and by which rules it was checked."""
    form = forms.packed(replace(profile, name=name))
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")), forms.checks()


def kept(profile: Profile, name: str, text: str) -> StoredText:
    """A checked profile as the store keeps it."""
    return StoredText(name, text, *form_of(profile, name))
