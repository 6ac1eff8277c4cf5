"""Match the labelled pairs of titles and print what was found and how long it took.

``python tests/bench/matching.py [SPLIT_DIR]`` prints one JSON line: precision, recall and false merges per 1,000 of
each slice that has a goal, how many of the known papers share a key with their query, keys per paper, and microseconds
per query (finding the candidates in memory and choosing among them) and per known paper (making its keys).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from digest.evaluate.matching import evaluate_matching, rows
from digest.matching import Index, best_match, keys
from digest.model import Known, Paper

SLICES = (
    "all",
    "variant: title",
    "variant: title+abstract",
    "changed titles, title",
    "changed titles, title+abstract",
    "form only",
    "class: unknown, near-same title",
)


def main(split: Path) -> dict[str, object]:
    """Return the figures of *split*."""
    report = evaluate_matching(split).as_json()
    known = [Known(Paper(row["title"], row["abstract"], id=row["id"])) for row in rows(split / "known.jsonl.gz")]
    queries = [Paper(row["title"], row["abstract"]) for row in rows(split / "queries.jsonl")]
    truth = [row["id"] for row in rows(split / "truth.jsonl")]

    started = time.perf_counter()
    made = [keys(one.paper.title, one.paper.abstract) for one in known]
    per_key = (time.perf_counter() - started) / len(known)
    index = Index(known)
    started = time.perf_counter()
    found = []
    for query in queries:
        found.append(index.candidates(query))
        best_match(query, found[-1])
    per_query = (time.perf_counter() - started) / len(queries)
    wanted = [(id_, {one.paper.id for one in best}) for id_, best in zip(truth, found, strict=True) if id_]
    return {
        "bench": "matching",
        "slices": {one["slice"]: one for one in report["slices"] if one["slice"] in SLICES},
        "candidate_recall": round(sum(id_ in best for id_, best in wanted) / len(wanted), 4),
        "candidates_per_query": round(sum(map(len, found)) / len(queries), 1),
        "keys_per_paper": round(sum(map(len, made)) / len(known), 2),
        "us_per_query": round(1e6 * per_query),
        "us_per_known_paper": round(1e6 * per_key),
    }


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2]
    figures = main(Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "shared" / "matchbench" / "dev")
    sys.stdout.write(json.dumps(figures) + "\n")
