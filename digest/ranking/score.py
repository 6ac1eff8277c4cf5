"""How well every candidate fits every interest: a few matrix products, no loop over profiles and papers.

Four signals, each told in deviations from what ordinary papers get from the same interest:
the words shared with the liked papers (less what any paper shares: Rocchio's background), how near it lies to
them among the topics, and both again for the keywords and the prose. See docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.ranking.arrays import Floats, Sparse, dense, stacked
from digest.ranking.space import Vectors
from digest.ranking.wishes import Phrase, Wishes

COMMON = 1.5  # how much of what any paper shares is taken off what likes share
_WORDS_LEAST, _TOPIC_LEAST = 0.02, 0.05  # deviations are not taken for smaller than this
_HALF, _STEP = 3.0, 0.8  # a score of ½: this many deviations above an ordinary paper; and what e-folds the odds
_NAMED = 1.5  # deviations that a keyword named in full adds
AVOIDED = 0.6  # what a word that is to be avoided leaves of a score
SIGNALS = ("words of liked papers", "topic of liked papers", "words asked for", "topic asked for", "keyword")


@dataclass(frozen=True, slots=True)
class Scores:
    """Rows are interests, columns candidates. *signals* sum to the deviations above an ordinary paper."""

    signals: Mapping[str, Floats]
    unwanted: NDArray[np.bool_]

    def of(self, rows: slice) -> Scores:
        """The scores of some of the interests."""
        return Scores({name: signal[rows] for name, signal in self.signals.items()}, self.unwanted[rows])

    @property
    def final(self) -> Floats:
        """Scores in [0, 1]; equal for equal input on any machine (rounded to a millionth)."""
        return rounded(np.where(self.unwanted, AVOIDED, 1) * chance(total(list(self.signals.values()))))


def chance(deviations: Floats) -> Floats:
    """Deviations above an ordinary paper as a score in (0, 1)."""
    odds: Floats = 1 / (1 + np.exp(-np.clip((deviations - _HALF) / _STEP, -30, 30)))
    return odds


def total(arrays: Sequence[Floats]) -> Floats:
    """The sum of arrays of one shape, from the first to the last."""
    summed: Floats = np.add.reduce(arrays)
    return summed


def rounded(scores: Floats) -> Floats:
    """To a millionth, so that the last bits of a sum do not decide an order."""
    found: Floats = np.round(scores.astype(np.float64), 6)
    return found


def scores(wishes: Wishes, rows: slice, papers: Vectors, ordinary: Vectors, holds: Sparse) -> Scores:
    """Score the candidates *papers* for the interests *rows*; *holds* says which phrase each names (phrase x paper)."""
    likes, many = wishes.likes[rows], wishes.many[rows][:, None]
    profile, place = likes @ wishes.liked.weights, likes @ wishes.liked.places
    asked, asked_place = wishes.asked.weights[rows], wishes.asked.places[rows]
    has_likes, asks = np.minimum(many, 1), wishes.asks[rows][:, None]
    raw = [
        _standard(*_words(profile, (ordinary, papers), COMMON), _WORDS_LEAST),
        _standard(*_topic(place, (ordinary, papers)), _TOPIC_LEAST),
        _standard(*_words(asked, (ordinary, papers), 0.0), _WORDS_LEAST),
        _standard(*_topic(asked_place, (ordinary, papers)), _TOPIC_LEAST),
    ]
    fewer = 1 / np.sqrt(np.maximum(many, 1))
    shares = [has_likes, has_likes * (1 + fewer), asks, asks]
    for first, weight in ((0, has_likes), (2, asks * np.where(many > 0, fewer, 1))):
        spread = _spread(total([shares[n] * raw[n][0] for n in (first, first + 1)]))
        for n in (first, first + 1):
            shares[n] = shares[n] * weight / spread
    spread = _spread(total([share * usual for share, (usual, _) in zip(shares, raw, strict=True)]))
    signals = [(share * today / spread).astype(np.float32) for share, (_, today) in zip(shares, raw, strict=True)]
    named = np.minimum(dense(wishes.keywords[rows] @ holds), 1)
    return Scores(dict(zip(SIGNALS, (*signals, _NAMED * named), strict=True)), dense(wishes.avoided[rows] @ holds) > 0)


def holding(phrases: Sequence[Phrase], weights: Sparse, texts: Sequence[str]) -> Sparse:
    """Which candidate (column) names which phrase (row): its folded text holds it.

    Only texts that have all terms of a phrase are looked through.
    """
    needs = stacked([dict.fromkeys(phrase.terms, 1.0) for phrase in phrases], weights.shape[1])
    has = weights.copy()
    has.data = (has.data > 0).astype(np.float32)
    found = (needs @ has.T).tocsr()
    named = []
    for phrase, start, end in zip(phrases, found.indptr[:-1], found.indptr[1:], strict=True):
        near = found.indices[start:end][found.data[start:end] > len(phrase.terms) - 0.5]
        where = sorted(near.tolist()) if phrase.terms else range(len(texts))
        named.append({n: 1.0 for n in where if phrase.folded in texts[n]})
    return stacked(named, len(texts))


def _words(profile: Sparse, both: tuple[Vectors, Vectors], common: float) -> tuple[Floats, Floats]:
    """Shared words, less *common* of what any paper shares; a wish without a known word shares nothing with any."""
    known = np.diff(profile[:, : both[0].weights.shape[1]].indptr)[:, None] > 0
    usual, today = (dense(profile[:, : v.weights.shape[1]] @ v.weights.T) - common * known * v.usual for v in both)
    return usual, today


def _topic(places: Floats, both: tuple[Vectors, Vectors]) -> tuple[Floats, Floats]:
    usual, today = (places @ v.places.T for v in both)
    return usual, today


def _standard(usual: Floats, today: Floats, least: float) -> tuple[Floats, Floats]:
    """Both as deviations from the mean of *usual*, row by row."""
    mean = usual.mean(axis=1, keepdims=True)
    spread = np.sqrt(usual.var(axis=1, keepdims=True) + least**2)
    return (usual - mean) / spread, (today - mean) / spread


def _spread(rows: Floats) -> Floats:
    found: Floats = np.maximum(rows.std(axis=1, keepdims=True), 0.1)
    return found
