"""Small operations on matrices; floats are float32 wherever there are many, every matrix with many zeros is CSR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[Any]
Sparse = Any  # scipy.sparse.csr_matrix; scipy ships no types

_TINY = 1e-6


def unit(rows: Floats) -> Floats:
    """Every row at length 1; a row without direction stays at zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = np.where(lengths > _TINY, rows / np.maximum(lengths, _TINY), 0).astype(np.float32)
    return scaled


class Bag(NamedTuple):
    """The terms of one text and how often each stands there: as arrays they take a tenth of what a dict takes."""

    columns: NDArray[np.int32]
    counts: Floats

    @classmethod
    def of(cls, counted: Mapping[int, float]) -> Bag:
        """A bag of {column: count}."""
        many = len(counted)
        return cls(np.fromiter(counted, np.int32, many), np.fromiter(counted.values(), np.float32, many))


def joined(bags: Sequence[Bag], width: int) -> Sparse:
    """One row per bag."""
    starts = np.cumsum([0, *(len(bag.columns) for bag in bags)])
    columns = np.concatenate([np.zeros(0, np.int32), *(bag.columns for bag in bags)])
    values = np.concatenate([np.zeros(0, np.float32), *(bag.counts for bag in bags)])
    return sparse.csr_matrix((values, columns, starts), shape=(len(bags), width))


def stacked(bags: Sequence[Mapping[int, float]], width: int) -> Sparse:
    """One row per mapping {column: value}."""
    starts = np.cumsum([0, *map(len, bags)])
    columns = np.fromiter((column for bag in bags for column in bag), dtype=np.int32, count=starts[-1])
    values = np.fromiter((value for bag in bags for value in bag.values()), dtype=np.float32, count=starts[-1])
    return sparse.csr_matrix((values, columns, starts), shape=(len(bags), width))


def scaled(rows: Sparse, factors: Floats) -> Sparse:
    """Each row times its factor, in place of the values."""
    return sparse.csr_matrix(
        (rows.data * np.repeat(factors, np.diff(rows.indptr)), rows.indices, rows.indptr), shape=rows.shape
    )


def lengths(rows: Sparse) -> Floats:
    """The length of every row; 1 for an empty row."""
    squares = np.concatenate([[0.0], np.cumsum(np.square(rows.data, dtype=np.float64))])
    found = np.sqrt(np.diff(squares[rows.indptr]))
    return np.where(found > _TINY, found, 1).astype(np.float32)


def dense(rows: Sparse) -> Floats:
    """The matrix with its zeros."""
    filled: Floats = np.asarray(rows.toarray(), dtype=np.float32)
    return filled


def averaging(groups: Sequence[Sequence[int]], columns: int) -> Sparse:
    """The matrix that averages rows: one row per group of column numbers; an empty group gives zeros."""
    starts = np.cumsum([0, *map(len, groups)])
    members = np.fromiter((n for group in groups for n in group), dtype=np.int32, count=starts[-1])
    shares = np.repeat([1.0 / max(1, len(group)) for group in groups], [len(group) for group in groups])
    return sparse.csr_matrix((shares.astype(np.float32), members, starts), shape=(len(groups), columns))


def members(width: int, *numbers: NDArray[Any]) -> NDArray[np.int64]:
    """Which of the numbers below *width* stand in every one of *numbers*, in order: no sort needed."""
    found = np.ones(width, dtype=bool)
    for some in numbers:
        here = np.zeros(width, dtype=bool)
        here[some] = True
        found &= here
    return np.flatnonzero(found)


def widened(rows: Sparse, width: int) -> Sparse:
    """The same rows with more columns."""
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], width))


def narrowed(rows: Sparse, columns: NDArray[np.int64]) -> Sparse:
    """Only the given columns, numbered anew in their order."""
    place = np.full(rows.shape[1], -1, dtype=np.int32)
    place[columns] = np.arange(len(columns))
    found = place[rows.indices]
    kept = found >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    return sparse.csr_matrix((rows.data[kept], found[kept], starts), shape=(rows.shape[0], len(columns)))
