"""What spreading costs and brings, as one JSON line: ``python tests/bench/spread.py [SETS]``.

For every profile of the labelled development sets (../shared/rankbench) with all its likes, the ten best papers as
the ranker orders them and the ten that a digest shows are compared: nDCG@10, and intra-list similarity, the mean
cosine of tf-idf vectors over all pairs of the ten. Goals: at most .01 of nDCG@10 lost, similarity down.
*compose_ms* is the time of one edition; goal <= 0.3.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.compose import compose  # noqa: E402
from digest.evaluate.ranking import Split, measures, read  # noqa: E402
from digest.model import Change, Interest, Paper, Profile  # noqa: E402
from digest.ranking import Background, rank  # noqa: E402
from digest.ranking.learning import learn  # noqa: E402
from digest.ranking.sketch import kinship  # noqa: E402
from digest.ranking.space import Space  # noqa: E402

DAY = date(2026, 11, 21)


class Likeness:
    """Cosines of papers' tf-idf vectors."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        space = Space(Background.default())
        bags = [space.paper(paper) for paper in papers]
        rows = space.vectors(bags).weights
        rows = rows.multiply(1 / np.maximum(np.sqrt(rows.multiply(rows).sum(axis=1)), 1e-9)).tocsr()
        self._all = np.asarray((rows @ rows.T).toarray())
        self._place = {paper.id: n for n, paper in enumerate(papers)}

    def within(self, ids: Sequence[str]) -> float:
        """The mean over all pairs."""
        at = [self._place[one] for one in ids]
        block = self._all[np.ix_(at, at)]
        return float((block.sum() - np.trace(block)) / max(1, len(at) * (len(at) - 1)))


def figures(split: Split) -> dict[str, float]:
    """Means over users; every user counts once."""
    background = learn(split.corpus, Background.default())
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    spent = []
    full = [profile for profile in split.profiles if profile["slice"] == "full"]
    for batch in split.batches:
        papers = [split.papers[item] for item in batch["items"]]
        likeness = Likeness(papers)
        due = [profile for profile in full if batch["relevant"].get(profile["user"])]
        wishes = [Profile(p["user"], "UTC", "", (), (Interest("", like=tuple(p["liked"])),), floor=0.0) for p in due]
        changes = [Change(paper, "new") for paper in papers]
        for profile, picks in zip(wishes, rank(changes, wishes, split.papers, background), strict=True):
            relevant = frozenset(batch["relevant"][profile.name])
            begun = time.perf_counter()
            digest = compose(profile, DAY, picks, len(changes), similarity=kinship)
            spent.append(1000 * (time.perf_counter() - begun))
            for how, chosen in (("ranked", picks[:10]), ("spread", digest.picks)):
                ids = [pick.change.paper.id for pick in chosen]
                found[f"ndcg_{how}"][profile.name].append(measures(ids, relevant)[0])
                found[f"similarity_{how}"][profile.name].append(likeness.within(ids))
    means = {name: statistics.mean(map(statistics.mean, users.values())) for name, users in found.items()}
    return {**means, "lost": means["ndcg_ranked"] - means["ndcg_spread"], "compose_ms": statistics.median(spent)}


def main() -> None:
    """Print the figures of both sets."""
    sets = Path(sys.argv[1]) if sys.argv[1:] else ROOT.parent / "shared" / "rankbench"
    line: dict[str, object] = {"bench": "spread", "goal_lost": 0.01, "goal_compose_ms": 0.3}
    for name in ("fulltext-dev", "digest-dev"):
        line |= {f"{name}/{key}": round(value, 4) for key, value in figures(read(sets / name)).items()}
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
