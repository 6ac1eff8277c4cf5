"""Texts as vectors: which terms they hold, how much each says, and where they lie among the topics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.model import Paper
from digest.ranking.arrays import Bag, Floats, Sparse, dense, joined, lengths, scaled, unit
from digest.ranking.background import PAIR, Background, Guides
from digest.ranking.terms import terms_of

TITLE = 2.0  # a word of the title counts as often
SATURATION = 2.0  # BM25's k1: the fifth mention says little more than the second
SHRINK = 0.7  # rows are divided by length ** SHRINK: long texts are discounted, not forced level
_CELLS = 4_000_000  # of a matrix with its zeros, at a time
_COPY = 0.9  # two texts nearer than this are one
NEIGHBOURS = 20  # known papers that a text is drawn towards
DRAW = 4.0  # how strongly


@dataclass(frozen=True, slots=True)
class Vectors:
    """Texts side by side. *weights* term weights, *places* unit rows among the topics, *usual* how ordinary."""

    weights: Sparse
    places: Floats
    usual: Floats


class Space:
    """Term numbers and vectors against one background; terms not known there get numbers as they are met."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self._numbers = background.terms
        self.known = len(self._numbers)  # terms from this number on are not in the background
        self._met: dict[str, int] = {}  # theirs
        self._says: list[float] = []  # what each of them counts

    def number(self, term: str) -> int:
        """The number of *term*."""
        n = self._numbers.get(term)
        if n is None and (n := self._met.get(term)) is None:
            n = self._met[term] = self.known + len(self._met)
            self._says.append(self.background.unknown * (PAIR if " " in term else 1))
        return n

    @property
    def width(self) -> int:
        """How many terms have a number."""
        return self.known + len(self._met)

    def met(self) -> Sequence[str]:
        """The terms that the background does not have, in the order of their numbers."""
        return list(self._met)

    def bag(self, *fields: tuple[str, float]) -> Bag:
        """Count the terms of texts, each with the weight of its field."""
        bag: dict[int, float] = {}
        for text, weight in fields:
            for term in terms_of(text):
                n = self.number(term)
                bag[n] = bag.get(n, 0.0) + weight
        return Bag.of(bag)

    def paper(self, paper: Paper) -> Bag:
        """Count the terms of a paper."""
        return self.bag((paper.title, TITLE), (paper.abstract or "", 1.0))

    def says(self) -> Floats:
        """How much each term counts, those of today included."""
        found: Floats = np.concatenate([self.background.says, np.array(self._says, dtype=np.float32)])
        return found

    def rarity_of(self, term: int) -> float:
        """How rare one term is."""
        return float(self.background.idf[term]) if term < self.known else self.background.unknown

    def rarity(self, terms: NDArray[np.int64]) -> Floats:
        """How rare terms are, as the logarithm that `learning` explains."""
        known = np.minimum(terms, self.known - 1)
        return np.where(terms < self.known, self.background.idf[known], np.float32(self.background.unknown))

    def vectors(self, bags: Sequence[Bag]) -> Vectors:
        """The texts of *bags* as vectors; number every term before (a later one would not fit)."""
        rows = self._rows(bags)
        size = lengths(rows)
        weights, level = scaled(rows, size**-SHRINK), scaled(rows, 1 / size)[:, : self.known]
        return Vectors(weights, self.settle(level), usual(weights, self.background))

    def weights(self, bags: Sequence[Bag]) -> Sparse:
        """The term weights of *bags* alone."""
        rows = self._rows(bags)
        return scaled(rows, lengths(rows) ** -SHRINK)

    def level(self, bags: Sequence[Bag]) -> Sparse:
        """The texts of *bags* as rows of length 1, terms that are not known left out."""
        rows = self._rows(bags)
        return scaled(rows, 1 / lengths(rows))[:, : self.known]

    def _rows(self, bags: Sequence[Bag]) -> Sparse:
        rows = joined(bags, self.width)
        rows.data *= (SATURATION + 1) / (rows.data + SATURATION) * self.says()[rows.indices]
        return rows

    def settle(self, level: Sparse) -> Floats:
        """Where rows of length 1 lie among the topics, drawn towards the known papers nearest in words."""
        back = self.background
        places = unit(back.topics(level) - back.centre)
        settled = unit(places + DRAW * unit(drawn(level, back.guides) - back.drift))
        settled[np.diff(level.indptr) == 0] = 0  # no known word, no place
        return settled


def usual(weights: Sparse, background: Background) -> Floats:
    """How much each row shares with the average known paper."""
    shared: Floats = weights[:, : len(background.mean)] @ background.mean
    return shared


def drawn(level: Sparse, guides: Guides, *, itself: bool = False) -> Floats:
    """The average place of the landmarks nearest in words, by how near; *itself* leaves near-copies out."""
    found = np.zeros((level.shape[0], guides.places.shape[1]), dtype=np.float32)
    some = np.flatnonzero(np.diff(level.indptr))
    if not len(guides.places) or not len(some):
        return found
    for part in slices(len(some), max(1, _CELLS // len(guides.places))):
        rows = level[some[part]]
        near = dense(rows @ guides.columns)
        near -= (rows @ guides.mean)[:, None]
        near -= guides.common
        if itself:
            near[near > _COPY] = 0
        found[some[part]] = _pull(near, guides.places)
    return found


def _pull(near: Floats, places: Floats) -> Floats:
    many = min(NEIGHBOURS, near.shape[1])
    best = np.argpartition(near, near.shape[1] - many, axis=1)[:, near.shape[1] - many :]
    shares = np.take_along_axis(near, best, axis=1).clip(0)
    shares /= shares.sum(axis=1, keepdims=True).clip(1e-6)
    pulled: Floats = np.einsum("rk,rkd->rd", shares, places[best]).astype(np.float32)
    return pulled


def slices(rows: int, size: int) -> Iterable[slice]:
    """Cut *rows* into runs of at most *size*."""
    return (slice(at, min(at + size, rows)) for at in range(0, rows, size))
