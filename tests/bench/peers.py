"""Is the ranker ahead of the best method without a model, user by user? ``python tests/bench/peers.py [SETS]``.

On the labelled development sets (../shared/rankbench) four methods of its README that use no model rank the same
batches for the same users by likes alone: tf-idf of stems and pairs minus the background, the same with BM25's
weights, latent semantic analysis with ridge whitening, and the sum of the z-scores of these three and of a soft-max
over likes. One JSON line: for every slice our nDCG@10, the best of them, and the 95 % interval of the difference
(users drawn in pairs). Needs about five minutes of one core.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.evaluate.comparing import interval  # noqa: E402
from digest.evaluate.ranking import Ranked, Split, by_user, rankings, read  # noqa: E402
from digest.ranking.terms import terms_of  # noqa: E402

TOPICS, SOFT = 150, 0.1
RIDGE = 0.1  # of the mean variance of a topic, and as much again for every like that is missing
Floats = Any


class Features:
    """The papers of a split as rows, in the order of `Split.papers`; statistics come from its known papers."""

    def __init__(self, split: Split) -> None:
        numbers: dict[str, int] = {}
        bags = [
            [numbers.setdefault(term, len(numbers)) for term in terms_of(f"{paper.title}. {paper.abstract or ''}")]
            for paper in split.papers.values()
        ]
        starts = np.cumsum([0, *map(len, bags)])
        columns = np.array([n for bag in bags for n in bag], dtype=np.int64)
        shape = (len(bags), len(numbers))
        counts = sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=shape)
        counts.sum_duplicates()
        place = {paper: n for n, paper in enumerate(split.papers)}
        known = np.array([place[paper.id] for paper in split.corpus])
        df = np.bincount(counts[known].indices, minlength=shape[1])
        idf = np.log((1 + len(known)) / (1 + df)) + 1
        self.tfidf = levelled(weighed(counts, lambda c, _: 1 + np.log(c), idf))
        sizes = counts.sum(axis=1).A1
        least = 1.2 * (0.25 + 0.75 * sizes / sizes.mean())
        self.bm25 = levelled(weighed(counts, lambda c, rows: 2.2 * c / (c + least[rows]), idf))
        basis = svds(self.tfidf[known], TOPICS, random_state=0)[2].T
        topics = self.tfidf @ basis
        topics -= topics[known].mean(axis=0)
        values, turn = np.linalg.eigh(np.cov(topics[known].T))
        self.turned, self.variances = topics @ turn, values
        self.topics = topics / np.linalg.norm(topics, axis=1, keepdims=True).clip(1e-9)
        self.means = {name: rows[known].mean(axis=0).A1 for name, rows in (("tfidf", self.tfidf), ("bm25", self.bm25))}
        self.place = place


def weighed(counts: Any, saturated: Callable[[Floats, Floats], Floats], idf: Floats) -> Any:
    rows = counts.copy()
    at = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    rows.data = saturated(rows.data, at) * idf[rows.indices]
    return rows


def levelled(rows: Any) -> Any:
    return (sparse.diags(1 / np.sqrt(rows.multiply(rows).sum(axis=1).A1.clip(1e-9))) @ rows).tocsr()


def minus_background(rows: Any, mean: Floats, likes: Sequence[int], items: Floats) -> Floats:
    return rows[items] @ (rows[likes].mean(axis=0).A1 - mean)


def whitened(features: Features, likes: Sequence[int], items: Floats) -> Floats:
    """The likes' mean topic, divided by each direction's variance and a ridge that grows as likes are few."""
    ridge = RIDGE * features.variances.mean() * (1 + 10 / len(likes))
    return features.turned[items] @ (features.turned[likes].mean(axis=0) / (features.variances + ridge))


def soft_max(features: Features, likes: Sequence[int], items: Floats) -> Floats:
    near = features.topics[items] @ features.topics[likes].T
    return np.log(np.exp(near / SOFT).mean(axis=1)) * SOFT


def methods(features: Features) -> Mapping[str, Callable[[Sequence[int], Floats], Floats]]:
    def tfidf(likes: Sequence[int], items: Floats) -> Floats:
        return minus_background(features.tfidf, features.means["tfidf"], likes, items)

    def bm25(likes: Sequence[int], items: Floats) -> Floats:
        return minus_background(features.bm25, features.means["bm25"], likes, items)

    def lsa(likes: Sequence[int], items: Floats) -> Floats:
        return whitened(features, likes, items)

    def hybrid(likes: Sequence[int], items: Floats) -> Floats:
        found = [tfidf(likes, items), bm25(likes, items), lsa(likes, items), soft_max(features, likes, items)]
        return sum((one - one.mean()) / max(float(one.std()), 1e-9) for one in found)

    return {"tfidf_background": tfidf, "bm25_background": bm25, "lsa_ridge": lsa, "sparse_hybrid": hybrid}


def ranked(split: Split, features: Features, rule: Callable[[Sequence[int], Floats], Floats]) -> Iterator[Ranked]:
    for batch in split.batches:
        items = np.array([features.place[item] for item in batch["items"]])
        for profile in split.profiles:
            if batch["relevant"].get(profile["user"]):
                values = rule([features.place[like] for like in profile["liked"]], items)
                yield profile, batch, [batch["items"][n] for n in np.argsort(-values, kind="stable")]


def per_user(found: Iterator[Ranked]) -> dict[str, dict[str, float]]:
    return {
        name: {user: float(np.mean([row[0] for row in rows])) for user, rows in users.items()}
        for name, users in by_user(found).items()
    }


def compared(split: Split) -> dict[str, Any]:
    """Slice -> our mean, the mean of every method, and the interval against the best of them."""
    features = Features(split)
    ours = per_user(rankings(split, "likes"))
    theirs = {name: per_user(ranked(split, features, rule)) for name, rule in methods(features).items()}
    told: dict[str, Any] = defaultdict(dict)
    for slice_, users in ours.items():
        means = {name: float(np.mean(list(found[slice_].values()))) for name, found in theirs.items()}
        best = max(means, key=lambda name: means[name])
        low, high = interval([users[user] - theirs[best][slice_][user] for user in sorted(users)])
        mean = float(np.mean(list(users.values())))
        told[slice_] = {"ours": mean, **means, "best": best, "ahead_low": low, "ahead_high": high}
    return told


def main() -> None:
    """Print the figures of both sets."""
    sets = Path(sys.argv[1]) if sys.argv[1:] else ROOT.parent / "shared" / "rankbench"
    line: dict[str, Any] = {"bench": "peers"}
    for name in ("fulltext-dev", "digest-dev"):
        for slice_, row in compared(read(sets / name)).items():
            line[f"{name}/{slice_}"] = {key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()}
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
