"""What replaying real days costs: `python tests/bench/replay.py [--days N]`, one JSON line.

The API days of ../shared/hf_api and ../shared/hf_papers.jsonl.gz split by day, as a folder of dumps, with ten profiles
that each like papers of it. Goals: 60 s, 400 MB, and the last 100 days that have dumps cost at most 1.2 times the
first 100 (of them).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from digest.model import Interest, Profile, Settings, Target
from digest.replay import load, replay

SHARED = Path(__file__).resolve().parents[3] / "shared"
TOPICS = (
    "diffusion models for images",
    "reasoning with language models",
    "reinforcement learning from human feedback",
    "video generation",
    "speech and audio",
    "robots and manipulation",
    "agents that use tools",
    "molecules and proteins",
    "efficient attention and quantization",
    "medical images",
)


def main() -> None:
    """Split, load, replay, tell."""
    options = argparse.ArgumentParser()
    options.add_argument("--days", type=int, default=10_000, help="only the first so many days")
    options.add_argument("--spread", type=int, default=0, help="serve the readers over so many hours more")
    options.add_argument("--shared", type=Path, default=SHARED)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        titles = split(given.shared, Path(scratch), given.days)
        began, worked = time.perf_counter(), time.process_time()
        dumps = load(Path(scratch), datetime.now(UTC))
        loaded = time.process_time() - worked
        marks: list[tuple[int, float]] = []

        def mark(done: int, total: int, what: str) -> None:
            marks.append((done, time.process_time()))

        first, last = min(dumps.by_day), max(dumps.by_day)
        courses = replay(dumps.by_day, SETTINGS, profiles(titles, given.spread), first, last, progress=mark)
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    each = per_day(marks, (last - first).days + 1)
    days = [each[(day - first).days] for day in sorted(dumps.by_day)]
    papers_on = [sum(len(c.sightings) for c in dumps.by_day.get(day, ())) for day in sorted(dumps.by_day)]
    report = {
        "dumps": sum(map(len, dumps.by_day.values())),
        "calendar_days": (last - first).days + 1,
        "days_with_papers": len(papers_on),
        "papers": sum(papers_on),
        "papers_first_100": sum(papers_on[:100]),
        "papers_last_100": sum(papers_on[-100:]),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "loading_cpu_seconds": round(loaded, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "ms_per_day_first_100": round(1e3 * sum(days[:100]) / 100, 1),
        "ms_per_day_last_100": round(1e3 * sum(days[-100:]) / 100, 1),
        "last_to_first": round(sum(days[-100:]) / sum(days[:100]), 2),
        "picks": sum(course.picks for course in courses),
        "likes": f"{sum(c.likes_shown for c in courses)} of {sum(c.likes_seen for c in courses)}",
    }
    sys.stdout.write(json.dumps(report) + "\n")


SETTINGS = Settings(where=Path("bench"), state=Path("bench"), store_url="sqlite://")


def split(shared: Path, folder: Path, days: int) -> list[str]:
    """Write one dump per day and source into *folder*, and return the titles of all papers."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    with gzip.open(shared / "hf_papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows[str(row.pop("day"))].append(row)
    kept = sorted(rows)[:days]
    for day in kept:
        (folder / f"{day}.split.json").write_text(json.dumps(rows[day]))
    for file in (shared / "hf_api").glob("????-??-??.json"):
        if file.stem <= kept[-1]:
            shutil.copy(file, folder / file.name)
    return [str(row["title"]) for day in kept for row in rows[day]]


def profiles(titles: list[str], spread: int) -> list[Profile]:
    """Ten readers, served together or over *spread* hours more; each likes eight papers that come in some time."""
    rng = random.Random(6)
    return [
        Profile(
            name=f"reader{number}",
            timezone="UTC",
            schedule="daily 08:00" if spread == 0 else f"daily {8 + number % (spread + 1):02}:00",
            deliver=(Target("folder", f"reader{number}"),),
            interests=(Interest("Topic", about=topic, like=tuple(rng.sample(titles, 8))),),
            floor=0.3,
        )
        for number, topic in enumerate(TOPICS)
    ]


def per_day(marks: list[tuple[int, float]], count: int) -> list[float]:
    """Processor seconds of each calendar day: from the first mark that names it to the first that names a later one."""
    starts: dict[int, float] = {}
    for done, at in marks:
        starts.setdefault(done, at)
    order = sorted(starts)
    cost = dict.fromkeys(range(count), 0.0)
    for day, following in pairwise(order):
        cost[day] = starts[following] - starts[day]
    return list(cost.values())


if __name__ == "__main__":
    main()
