"""How rare a word is, read from a fixed list that is shipped: `build` says how it was made."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import lru_cache
from math import log2
from pathlib import Path

_LIST = Path(__file__).parent / "data" / "words.txt.gz"
TELLING, RARE = 250, 10_000
"""Places in the list: beyond the first a word says what a paper is about; beyond the second it is in fewer than one
title of ten thousand, a name or a term of one field."""


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    return {word: at for at, word in enumerate(gzip.decompress(_LIST.read_bytes()).decode().split("\n"))}


@lru_cache(maxsize=32_768)
def place(word: str) -> int:
    """Return the place of a normalised *word*, or of its plural, in the list, commonest first; unlisted ones last."""
    places = _places()
    last = len(places)
    return min(places.get(word, last), places.get(word + "s", last))


def bits(words: Iterable[str]) -> float:
    """Return how much *words* tell, in bits: by Zipf's law a word at place n has a share of about 1 / (n + 2)."""
    return sum(map(_bits, words))


@lru_cache(maxsize=32_768)
def _bits(word: str) -> float:
    return log2(place(word) + 2)
