"""What votes taught, as words that a person can read, strike out and learn from again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from digest.model import LearnedTerm
from digest.ranking.arrays import Floats
from digest.ranking.background import Background
from digest.ranking.feedback import PASSED_OVER, Taste, Voted
from digest.ranking.scorer import COMMON
from digest.ranking.space import Space
from digest.ranking.terms import phrases
from digest.ranking.wishes import ORDINARY

MOST = 8
"""So many words and phrases are shown for, and so many against."""

_PHRASE = 1.5  # a phrase goes before its words


def learned_terms(taste: Taste, background: Background) -> tuple[LearnedTerm, ...]:
    """The words and phrases that votes are for, then those that they are against, the weightiest first.

    A word is rare among ordinary papers, and stands on one side more than on the other; 1 is the weightiest of all.
    """
    space = Space(background)
    against = [voted for voted in taste.dislikes if voted.weight > PASSED_OVER]
    bags = [space.paper(voted.paper) for voted in (*taste.likes, *against)]
    if not bags:
        return ()
    rows = space.weights(bags)
    weights = np.array([voted.weight for voted in (*taste.likes, *against)], dtype=np.float32)
    ups = len(taste.likes)
    sides = [_average(rows[:ups], weights[:ups]), _average(rows[ups:], weights[ups:])]
    usual = np.zeros(space.width, dtype=np.float32)
    usual[: len(background.mean)] = COMMON * background.mean
    rare = space.rarity(np.arange(space.width)) > ORDINARY
    shown = _surfaces(space, (*taste.likes, *against))
    both = sides[0] - sides[1]
    found = [
        _strongest(np.where(rare & (side > usual), sign * both, 0), shown)
        for sign, side in zip((1, -1), sides, strict=True)
    ]
    most = max([value for one in found for _, value in one], default=1.0)
    return tuple(
        LearnedTerm(term, round(sign * value / most, 3))
        for sign, one in zip((1, -1), found, strict=True)
        for term, value in one
    )


def _average(rows: Floats, weights: Floats) -> Floats:
    found: Floats = np.asarray(weights @ rows).ravel() / max(float(weights.sum()), 1e-6)
    return found


def _surfaces(space: Space, voted: Sequence[Voted]) -> Mapping[int, str]:
    """Number of a term -> as a paper writes it, the shortest way."""
    forms: dict[int, set[str]] = defaultdict(set)
    for one in voted:
        for term, form in (*phrases(one.paper.title), *phrases(one.paper.abstract or "")):
            forms[space.number(term)].add(form)
    return {number: min(these, key=lambda form: (len(form), form)) for number, these in forms.items()}


def _strongest(values: Floats, shown: Mapping[int, str]) -> list[tuple[str, float]]:
    """At most `MOST` of the terms with a value above 0, none that only repeats a part of another."""
    ranked = sorted(_weighed(values, shown), key=lambda each: (-each[1], each[0]))
    found: list[tuple[str, float]] = []
    for name, value in ranked:
        folded = name.casefold()
        if not any(folded in other.casefold() or other.casefold() in folded for other, _ in found):
            found.append((name, value))
    return found[:MOST]


def _weighed(values: Floats, shown: Mapping[int, str]) -> Iterator[tuple[str, float]]:
    for number in np.flatnonzero(values > 0).tolist():
        if number in shown:
            yield shown[number], float(values[number]) * (_PHRASE if " " in shown[number] else 1)
