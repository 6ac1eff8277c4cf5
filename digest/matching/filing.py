"""Numbers under which a paper is filed, so that its double can be found among millions without comparing titles.

Rarity is read from a fixed list of words that is shipped (see `build`), so a key never drifts as the store grows.
Keys are 32-bit and the scheme is frozen: a change needs a migration that files every known paper anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from digest.matching.forms import normal_title, normal_words

_STORED, _ASKED = 4, 5
_OPENING = 48
_WORDS = Path(__file__).parent / "data" / "words.txt"


@lru_cache(maxsize=1)
def ranks() -> dict[str, int]:
    """Return the place of each listed word, commonest first; a word that is not listed is rarer than all."""
    return {word: place for place, word in enumerate(_WORDS.read_text(encoding="utf-8").split("\n"))}


def keys(title: str, abstract: str | None = None) -> tuple[int, ...]:
    """Return the keys under which a known paper is filed, sorted, each once; none for a title without words."""
    return _keys(title, abstract, _STORED, 1)


def query_keys(title: str, abstract: str | None = None) -> tuple[int, ...]:
    """Return the keys under which a paper may be found, sorted, each once: a superset of `keys`."""
    return _keys(title, abstract, _ASKED, 3)


def _keys(title: str, abstract: str | None, rarest: int, openings: int) -> tuple[int, ...]:
    flat = normal_title(title)
    made = {_number("=" + flat)} if flat else set()
    made |= _pairs(_rarest(normal_words(title), rarest))
    if abstract:
        words = _rarest(normal_words(abstract)[:_OPENING], openings + 1)
        made |= {_number(f"~{a} {b}") for a, b in combinations(sorted(words), 2)}
    return tuple(sorted(made))


def _pairs(words: Iterable[str]) -> set[int]:
    return {_number(f"{a} {b}") for a, b in combinations(sorted(words), 2)}


def _rarest(words: Iterable[str], n: int) -> list[str]:
    """Return the *n* rarest different words, rarest first; of two unlisted ones the longer, then the alphabet."""
    listed = ranks()
    return sorted(set(words) - {"+"}, key=lambda w: (-listed.get(w, len(listed)), -len(w), w))[:n]


def _number(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
