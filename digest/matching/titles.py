"""Do two titles that differ in more than form name one paper? Each rule is a way in which people rewrite a title.

The rules know nothing of a paper but its title, so each asks for much: where it cannot tell, it says no. How much
words tell is counted in bits (`rarity`), so that "a survey of large language models" tells little.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from digest.matching.parts import Title, taken_apart
from digest.matching.rarity import RARE, TELLING, bits, place

_LINKING = frozenset(
    "and as at by for from in into of on over through to toward towards under using via when with".split()  # noqa: SIM905
)
_OVERVIEW = frozenset({"survey", "review", "overview", "introduction", "tutorial"})
_ABOUT = frozenset(
    {"addendum", "comment", "commentary", "correction", "corrigendum", "discussion", "erratum", "rejoinder", "reply"}
    | {"reproducibility", "reproducing", "response", "retraction", "review", "supplement", "supplementary"}
)
_NUMBER = re.compile(r"\d|^(?:\+|ii|iii|iv|vi|vii|viii|ix)$")
_SIZES = frozenset(
    {"base", "flash", "large", "lite", "max", "mega", "mini", "nano", "next", "omni", "plus", "pro", "small", "super"}
    | {"tiny", "turbo", "ultra", "xl"}
)
_VERSIONS = re.compile(r"[\d.+]|v(?=\d)")
_SEQUEL = re.compile(r"^(?:v\d.*|\d+\.[\d.]+|\+|ii|iii|iv|vi|vii|viii|ix|part|revisited|updated?|edition|supplement)$")


def near(one: str, other: str) -> float | None:
    """Return how alike two titles are, in [0, 1], if they name one paper; None if they do not, or may not."""
    a, b = taken_apart(one), taken_apart(other)
    if a.words and b.words and any(rule(a, b) for rule in RULES):
        return fuzz.ratio(" ".join(a.words), " ".join(b.words)) / 100
    return None


def akin(one: str, other: str) -> bool:
    """Say whether two titles share a telling word, and no version stands between them."""
    a, b = taken_apart(one), taken_apart(other)
    shared = set(a.words) & set(b.words)
    telling = any(place(word) >= TELLING for word in shared) or bits(shared) >= 20
    return telling and not _another_edition(a.words, b.words)


def sequels(one: str, other: str) -> bool:
    """Say whether two titles begin with different versions of one name: "WebSailor: ..." and "WebSailor-V2: ..."."""
    a, b = ("".join(part.name or part.plain) for part in (taken_apart(one), taken_apart(other)))
    return a != b and _VERSIONS.sub("", a) == _VERSIONS.sub("", b) != ""


def _same_words(a: Title, b: Title) -> bool:
    """Only spacing, short forms, plurals, articles, or what a list added to one of the two differ."""
    one, other = "".join(a.words), "".join(b.words)
    if one == other or "".join(a.bare) == other or "".join(b.bare) == one:
        return True
    return _written_out(a.words, b.words) == _written_out(b.words, a.words)


def _written_out(words: Sequence[str], other: Sequence[str]) -> list[str]:
    """Write out each word of *words* that is made of the first letters of words that *other* has in a row."""
    initials = "".join(word[0] for word in other)
    found: list[str] = []
    for word in words:
        at = initials.find(word) if 2 <= len(word) <= 6 and word not in other else -1
        found += other[at : at + len(word)] if at >= 0 else (word,)
    return found


def _renamed(a: Title, b: Title) -> bool:
    """The name before the colon is gone, new, longer or another, and what follows says the same in enough words."""
    if _ABOUT.intersection(a.name + b.name):
        return False
    if _lost_its_name(a, b) or _lost_its_name(b, a):
        return True
    if not a.name or not b.name or "".join(a.rest) != "".join(b.rest) or len(a.rest) < 4:
        return False
    one, other = "".join(a.name), "".join(b.name)
    if one.endswith(other) or other.endswith(one):
        return bits(a.rest) >= 15
    return len(a.rest) >= 6 and bits(a.rest) >= 40 and not _family(a.name, b.name)


def _lost_its_name(named: Title, other: Title) -> bool:
    if not named.name or len(named.name) > 8:
        return False
    rest, told = "".join(named.rest), bits(named.rest)
    if rest in ("".join(other.words), "".join(other.bare)):
        return (len(named.rest) >= 4 and told >= 15) or _initials(named)
    if min(len(named.rest), len(other.words)) < 6 or told < 35:
        return False
    return _goes_on(named.rest, other.words) is not None or _goes_on(other.words, named.rest) is not None


def _initials(title: Title) -> bool:
    """The name is made of the first letters of what follows: "PCM: Phased Consistency Model"."""
    return len(title.rest) >= 3 and "".join(title.name) == "".join(word[0] for word in title.rest)


def _family(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Names of works of one series: "CAT3D" and "CAT4D", "EvTexture++", "WebSailor-V2", "Nemotron Nano" and "Ultra"."""
    if one[: len(other)] == other or other[: len(one)] == one:
        return True
    if _VERSIONS.sub("", "".join(one)) == _VERSIONS.sub("", "".join(other)):
        return True
    return all(word in _SIZES or _NUMBER.search(word) for word in set(one) ^ set(other))


def _goes_on(short: Sequence[str], long: Sequence[str]) -> tuple[str, ...] | None:
    """Return the words with which *long* goes on after *short*; None where it does not begin with it, or is a sequel.

    Spaces do not matter; long titles are also cut inside a word.
    """
    start, rest = "".join(short), "".join(long)
    if len(start) >= len(rest) or not rest.startswith(start):
        return None
    ends = list(accumulate(map(len, long)))
    at = bisect_left(ends, len(start))
    if ends[at] != len(start):
        return () if len(start) >= 40 else None
    more = tuple(long[at + 1 :])
    return None if _NUMBER.search(more[0]) or any(_SEQUEL.search(word) for word in more[:2]) else more


def _cut_short(a: Title, b: Title) -> bool:
    """One ends where the other goes on: at a colon after a telling name, or after enough words; never at a sequel."""
    short, long = sorted((a, b), key=lambda title: sum(map(len, title.words)))
    words, told = short.words, bits(short.words)
    more = _goes_on(words, long.words)
    if more is None:
        return False
    overview = not _OVERVIEW.isdisjoint(words)
    coined = any(_NUMBER.search(word) or place(word) >= RARE for word in words)
    if more == ("technical", "report"):
        return coined or len(words) >= 4
    if "".join(words) == "".join(long.head):
        return (len(words) >= 3 and told >= 15 and not overview) or (len(words) >= 2 and coined)
    if short.name and short.name == long.name:
        return told >= 25
    return len(words) >= 5 and told >= 25 and not overview


def _same_name(a: Title, b: Title) -> bool:
    """What stands before the colon of one begins the other, and the words that tell most of what follows are shared."""
    if a.name and b.name:
        if "".join(a.name) != "".join(b.name):
            return False
        one, other = a.rest, b.rest
    else:
        named, whole = (a, b) if a.name else (b, a)
        if not named.name or named.head != whole.words[: len(named.head)] or bits(named.head) < 12:
            return False
        one, other = named.rest, whole.words[len(named.head) :]
    if _another_edition(one, other):
        return False
    name = (a if a.name else b).name
    both, least = set(one) & set(other), min(bits(set(one)), bits(set(other)))
    shared = bits(both)
    if (shared >= 25 and shared >= 0.55 * least) or fuzz.ratio(" ".join(one), " ".join(other)) >= 92:
        return True
    told, apart = bits(both - _spelt(name, one)), set(one) ^ set(other)
    if any(_SEQUEL.search(word) for word in apart):
        return False
    if len(name) >= 4:
        return shared >= 0.5 * least and told + bits(name) >= 45 and not any(map(_NUMBER.search, apart))
    return shared >= 0.6 * least and told >= 22


def _spelt(name: Sequence[str], words: Sequence[str]) -> set[str]:
    """Return those of *words* that *name* tells already: "VideoRAG" that it is about video, and about what RAG is."""
    letters, initials = "".join(name), "".join(word[0] for word in words)
    told = {word for word in words if len(word) >= 3 and word[:4] in letters}
    for at in range(len(initials) - 2):
        if initials[at : at + 3] in letters:
            told.update(words[at : at + 3])
    return told


def _another_edition(one: Sequence[str], other: Sequence[str]) -> bool:
    """A number stands against another one, or only one of the two has a version or part."""
    a, b = (Counter(word for word in words if _NUMBER.search(word)) for words in (one, other))
    return bool(a - b and b - a) or any(_SEQUEL.search(word) for word in (a - b) + (b - a))


def _other_links(a: Title, b: Title) -> bool:
    """Only "of", "via" and the like differ; or the order of many words: few in another order say another thing."""
    one, other = (tuple(word for word in title.words if word not in _LINKING) for title in (a, b))
    told = bits(one)
    return (one == other and told >= 30) or (Counter(one) == Counter(other) and len(one) >= 6 and told >= 45)


def _misspelt(a: Title, b: Title) -> bool:
    """One word of many is spelt in two ways: a letter more, less, other or swapped with the next."""
    if len(a.words) != len(b.words) or len(a.words) < 4:
        return False
    pairs = [(x, y) for x, y in zip(a.words, b.words, strict=True) if x != y]
    return 0 < len(pairs) <= len(a.words) // 4 and all(_spelling(x, y) for x, y in pairs)


def _spelling(one: str, other: str) -> bool:
    if min(len(one), len(other)) < 6 or one[0] != other[0] or _NUMBER.search(one + other):
        return False
    return OSA.distance(one, other) == 1


RULES = (_same_words, _renamed, _cut_short, _same_name, _other_links, _misspelt)
