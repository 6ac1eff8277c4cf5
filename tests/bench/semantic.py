"""What the sentence model costs: reading 500 papers once, the pass after that, and the memory of both.

    python tests/bench/semantic.py MODEL_FOLDER [--papers 500] [--words 180]

Prints one JSON line. Papers are made up of random words, as long as abstracts are.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from digest.model import Change, Interest, Paper, Profile
from digest.pipeline.meaning import KNOWN, Meaning
from digest.ranking import Background
from digest.ranking.ranker import Ranker
from digest.store import Store
from tests.builders import NOW

WORDS = [
    "model",
    "network",
    "image",
    "speech",
    "graph",
    "protein",
    "policy",
    "robot",
    "language",
    "token",
    "video",
    "sample",
    "loss",
    "kernel",
    "attention",
    "memory",
    "agent",
    "search",
    "depth",
    "light",
    "surface",
    "bound",
    "proof",
    "code",
    "plan",
    "noise",
    "signal",
    "music",
    "cell",
    "drug",
    "climate",
    "market",
    "query",
    "index",
]


def papers(many: int, words: int) -> list[Paper]:
    rng = random.Random(1)

    def text(n: int) -> str:
        return " ".join(rng.choices(WORDS, k=n))

    return [Paper(title=f"{text(8)} {n}", abstract=text(words), id=str(n)) for n in range(many)]


def peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--words", type=int, default=180)
    asked = parser.parse_args()
    new = papers(asked.papers, asked.words)
    profiles = [
        Profile(f"p{n}", "UTC", "", (), (Interest("i", "", (), tuple(p.title for p in new[n % 50 :: 50][:10])),))
        for n in range(100)
    ]
    liked = {paper.title: paper for paper in new}
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/digest.db", now=NOW) as store:
        before = peak()
        reader = Meaning(store, asked.model, NOW.date())
        at, cpu = time.perf_counter(), time.process_time()
        reader.of(new, profiles, liked, lambda most: new[:most])
        first, first_cpu, read = time.perf_counter() - at, time.process_time() - cpu, reader.read
        again = Meaning(store, asked.model, NOW.date())
        at, cpu = time.perf_counter(), time.process_time()
        meanings = again.of(new, profiles, liked, lambda most: new[:most])
        second_cpu = time.process_time() - cpu
        ranker = Ranker(Background.default())
        plain = time.process_time()
        list(ranker.orders([Change(p, "new").paper for p in new], profiles, liked))
        meant = time.process_time()
        list(ranker.orders(new, profiles, liked, meanings))
        end = time.process_time()
    figures = {
        "papers": asked.papers,
        "read": read,
        "seconds": round(first, 2),
        "cpu_seconds": round(first_cpu, 2),
        "cpu_ms_per_paper": round(1000 * first_cpu / max(1, read), 1),
        "read_again": again.read,
        "cpu_seconds_again": round(second_cpu, 3),
        "rank_cpu_seconds": {"without": round(meant - plain, 3), "with": round(end - meant, 3)},
        "ordinary_at_most": KNOWN,
        "mb_before": before,
        "mb_peak": peak(),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
