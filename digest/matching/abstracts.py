"""Do two abstracts tell of one paper? Measured by the runs of four words that they share."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from digest.matching.forms import words
from digest.matching.rarity import bits

_RUN = 4
_ROOM, _BEGINNING = 6_000, 400  # characters
FEWEST = 12
"""An abstract with fewer runs (it was cut after a line) says nothing."""

Verdict = Literal["same", "opening", "alike", "different", "silent"]


def _runs(abstract: str, room: int) -> frozenset[str]:
    said = words(abstract[:room])
    return frozenset(" ".join(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1))


_whole = lru_cache(maxsize=512)(lambda abstract: _runs(abstract, _ROOM))
_opening = lru_cache(maxsize=4096)(lambda abstract: _runs(abstract, _BEGINNING))


def begin_alike(one: str | None, other: str | None) -> bool:
    """Say whether the beginnings share a run: a quick look that spares comparing abstracts of unlike papers whole."""
    return bool(one and other) and not _opening(one).isdisjoint(_opening(other))


def compared(one: str | None, other: str | None) -> tuple[Verdict, float]:
    """Say what two abstracts tell, and which part of the shorter one's runs the longer one has.

    "same": they prove it whatever the titles say; "opening": one was cut, and begins as the other does, as else only
    siblings by the same authors do; "alike": they speak for it where the titles are near; "different": they speak
    against it; "silent": one is missing or too short, or they do not tell. Of 1,485 real pairs of the same paper 1,478
    shared more than a third; of 4,953 of other papers nine, each cut after a sentence that many papers begin with.
    """
    if not one or not other:
        return "silent", 0.0
    a, b = _whole(one), _whole(other)
    least = min(len(a), len(b))
    if least < FEWEST:
        return "silent", 0.0
    shared = a & b
    part = len(shared) / least
    if part < 0.3:
        return ("different" if part < 0.1 else "silent"), part
    told = bits({word for run in shared for word in run.split()})
    if part >= 0.6 and told >= 200:
        return "same", part
    return ("opening" if part >= 0.8 and told >= 100 else "alike"), part
