"""Vectors of texts that are met again every day: read once, kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.ranking.arrays import Floats
from digest.ranking.space import Space, Vectors

MOST = 10_000  # texts that are kept: an abstract takes about 1.6 KB


@dataclass(frozen=True, slots=True)
class Kept:
    """One text as a row: *columns* and *weights* of the terms that the background has, then of those it has not."""

    columns: NDArray[np.int32]
    weights: Floats
    met: tuple[str, ...]
    place: Floats
    usual: float

    def numbers(self, space: Space) -> NDArray[np.int32]:
        """The numbers of its terms in *space*, in the order of *weights*."""
        if not self.met:
            return self.columns
        return np.concatenate([self.columns, np.array([space.number(term) for term in self.met], dtype=np.int32)])


class Shelf:
    """Texts by their key; where there are more than *most*, the one longest unused goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[int, Kept] = OrderedDict()

    def take(self, key: int) -> Kept | None:
        """What is kept of a text, if it is."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._kept[key] = kept
        return kept

    def put(self, keys: Sequence[int], vectors: Vectors, space: Space) -> None:
        """Keep texts by the rows that were made of them in *space*."""
        rows, met = vectors.weights, space.met()
        for n, key in list(enumerate(keys))[-self._most :]:
            start, end = rows.indptr[n], rows.indptr[n + 1]
            columns = rows.indices[start:end]
            order = np.argsort(columns >= space.known, kind="stable")
            known = int((columns < space.known).sum())
            self._kept[key] = Kept(
                columns=columns[order[:known]].astype(np.int32),
                weights=rows.data[start:end][order].astype(np.float32),
                met=tuple(met[column - space.known] for column in columns[order[known:]].tolist()),
                place=vectors.places[n].copy(),
                usual=float(vectors.usual[n]),
            )
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def placed(kept: Sequence[Kept], numbers: Sequence[NDArray[np.int32]], space: Space) -> Vectors:
    """Kept texts side by side; *numbers* are those of their terms in *space*."""
    starts = np.cumsum([0, *map(len, numbers)])
    columns = np.concatenate([np.zeros(0, np.int32), *numbers])
    weights = np.concatenate([np.zeros(0, np.float32), *(one.weights for one in kept)])
    places = np.stack([one.place for one in kept]) if kept else np.zeros((0, space.background.dimensions), np.float32)
    return Vectors(
        sparse.csr_matrix((weights, columns, starts), shape=(len(kept), space.width)),
        places,
        np.array([one.usual for one in kept], dtype=np.float32),
    )
