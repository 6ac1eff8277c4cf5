"""Editions as they are stored: the texts of their papers stand once, however many editions show them.

A day's editions for thousands show the same few papers. Each paper as it was shown is a *snapshot*, filed under the
hash of its content; an edition holds the rest, and the numbers of its snapshots in their order.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from digest.model import Digest, Paper

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Snapshot = tuple[int, bytes]
"""A paper as an edition shows it: its number, which its content decides, and its content."""

_CHANGE: Any = {"change": {"paper"}}
_TEXTS: Any = {"sections": {"__all__": {"picks": {"__all__": _CHANGE}}}, "also": {"__all__": _CHANGE}}
_KEPT = 1024  # papers of a few days


def packed(digest: Digest) -> tuple[bytes, tuple[Snapshot, ...]]:
    """Write *digest* as compressed JSON without its papers, and these apart, in the order of `shown`: 1 KB and theirs.

    Level 4 takes a third of the usual level's time and a fiftieth more room.
    """
    data = zlib.compress(_digests().dump_json(digest, exclude_defaults=True, exclude=_TEXTS), 4)
    return data, tuple(_snapshot(pick.change.paper) for pick in (*digest.picks, *digest.also))


def unpacked(data: bytes, numbers: Sequence[int] | None, papers: Mapping[int, Paper]) -> Digest:
    """Read what `packed` wrote, its papers given by number; what an earlier version wrote has no *numbers*."""
    text = zlib.decompress(data)
    if numbers is None:
        return _digests().validate_json(text)
    found = json.loads(text)
    for pick, number in zip(_picks(found), numbers, strict=True):
        pick["change"]["paper"] = papers[number]
    return _digests().validate_python(found)


def numbers_in(data: bytes | None) -> tuple[int, ...] | None:
    """Read the numbers of an edition's snapshots; None where it holds its papers itself."""
    return None if data is None else struct.unpack(f"<{len(data) // 8}q", data)


def as_bytes(numbers: Collection[int]) -> bytes:
    """Write numbers of snapshots: 8 bytes each, little-endian."""
    return struct.pack(f"<{len(numbers)}q", *numbers)


class Shelf:
    """The papers of the snapshots that were read last; a number means the same paper for ever."""

    def __init__(self) -> None:
        self._known: dict[int, Paper] = {}

    def papers(self, numbers: Collection[int], read: Callable[[list[int]], Iterator[Snapshot]]) -> Mapping[int, Paper]:
        """The papers of these numbers; *read* gives the content of those that are not here."""
        known = self._known
        missing = sorted({number for number in numbers if number not in known})
        new = {number: _papers().validate_json(zlib.decompress(data)) for number, data in read(missing)}
        if len(known) + len(new) > _KEPT:
            self._known = {}
        self._known.update(new)
        return {**{number: known[number] for number in numbers if number in known}, **new}


@lru_cache(_KEPT)
def _snapshot(paper: Paper) -> Snapshot:
    data = zlib.compress(_papers().dump_json(paper, exclude_defaults=True))
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True), data


def _picks(found: Any) -> Iterator[Any]:
    for section in found.get("sections", ()):
        yield from section["picks"]
    yield from found.get("also", ())


@cache
def _digests() -> TypeAdapter[Digest]:
    from pydantic import TypeAdapter  # not everybody who opens the store reads an edition

    return TypeAdapter(Digest)


@cache
def _papers() -> TypeAdapter[Paper]:
    from pydantic import TypeAdapter

    return TypeAdapter(Paper)
