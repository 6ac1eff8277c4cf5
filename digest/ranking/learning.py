"""Learn a background from papers: what `Background` holds, and how it comes about.

*idf* is ln(1 + (n - df + ½) / (df + ½)) of the given papers, mixed with the shipped background's where there is
one, so that few papers do not decide what is rare. *mean* is the average row of term weights. *basis* are the
leading right singular vectors of the papers' rows of length 1 (randomised subspace iteration, Halko, Martinsson
and Tropp 2011, with a fixed seed); *centre* the average of what they give. A *place* is a paper's row times the
basis, less the centre, at length 1; it is *settled* when drawn towards its nearest neighbours, and *drift* is the
average of those pulls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.model import Paper
from digest.ranking.arrays import Floats, Sparse, lengths, narrowed, scaled, stacked, unit
from digest.ranking.background import GUIDES, PAIR, VERSION, Background, Guides, key, spread_over
from digest.ranking.kinship import of_its_field
from digest.ranking.space import DRAW, SATURATION, SHRINK, TITLE, Space, drawn
from digest.ranking.terms import terms_of

DIMENSIONS = 64
LANDMARKS = 20_000
ENOUGH, PLENTY = 300, 4_000
_ROUNDS, _SPARE, _SEED = 4, 20, 7
_TRUST = 100  # so many papers count as much as the shipped background does when their idf is mixed
_SHIPPED = 0.15  # what the shipped idf keeps however many papers there are


def learn(papers: Sequence[Paper], base: Background | None = None, *, fewest: int = 1, heaviest: int = 0) -> Background:
    """Learn from *papers*, oldest first; a word must stand in *fewest* of them, a pair in at least two.

    With a *base*, few papers teach nothing that it does not know better, and give the base itself: fewer than
    `ENOUGH`, or than `PLENTY` when they are of the base's own field. *heaviest* > 0 keeps only so many terms of
    each landmark, which suits a background that is shipped and not one that is the bot's own. Raises ValueError
    when there is nothing to learn from.
    """
    if base is not None and len(papers) < PLENTY and (len(papers) < ENOUGH or of_its_field(papers, base)):
        return base
    terms, rows = _counted(papers, fewest)
    if not terms:
        raise ValueError("no paper to learn from has a word that says what it is about")
    counts = np.bincount(rows.indices, minlength=len(terms))
    idf = _idf(terms, counts, len(papers), base)
    pairs = np.array([" " in term for term in terms], dtype=bool)
    rows.data *= (SATURATION + 1) / (rows.data + SATURATION) * (idf * np.where(pairs, PAIR, 1))[rows.indices]
    arrays = {
        "version": np.int64(VERSION),
        "terms": np.frombuffer("\n".join(terms).encode(), dtype=np.uint8),
        "counts": counts.astype(np.int32),
        "papers": np.int64(len(papers)),
        "idf": idf.astype(np.float16),
        "unknown": np.float32(np.log(1 + (len(papers) + 0.5) / 0.5)),
        "keys": np.array([key(papers[n]) for n in _landmarks(len(papers))] if not heaviest else [], dtype=np.int64),
    }
    found = arrays | _geometry(rows, heaviest)
    return Background(found | _ordinary(papers, Background(found)))


def _counted(papers: Sequence[Paper], fewest: int) -> tuple[list[str], Sparse]:
    """The terms worth keeping, sorted, and how often each stands in each paper."""
    numbers: dict[str, int] = {}
    bags = []
    for paper in papers:
        bag: dict[int, float] = {}
        for text, weight in ((paper.title, TITLE), (paper.abstract or "", 1.0)):
            for term in terms_of(text):
                n = numbers.setdefault(term, len(numbers))
                bag[n] = bag.get(n, 0.0) + weight
        bags.append(bag)
    rows = stacked(bags, len(numbers))
    found = np.bincount(rows.indices, minlength=len(numbers)).tolist()
    kept = sorted(term for term, n in numbers.items() if found[n] >= max(fewest, 1 + (" " in term)))
    return kept, narrowed(rows, np.array([numbers[term] for term in kept], dtype=np.int64))


def _idf(terms: Sequence[str], counts: NDArray[np.int64], papers: int, base: Background | None) -> Floats:
    own: Floats = np.log(1 + (papers - counts + 0.5) / (counts + 0.5)).astype(np.float32)
    if base is None or not terms:
        return own
    other = np.array([base.idf[n] if (n := base.terms.get(term)) is not None else base.unknown for term in terms])
    share = (1 - _SHIPPED) * papers / (papers + _TRUST)
    mixed: Floats = (share * own + (1 - share) * other).astype(np.float32)
    return mixed


def _landmarks(papers: int) -> NDArray[np.int64]:
    """The newest papers, as many as may be landmarks."""
    return np.arange(max(0, papers - LANDMARKS), papers)


def _geometry(rows: Sparse, heaviest: int) -> dict[str, Any]:
    """Everything that comes of the papers' rows: averages, topics and landmarks."""
    size = lengths(rows)
    level = scaled(rows, 1 / size)
    basis, scale = _quantised(_leading(level))
    centre = np.asarray(level.mean(axis=0), dtype=np.float32) @ (basis * scale)
    chosen = _landmarks(rows.shape[0])
    marks = level[chosen]
    places = unit(marks @ (basis * scale) - centre)
    kept = _heaviest(marks, heaviest) if heaviest else marks
    guides = spread_over(len(chosen), GUIDES)
    pulls = drawn(kept, Guides.of(kept[guides], places[guides]), itself=True)
    drift = pulls.mean(axis=0) if len(pulls) else np.zeros(basis.shape[1], dtype=np.float32)
    settled = unit(places + DRAW * unit(pulls - drift))
    return {
        "mean": np.asarray(scaled(rows, size**-SHRINK).mean(axis=0), dtype=np.float32).ravel(),
        "basis": basis.astype(np.int8),
        "basis_scale": scale,
        "centre": centre.ravel(),
        "drift": drift,
        "landmark_terms": kept.indices.astype(np.uint16 if rows.shape[1] < 2**16 else np.uint32),
        "landmark_values": np.rint(kept.data * 255).clip(0, 255).astype(np.uint8),
        "landmark_starts": kept.indptr.astype(np.uint32),
        "landmark_lengths": size[chosen],
        "places": np.rint(places * 127).astype(np.int8),
        "settled": np.rint(settled * 127).astype(np.int8),
    }


def _ordinary(papers: Sequence[Paper], background: Background) -> dict[str, Any]:
    """The sampled landmarks as any new paper is reckoned: with the terms that are known to nobody in their length."""
    chosen = _landmarks(len(papers))[background.sample]
    space = Space(background)
    rows = space.weights([space.paper(papers[n]) for n in chosen])[:, : space.known]
    return {
        "ordinary_terms": rows.indices.astype(np.int32),
        "ordinary_values": rows.data.astype(np.float16),
        "ordinary_starts": rows.indptr.astype(np.int32),
    }


def _leading(level: Sparse) -> Floats:
    """The leading right singular vectors of *level* as columns."""
    many = min(DIMENSIONS, *level.shape)
    if not many:
        return np.zeros((level.shape[1], DIMENSIONS), dtype=np.float32)
    random = np.random.default_rng(_SEED)
    found = level @ random.standard_normal((level.shape[1], min(many + _SPARE, *level.shape)), dtype=np.float32)
    for _ in range(_ROUNDS):
        found = level @ np.linalg.qr(level.T @ np.linalg.qr(found)[0])[0]
    narrow = level.T @ np.linalg.qr(found)[0]
    _, vectors = np.linalg.eigh(narrow.T @ narrow)
    leading: Floats = unit((narrow @ vectors[:, ::-1][:, :many]).T).T
    return leading


def _quantised(basis: Floats) -> tuple[Floats, Floats]:
    """*basis* in whole steps from -127 to 127, and the size of a step in each column."""
    scale = np.maximum(np.abs(basis).max(axis=0, initial=0), 1e-6) / 127
    steps: Floats = np.rint(basis / scale).astype(np.float32)
    return steps, scale.astype(np.float32)


def _heaviest(rows: Sparse, many: int) -> Sparse:
    """The *many* largest values of each row."""
    taken = []
    for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True):
        best = np.sort(start + np.argsort(-rows.data[start:end], kind="stable")[:many])
        taken.append(best)
    all_taken = np.concatenate(taken) if taken else np.zeros(0, np.int64)
    starts = np.cumsum([0, *map(len, taken)])
    return sparse.csr_matrix((rows.data[all_taken], rows.indices[all_taken], starts), shape=rows.shape)
