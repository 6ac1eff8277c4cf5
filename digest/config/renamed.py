"""Keys that were called otherwise: for one release the old name is understood and warned of, then it is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.config.lines import Location

Release = tuple[int, int]
"""Of version 1.4.2 the first two numbers."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """What a key is called now, in the same table, and the release that warns of its old name."""

    new: str
    warns: Release


RENAMED: dict[str, Renamed] = {}
"""By the old key, written as `digest.config.keys` does: "email.sender", "profile.interests.likes"."""


def release(version: str) -> Release:
    """The release that a version belongs to; what is no version counts as the first of all."""
    numbers = [int(part) if part.isdecimal() else 0 for part in (*version.split("."), "0")[:2]]
    return numbers[0], numbers[1]


def old_keys(raw: dict[str, Any], prefix: str) -> Iterator[tuple[Location, Renamed]]:
    """Where *raw*, whose keys are listed with *prefix*, has an old key, and what became of it."""
    for key, renamed in RENAMED.items():
        if key.startswith(prefix) and (prefix or not key.startswith("profile.")):
            *way, old = key.removeprefix(prefix).split(".")
            for place, table in _tables(raw, (), way):
                if old in table:
                    yield (*place, old), renamed


def _tables(found: Any, place: Location, way: list[str]) -> Iterator[tuple[Location, dict[str, Any]]]:
    """The tables at the end of *way*; of a list of tables each."""
    if isinstance(found, list):
        for index, one in enumerate(found):
            yield from _tables(one, (*place, index), way)
    elif isinstance(found, dict):
        if not way:
            yield place, found
        elif way[0] in found:
            yield from _tables(found[way[0]], (*place, way[0]), way[1:])
