"""Numbers under which a paper is filed, so that its double can be found among millions without comparing titles.

A paper is filed under its whole title, what stands before and after a colon in it, pairs of its rarest words, and the
first words of its abstract. Rarity is read from a fixed list of words that is shipped (see `build`), so a key never
drifts as the store grows. Keys are signed numbers of 32 bits, and the scheme is frozen: a change of it, of the list or
of `normal_words` needs a migration that files every known paper anew.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from digest.matching.forms import normal_words, words
from digest.matching.rarity import place

# Measured on 3,256 real pairs: .988 of those known by title alone and .999 of those with abstracts share a key, at 7.8
# keys a paper. Pairs of the commonest of these words have the longest lists and find least: without them, and with five
# words asked in place of seven, a look among a million papers reads 137 rows in place of 226 and finds as many.
_STORED, _ASKED = (4, 2), (5, 3)
"""How many of a title's rarest words make pairs, and of how many one at least is in each pair."""
_OPENING, _ROOM = 10, 400  # words of an abstract that make the key, characters in which they are looked for
_SHORTEST = 4
_COLON = re.compile(r"[:?!(]| [-–—]+ ")
_ARTICLES = frozenset({"a", "an", "the"})


def keys(title: str, abstract: str | None = None) -> tuple[int, ...]:
    """Return the keys under which a known paper is filed, sorted, each once; none for a title without words."""
    return _numbers(title, _pairs(title, *_STORED), _openings(abstract, (0,)))


def query_keys(title: str, abstract: str | None = None) -> tuple[int, ...]:
    """Return the keys under which a paper may be found, sorted, each once: a superset of `keys`."""
    return _numbers(title, _pairs(title, *_ASKED), _openings(abstract, (0, 1)))


def _pairs(title: str, words: int, rarest: int) -> Iterator[tuple[str, str]]:
    """The pairs of the *words* rarest words of *title* that hold one of its *rarest* ones, the rarer first."""
    rare = _rarest(_folded(title), words)
    return ((one, other) for at, one in enumerate(rare[:rarest]) for other in rare[at + 1 :])


def _numbers(title: str, pairs: Iterable[tuple[str, str]], openings: Iterable[str]) -> tuple[int, ...]:
    flat = "".join(_folded(title))
    if not flat:
        return ()
    made = {"=" + flat}
    made |= {
        "=" + part for part in map("".join, map(_folded, _COLON.split(title, maxsplit=1))) if len(part) >= _SHORTEST
    }
    made |= {" ".join(sorted(pair)) for pair in pairs}
    made |= {"~" + opening for opening in openings}
    return tuple(sorted({_number(text) for text in made}))


def title_number(normal: str) -> int:
    """Return the number of a title in normal form (`normal_title`); others share it hardly ever."""
    return _number(normal)


def _number(text: str) -> int:
    """Return a signed number of 32 bits: SQLite keeps it in four bytes at most."""
    number = zlib.crc32(text.encode("utf-8", "surrogatepass"))
    return number - 2**32 if number >= 2**31 else number


def _folded(title: str) -> tuple[str, ...]:
    """Return the words of *title* without articles and the "s" of plurals."""
    return tuple(
        word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word
        for word in normal_words(title)
        if word not in _ARTICLES
    )


def _openings(abstract: str | None, starts: Iterable[int]) -> Iterator[str]:
    said = words(abstract[:_ROOM]) if abstract else ()
    return ("".join(said[at : at + _OPENING]) for at in starts if len(said) >= at + _OPENING)


def _rarest(pieces: Iterable[str], n: int) -> list[str]:
    """Return the *n* rarest different words, rarest first; of two unlisted ones the longer, then the alphabet."""
    return sorted(set(pieces) - {"+"}, key=lambda word: (-place(word), -len(word), word))[:n]
