"""Near-copies: how much two papers say the same, without any background."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

from digest.model import Paper
from digest.ranking.terms import words

_TITLE_WEIGHT = 2


@lru_cache(maxsize=4096)
def _bag(title: str, abstract: str) -> Counter[str]:
    bag: Counter[str] = Counter()
    for word in words(title):
        if word:
            bag[word] += _TITLE_WEIGHT
    bag.update(word for word in words(abstract) if word)
    return bag


def alike(a: Paper, b: Paper) -> float:
    """Cosine of the two papers' words, 1 + ln(count) each; a paper without words is like nothing."""
    left, right = _bag(a.title, a.abstract or ""), _bag(b.title, b.abstract or "")
    if not left or not right:
        return 0.0
    shared = sum(_damp(n) * _damp(right[word]) for word, n in left.items() if word in right)
    return min(1.0, shared / math.sqrt(_square(left) * _square(right)))


def _damp(count: int) -> float:
    return 1.0 + math.log(count)


def _square(bag: Counter[str]) -> float:
    return sum(_damp(n) ** 2 for n in bag.values())
