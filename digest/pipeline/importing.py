"""Profiles out of files of many into the store: all of a file, or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.config.checking import by_line, checked, claims_of
from digest.config.importing import Draft, drafts
from digest.config.references import Shelf
from digest.errors import ConfigError, Fault
from digest.pipeline.profiles import Profiles
from digest.pipeline.stored import WHERE, kept
from digest.store import StoredText
from digest.text import plural


def take_in(profiles: Profiles, path: Path, *, now: datetime, replacing: bool = False) -> int:
    """Keep the profiles of *path* in the store, and return how many.

    A name that is taken in the store is a fault, unless it is *replacing*; one that a file has always is. Raises
    ConfigError with one fault for each bad row; then nothing is kept.
    """
    found = drafts(path)
    settings, places = profiles.look(), profiles.places()
    goes = {_name(one).casefold() for one in found} if replacing else set()
    without = {name for name, place in places.items() if place == WHERE and name.casefold() in goes}
    claims = claims_of(settings, without=without, places=places)
    shelf = Shelf(Path(), {}, only=())
    texts, faults = list[StoredText](), list[Fault]()
    for draft in found:
        profile = checked(draft.document, draft.name, claims, shelf)
        if profile is None:
            faults.append(_in_a_line(by_line(draft.document)))
        else:
            texts.append(kept(profile, profile.name or draft.name, draft.text))
    if faults:
        raise ConfigError(faults)
    profiles.add(texts, now=now, replacing=replacing)
    return len(texts)


def _name(draft: Draft) -> str:
    return str((draft.document.raw or {}).get("name") or draft.name)


def _in_a_line(faults: Sequence[Fault]) -> Fault:
    """The first fault of a row, and how many more it has."""
    if len(faults) == 1:
        return faults[0]
    return replace(faults[0], what=f"{faults[0].what}; and {plural(len(faults) - 1, 'more fault')} in this profile")
