"""Find 1,000 titles among up to a million: ``python tests/bench/matching_scale.py [--known 10000 100000 1000000]``.

Prints one JSON line. The known titles are made up: words as rare as in real titles, as many of them, half of the
telling ones from a topic, so that as many strangers share a key with a title as among real ones (2.4 of 13,312).
Half of the 1,000 are known titles as people rewrite them, half are new.

For each number of known papers: seconds of a new process, its processor seconds, and seconds of the lookup in it
(which is cold but for the file cache; the difference is imports), peak megabytes of building and of looking up,
megabytes on disk of the keys and of the names, how many doubles were found and how many strangers merged; and what
rapidfuzz takes for all pairs on every core, from a sample, with the share of what it leads to that the index finds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.matching import best_match  # noqa: E402
from digest.model import Known, Paper  # noqa: E402
from digest.store.finding import candidates  # noqa: E402

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ASKED = 1000
# Of 13,312 real titles: how many have 3, 4, … words; which share of their words stands where in the shipped list.
LENGTHS = (78, 199, 268, 490, 787, 1238, 1497, 1773, 1715, 1551, 1190, 847, 625, 384, 261, 168, 85, 57, 27)
BANDS = ((0, 0.184), (10, 0.089), (30, 0.137), (100, 0.11), (250, 0.203), (1000, 0.135), (3000, 0.089), (10_000, 0.053))
TELLING = 4  # from this band on words are drawn from topics
NAMED, TOPICS, OF_TOPIC, WORDS_OF_TOPIC = 0.59, 200, 0.85, 6


def titles(many: int, seed: int) -> Iterator[str]:
    """Make up *many* titles."""
    import numpy as np

    listed = gzip.decompress((ROOT / "digest/matching/data/words.txt.gz").read_bytes()).decode().split("\n")
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(7)
    ends = [begin for begin, _ in BANDS[1:]] + [len(listed)]
    places = [np.arange(begin, end) for (begin, _), end in zip(BANDS, ends, strict=True)]
    zipf = [(1 / (place + 2)) / (1 / (place + 2)).sum() for place in places]
    share = np.array([part for _, part in BANDS]) / sum(part for _, part in BANDS)
    topics = [fixed.choice(place, (TOPICS, WORDS_OF_TOPIC), p=p) for place, p in zip(places, zipf, strict=True)]
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ix", "or", "um")]
    for begin in range(0, many, 2_000):
        count = min(2_000, many - begin)
        length = rng.choice(len(LENGTHS), count, p=np.array(LENGTHS) / sum(LENGTHS)) + 3
        bands = rng.choice(len(BANDS), (count, 21), p=share)
        topic, drawn = rng.integers(0, TOPICS, count), np.zeros((count, 21), int)
        for band, place in enumerate(places):
            rows, columns = np.nonzero(bands == band)
            words = rng.choice(place, len(rows), p=zipf[band])
            if band >= TELLING:
                own = topics[band][topic[rows], rng.integers(0, WORDS_OF_TOPIC, len(rows))]
                words = np.where(rng.random(len(rows)) < OF_TOPIC, own, words)
            drawn[rows, columns] = words
        named, made = rng.random(count) < NAMED, rng.integers(0, len(syllables), (count, 3))
        for row in range(count):
            said = " ".join(listed[word] for word in drawn[row, int(named[row]) : length[row]]).title()
            yield "".join(syllables[one] for one in made[row]).capitalize() + ": " + said if named[row] else said


def rewritten(title: str, rng: random.Random) -> str:
    """Write *title* as lists do: most often in other letters, else changed."""
    words = title.split()
    way = rng.choices(range(7), (30, 25, 10, 10, 10, 8, 7))[0]
    at = rng.randrange(1, len(words))
    if way == 0:
        return title.lower()
    if way == 1:
        return title.replace(" ", "-", 2).upper()
    if way == 2:
        return title.partition(": ")[2] or title + " (Oral)"
    if way == 3:
        return " ".join(words[:-1]) if len(words) > 6 else title + "."
    if way == 4:
        return f"[{rng.randrange(99)}] {title}"
    if way == 5:
        return title + " and Beyond"
    return " ".join([*words[:at], words[at][:-1] + words[at][-1] * 2, *words[at + 1 :]])


def peak_mb() -> int:
    """The most memory that this process had, in MB; unlike ru_maxrss it leaves out the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def build(path: Path) -> None:
    """Fill the store at *path* with the titles on standard input, through the writer, in chunks as dumps come in."""
    from digest.store import Store

    with Store.open(f"sqlite:///{path}", now=NOW) as store:
        made = enumerate(map(str.strip, sys.stdin))
        while chunk := list(islice(made, 1000)):
            with store.writing() as writer:
                writer.save([Known(Paper(title, id=f"p{no}")) for no, title in chunk], NOW)


def ask(path: Path, through_store: bool) -> dict[str, Any]:
    """Look up and match the titles given on standard input, *through_store* as a pass does, else with what it calls."""
    papers = [Paper(title) for title in json.load(sys.stdin)]
    started = time.perf_counter()
    if through_store:
        from digest.store import Store

        with Store.open(f"sqlite:///{path}", now=NOW) as store, store.writing() as writer:
            found = writer.lookup(papers)
    else:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            found = candidates(db.execute, papers)
    looked = time.perf_counter()
    matches = [best_match(paper, each) for paper, each in zip(papers, found, strict=True)]
    return {
        "lookup_s": round(looked - started, 3),
        "judge_s": round(time.perf_counter() - looked, 3),
        "mb": peak_mb(),
        "candidates": round(sum(map(len, found)) / len(papers), 1),
        "ids": [match.id if match else None for match in matches],
    }


def brute(known: Sequence[str], asked: Sequence[str], sample: int) -> tuple[float, list[str | None]]:
    """Compare *sample* of the titles with all: seconds for all of them, and what matching makes of the best 16."""
    import numpy as np
    from rapidfuzz import fuzz, process

    low = [title.lower() for title in known]
    spent, ids = 0.0, list[str | None]()
    for title in asked[:sample]:
        started = time.perf_counter()
        (scores,) = process.cdist([title.lower()], low, scorer=fuzz.token_sort_ratio, workers=-1, score_cutoff=50)
        spent += time.perf_counter() - started
        best = np.argpartition(-scores, min(16, len(low) - 1))[:16]
        match = best_match(Paper(title), [Known(Paper(known[no], id=f"p{no}")) for no in map(int, best)])
        ids.append(match.id if match else None)
    return spent * len(asked) / sample, ids


def on_disk(path: Path) -> dict[str, float]:
    """Megabytes of the candidate keys and of the names (titles, ids)."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT sum(pgsize) / 1e6 FROM dbstat WHERE name = ?"
        return {name: round(db.execute(query, (name,)).fetchone()[0]) for name in ("paper_keys", "paper_aliases")}


def worked_by_others() -> float:
    """Processor seconds of the processes that this one started: what a busy machine does not change much."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(path: Path, many: int, sample: int) -> dict[str, Any]:
    """All figures for *many* known papers."""
    started = time.perf_counter()
    again = [sys.executable, __file__, "--store", str(path)]
    known = list(titles(many, 1))
    lines = "\n".join(known)
    peak = subprocess.run([*again, "--build"], input=lines, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = {"known": many, "build_s": round(time.perf_counter() - started)}
    figures |= {"build_mb": json.loads(peak.stdout), "disk_mb": on_disk(path)}
    rng = random.Random(3)
    truth = {rng.randrange(many): None for _ in range(ASKED // 2)}
    doubles = [(rewritten(known[no], rng), f"p{no}") for no in truth]
    asked: list[tuple[str, str | None]] = [*doubles, *((title, None) for title in titles(ASKED - len(doubles), 2))]
    rng.shuffle(asked)
    words = json.dumps([title for title, _ in asked])
    runs = []
    for _ in range(3):
        begun, worked = time.perf_counter(), worked_by_others()
        done = subprocess.run(again, input=words, capture_output=True, text=True, check=True)
        seconds, cpu = time.perf_counter() - begun, worked_by_others() - worked
        runs.append((seconds, cpu, json.loads(done.stdout)))
    process_s, cpu_s, told = min(runs, key=lambda run: run[0])
    ids = told.pop("ids")
    brute_s, theirs = brute(known, [title for title, _ in asked], sample)
    by_force = [at for at, id_ in enumerate(theirs) if id_ and id_ == asked[at][1]]
    return figures | told | {
        "process_s": round(process_s, 2),
        "process_cpu_s": round(cpu_s, 2),
        "found": round(sum(id_ == true for id_, (_, true) in zip(ids, asked, strict=True) if true) / len(doubles), 4),
        "false_merges": sum(id_ is not None and id_ != true for id_, (_, true) in zip(ids, asked, strict=True)),
        "rapidfuzz_s": round(brute_s, 1),
        "times_faster": round(brute_s / (told["lookup_s"] + told["judge_s"])),
        "of_brute_force": round(sum(ids[at] == theirs[at] for at in by_force) / max(1, len(by_force)), 4),
        "sample": sample,
    }  # fmt: skip


def main() -> None:
    """Measure, or do the part of a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--known", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--sample", type=int, default=100, help="titles that rapidfuzz compares with all")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--through-store", action="store_true")
    parser.add_argument("--build", action="store_true")
    given = parser.parse_args()
    if given.build:
        build(given.store)
        result: Any = peak_mb()
    elif given.store:
        result = ask(given.store, given.through_store)
    else:
        result = {"bench": "matching_scale", "asked": ASKED, "sizes": []}
        for many in given.known:
            with tempfile.TemporaryDirectory() as folder:
                result["sizes"].append(measure(Path(folder) / "digest.db", many, given.sample))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
