"""Which of the papers that share keys with a further one are worth a closer look?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from math import log2

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from digest.matching import abstracts
from digest.matching.forms import LONGEST, normal_words
from digest.model import Paper

MOST_CANDIDATES = 8
"""Of 1,000 real titles among a million others the best five by rarity of shared keys held all that a hundred did."""
_COMMON = 1_000
"""A key that so many papers have tells no more than its mere presence."""
_MANY = 100
"""A key of so many papers adds to what others say, but alone it is no reason to look at one of them."""
_ALIKE = 75
"""In per cent, by rapidfuzz's token_set_ratio. Of 964 pairs that the rules took for one paper none lay below this and
began with other letters; three of four pairs of strangers do."""
_BEGINNING = 3


def choose(holders: Mapping[int, Sequence[int]], keys: Sequence[int]) -> list[int]:
    """Return the papers that share the rarest *keys*, best first, at most `MOST_CANDIDATES`.

    *holders* says which papers have a key; a shared key counts the more the fewer have it.
    """
    shared: dict[int, float] = {}
    for having in sorted(filter(None, map(holders.get, keys)), key=len):
        weight = 1 + log2(_COMMON / min(len(having), _COMMON))
        few = len(having) < _MANY or len(shared) < MOST_CANDIDATES
        for paper in having if few else shared.keys() & having:
            shared[paper] = shared.get(paper, 0.0) + weight
    return [paper for _, paper in nsmallest(MOST_CANDIDATES, ((-weight, paper) for paper, weight in shared.items()))]


def worth_comparing(paper: Paper, other: Paper) -> bool:
    """Say whether two papers may be one: their titles begin alike or share words, or their abstracts begin alike.

    It only spares work: comparing two titles by the rules takes fifty times as long.
    """
    one, two = _letters(paper.title), _letters(other.title)
    if one[:_BEGINNING] == two[:_BEGINNING] or fuzz.token_set_ratio(one, two) >= _ALIKE:
        return True
    return abstracts.begin_alike(paper.abstract, other.abstract)


def _letters(title: str) -> str:
    """Return the lower-case letters and digits of *title*, mark-up taken off, with spaces between."""
    return " ".join(normal_words(title)) if "\\" in title or "$" in title else default_process(title[:LONGEST]).strip()
