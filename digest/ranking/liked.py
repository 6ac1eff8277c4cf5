"""Liked papers, and those that votes are about, as vectors: read once, whoever likes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.model import Paper
from digest.ranking.arrays import Bag, Sparse, scaled, widened
from digest.ranking.background import Background, key
from digest.ranking.shelf import Kept, Shelf, placed
from digest.ranking.space import SHRINK, Space, Vectors, usual


class LikedTexts:
    """Liked papers as rows: taken from the background's landmarks, from the shelf, or read anew, in this order."""

    def __init__(self, space: Space, shelf: Shelf) -> None:
        self._space, self._shelf = space, shelf
        self._numbers: dict[int, int] = {}  # by a paper's key: two likes may name one paper
        self.papers: list[Paper] = []
        self.titles: list[str] = []
        self._found: list[tuple[int, int]] = []  # of each: which of the three, and its place there
        self._landmarks: list[int] = []
        self._kept: list[Kept] = []
        self._kept_terms: list[NDArray[np.int32]] = []
        self._new: dict[int, Bag] = {}

    def number(self, paper: Paper, title: str = "") -> int:
        """The number of a paper, counted in the order of asking; *title* is what it is called, its own by default."""
        known_by = key(paper)
        n = self._numbers.get(known_by)
        if n is None:
            n = self._numbers[known_by] = len(self._found)
            self.papers.append(paper)
            self.titles.append(title or paper.title)
            self._found.append(self._find(paper, known_by))
        return n

    def _find(self, paper: Paper, known_by: int) -> tuple[int, int]:
        landmark = self._space.background.known.get(known_by)
        if landmark is not None:
            self._landmarks.append(landmark)
            return 0, len(self._landmarks) - 1
        kept = self._shelf.take(known_by)
        if kept is not None:
            self._kept.append(kept)
            self._kept_terms.append(kept.numbers(self._space))
            return 1, len(self._kept) - 1
        self._new[known_by] = self._space.paper(paper)
        return 2, len(self._new) - 1

    def vectors(self) -> tuple[list[int], Vectors]:
        """The row of each number, and the rows; number every term before."""
        back, width = self._space.background, self._space.width
        marks = _weights(back, np.array(self._landmarks, dtype=np.int64))
        known = Vectors(marks, back.settled[self._landmarks], usual(marks, back))
        kept, new = placed(self._kept, self._kept_terms, self._space), self._space.vectors(list(self._new.values()))
        self._shelf.put(list(self._new), new, self._space)
        parts = (known, kept, new)
        firsts = np.cumsum([0, *(len(part.places) for part in parts)]).tolist()
        rows = [firsts[which] + place for which, place in self._found]
        together = Vectors(
            sparse.vstack([widened(part.weights, width) for part in parts], format="csr"),
            np.concatenate([part.places for part in parts]),
            np.concatenate([part.usual for part in parts]),
        )
        return rows, together


def ordinary(background: Background) -> Vectors:
    """The ordinary papers that every score is measured against."""
    weights = background.ordinary
    return Vectors(weights, background.settled[background.sample], usual(weights, background))


def _weights(background: Background, rows: NDArray[np.int64]) -> Sparse:
    """Term weights of landmarks: their rows of length 1 at the length that `space` gives a text."""
    return scaled(background.landmarks[rows], background.lengths[rows] ** (1 - SHRINK))
