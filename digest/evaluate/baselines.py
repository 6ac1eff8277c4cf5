"""What peers do, to measure against: tf-idf centroid, BM25 with the likes as the query, a linear SVM per profile.

Words only, no bigrams, no stemming: the settings of the tools that readers know (arxiv-sanity-lite's SVM has
C = 0.01 and weighs both classes evenly).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from digest.evaluate.ranking import Ranked, Split
from digest.ranking.terms import STOP_WORDS

Method = Literal["tfidf", "bm25", "svm"]
Floats = NDArray[Any]
_WORD = re.compile(r"[^\W\d_]{2,}")
_K1, _B = 1.2, 0.75
_C = 0.01
_MACHINES = 400


class Words:
    """The papers of a split as counts of words; document frequencies from its known papers alone."""

    def __init__(self, split: Split) -> None:
        self._numbers: dict[str, int] = {}
        self.place = {paper: n for n, paper in enumerate(split.papers)}
        texts = [f"{paper.title} {paper.abstract or ''}".lower() for paper in split.papers.values()]
        bags = [[self._numbers.setdefault(word, len(self._numbers)) for word in _said(text)] for text in texts]
        starts = np.cumsum([0, *map(len, bags)])
        columns = np.array([n for bag in bags for n in bag], dtype=np.int64)
        shape = (len(bags), len(self._numbers))
        self.counts = sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=shape)
        self.counts.sum_duplicates()
        self.known = np.array([self.place[paper.id] for paper in split.corpus], dtype=np.int64)
        frequencies = np.bincount(self.counts[self.known].indices, minlength=shape[1])
        self.idf = np.log((1 + len(self.known)) / (1 + frequencies)) + 1
        self.rarity = np.log(1 + (len(self.known) - frequencies + 0.5) / (frequencies + 0.5))

    def tfidf(self) -> Any:
        """Rows of (1 + ln count) × idf at length 1."""
        rows = self.counts.copy()
        rows.data = (1 + np.log(rows.data)) * self.idf[rows.indices]
        return (sparse.diags(1 / np.sqrt(rows.multiply(rows).sum(axis=1).A1.clip(1e-9))) @ rows).tocsr()

    def bm25(self) -> Any:
        """Rows of saturated counts × idf, longer texts discounted."""
        rows = self.counts.copy()
        sizes = rows.sum(axis=1).A1
        least = _K1 * (1 - _B + _B * sizes / sizes.mean())
        rows.data *= (_K1 + 1) / (rows.data + np.repeat(least, np.diff(rows.indptr))) * self.rarity[rows.indices]
        return rows


def _said(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word not in STOP_WORDS]


def users_of(split: Split, method: Method) -> frozenset[str]:
    """The users whom *method* ranks for: all, but `_MACHINES` spread over them where each needs a machine of their own.

    Training one takes about 20 ms: all users of a large set, with many likes each, would take minutes.
    """
    users = sorted({profile["user"] for profile in split.profiles})
    if method != "svm" or len(users) <= _MACHINES:
        return frozenset(users)
    return frozenset(users[n * len(users) // _MACHINES] for n in range(_MACHINES))


def rankings(split: Split, method: Method) -> Iterator[Ranked]:
    """Yield (profile, batch, ids best first) for the due of `users_of`, ranked as *method* does by likes alone."""
    words, users = Words(split), users_of(split, method)
    taught: Callable[[Sequence[int]], Floats] = {
        "tfidf": partial(_centroid, words.tfidf()),
        "bm25": partial(_query, words.counts),
        "svm": partial(_machine, words.tfidf(), words.known),
    }[method]
    rows = words.bm25() if method == "bm25" else words.tfidf()
    batches = [(batch, np.array([words.place[item] for item in batch["items"]])) for batch in split.batches]
    for profile in split.profiles:
        if profile["user"] not in users:
            continue
        wanted = taught([words.place[like] for like in profile["liked"]])
        for batch, items in batches:
            if batch["relevant"].get(profile["user"]):
                values = rows[items] @ wanted
                yield profile, batch, [batch["items"][n] for n in np.argsort(-values, kind="stable")]


def _centroid(rows: Any, likes: Sequence[int]) -> Floats:
    found: Floats = rows[likes].mean(axis=0).A1
    return found


def _query(counts: Any, likes: Sequence[int]) -> Floats:
    """BM25 with every word of the likes as the query, each once per paper that has it."""
    found: Floats = (counts[likes] > 0).sum(axis=0).A1
    return found


def _machine(rows: Any, known: NDArray[np.int64], likes: Sequence[int]) -> Floats:
    """A linear SVM (squared hinge) of the likes against the other known papers."""
    others = np.setdiff1d(known, likes)
    train = sparse.vstack([rows[likes], rows[others]], format="csr")
    sign = np.concatenate([np.ones(len(likes)), -np.ones(len(others))])
    weight = _C * len(sign) / 2 / np.where(sign > 0, len(likes), len(others))

    def loss(w: Floats) -> tuple[float, Floats]:
        slack = np.maximum(0, 1 - sign * (train @ w[:-1] + w[-1]))
        pull = -2 * weight * slack * sign
        return 0.5 * w @ w + weight @ slack**2, np.append(train.T @ pull, pull.sum()) + w

    w = optimize.minimize(loss, np.zeros(train.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 30}).x
    found: Floats = w[:-1]
    return found
