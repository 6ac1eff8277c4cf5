"""What scores are made of, and how deviations above an ordinary paper become a score in (0, 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digest.ranking.arrays import Floats

_STEP = 0.8  # deviations that e-fold the odds of a score
_RARE = 0.05  # a score of ½: so few ordinary papers fit as well,
_LEAST_HALF, _MOST_HALF = 1.4, 4.5  # within these deviations above the mean of ordinary papers
_TAIL = 0.1  # the share of ordinary papers that tells how quickly matches become rare
AVOIDED = 0.6  # what a word that is to be avoided leaves of a score
_FAR, _FINE = 40.0, 1000.0
_GRAIN = 10_000  # scores are rounded to its fraction, so that the last bits of a sum decide no order
SIGNALS = (
    "words of liked papers",
    "topic of liked papers",
    "words asked for",
    "topic asked for",
    "keyword",
    "followed author",
    "followed organisation",
)
VOTED = ("papers voted for", "papers voted against")
Shares = Mapping[str, tuple[Floats, Floats]]  # signal -> what of it votes for and votes against earned


@dataclass(frozen=True)
class Scores:
    """Rows are interests, columns candidates. *signals* sum to the deviations above an ordinary paper."""

    signals: Mapping[str, Floats]
    half: Floats  # of each interest (rows × 1): the deviations that score ½
    unwanted: NDArray[np.bool_]
    vague: Floats  # what is left of a score for want of words in common; 1: all

    @cached_property
    def _deviations(self) -> Floats:
        return np.clip(total(list(self.signals.values())), -_FAR, _FAR)

    @cached_property
    def final(self) -> Floats:
        """Scores in [0, 1], rounded."""
        kept = np.where(self.unwanted, AVOIDED, 1) * self.vague * chance(self._deviations, self.half)
        found: Floats = np.rint(kept.astype(np.float64) * _GRAIN) / _GRAIN
        return found

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """Whole numbers that order as scores do, and equal scores near 1 by their deviations."""
        fine = np.rint((self._deviations + _FAR) * _FINE).astype(np.int64)
        found: NDArray[np.int64] = np.rint(self.final * _GRAIN).astype(np.int64) * int(2 * _FAR * _FINE + 1) + fine
        return found


def chance(deviations: Floats, half: Floats | float) -> Floats:
    """Deviations above an ordinary paper as a score in (0, 1): ½ at *half* of them."""
    odds: Floats = 1 / (1 + np.exp(-np.clip((deviations - half) / _STEP, -30, 30)))
    return odds


def halves(ordinary: Floats) -> Floats:
    """The deviations that one ordinary paper in twenty reaches, of every row, as a column.

    Beyond the tenth of the papers that are best, how far they lie is taken for exponential (Pickands 1975): from so
    few papers its mean is told better than the place of the last of them.
    """
    many = ordinary.shape[1]
    tail = max(1, round(_TAIL * many))
    if many <= tail:
        return np.full((len(ordinary), 1), _LEAST_HALF, dtype=np.float32)
    best = np.partition(ordinary, many - tail - 1, axis=1)[:, many - tail - 1 :]
    start = best[:, :1]
    beyond = (best[:, 1:] - start).mean(axis=1, keepdims=True)
    found: Floats = np.clip(start + beyond * np.log(_TAIL / _RARE), _LEAST_HALF, _MOST_HALF).astype(np.float32)
    return found


def total(arrays: Sequence[Floats]) -> Floats:
    """The sum of arrays of one shape, from the first to the last."""
    summed: Floats = np.add.reduce(arrays)
    return summed


def apart(told: Mapping[str, Floats], voters: NDArray[np.int64], shares: Shares) -> Mapping[str, Floats]:
    """The signals *told*, with what votes earned in those that *shares* names told by itself; *voters* are its rows."""
    if not shares:
        return told
    found = dict(told)
    for name, (ups, downs) in shares.items():
        found[name] = found[name].copy()
        found[name][voters] -= ups + downs
    for place, name in enumerate(VOTED):
        found[name] = np.zeros_like(found[SIGNALS[0]])
        found[name][voters] = total([share[place] for share in shares.values()])
    return found
