"""Time whole commands as their users run them: new processes, medians of several runs. Prints one JSON line.

Usage: python tests/bench/passes.py [--known 100000]

- help_ratio: `digest --help` over a bare `python -c pass`, in pairs                 goal <= 16
- samples_first_s, samples_repeat_s: `digest run` on the samples, then once more     goals <= 3, <= 1
- real_s: a first run on the five real dumps (../shared/seeds), if they are there    goal <= 5
- known_s, known_mb: a pass over 100,000 known papers and 100 new ones               goals <= 3 s, <= 300 MB
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
NOW = "2026-11-21T09:00:00Z"
RUNS = 5


def timed(*argv: str, cwd: Path = ROOT) -> tuple[float, float]:
    """Run a command; return its wall seconds and its peak memory in MB."""
    begun = time.perf_counter()
    child = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if child.returncode:
        raise SystemExit(f"{argv} ended with {child.returncode}")
    return seconds, usage.ru_maxrss / 1024


def digest(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "digest", *words)


def help_ratio() -> float:
    ratios = []
    for _ in range(RUNS * 2):
        bare = timed(sys.executable, "-c", "pass")[0]
        ratios.append(timed(*digest("--help"))[0] / bare)
    return statistics.median(ratios)


def folder(root: Path, dumps: Path) -> Path:
    """A config in *root* that reads *dumps* for the two shipped profiles."""
    root.mkdir(parents=True)
    shutil.copytree(ROOT / "config" / "profiles", root / "profiles")
    (root / "digest.toml").write_text(f'state = "var"\n\n[[sources]]\nkind = "folder"\npath = "{dumps}"\n')
    return root


def first_and_repeat(tmp: Path, dumps: Path) -> tuple[float, float]:
    first, repeat = [], []
    for run in range(RUNS):
        config = folder(tmp / f"run{run}", dumps)
        command = digest("run", "--config", str(config), "--now", NOW)
        first.append(timed(*command)[0])
        repeat.append(timed(*command)[0])
        shutil.rmtree(config)
    return statistics.median(first), statistics.median(repeat)


def words(rng: random.Random, count: int) -> str:
    return " ".join("".join(rng.choices("abcdefghijklmnoprstuvw", k=rng.randint(3, 9))) for _ in range(count))


def listing(rng: random.Random, count: int, first: int) -> str:
    """An API listing of *count* papers with titles and abstracts of random words."""
    rows = [
        {
            "paper": {
                "id": f"{2001 + (first + place) // 90000:04}.{(first + place) % 90000:05}",
                "title": words(rng, 9).capitalize(),
                "summary": words(rng, 120) + ".",
                "authors": [{"name": words(rng, 2).title()} for _ in range(4)],
                "publishedAt": "2024-01-05T00:00:00.000Z",
                "upvotes": rng.randint(0, 80),
            },
            "numComments": rng.randint(0, 9),
        }
        for place in range(count)
    ]
    return json.dumps(rows)


def known(tmp: Path, count: int) -> tuple[float, float]:
    """Fill a store with *count* papers, then time a pass that meets 100 new ones."""
    rng = random.Random(7)
    drop = tmp / "drop"
    drop.mkdir()
    config = folder(tmp / "known", drop)
    for chunk in range(0, count, 5000):
        path = tmp / f"2024-02-{1 + chunk // 5000 % 28:02}.{chunk}.json"
        path.write_text(listing(rng, min(5000, count - chunk), chunk))
        timed(*digest("ingest", str(path), "--config", str(config), "--now", "2025-01-01T00:00:00Z"))
        path.unlink()
    timed(*digest("run", "--config", str(config), "--now", "2026-01-01T00:00:00Z"))
    seconds, megabytes = [], []
    for run in range(3):
        (drop / f"2026-11-{10 + run}.json").write_text(listing(rng, 100, 900_000 + 100 * run))
        took, peak = timed(*digest("run", "--config", str(config), "--now", f"2026-11-{11 + run}T09:00:00Z"))
        seconds.append(took)
        megabytes.append(peak)
    return statistics.median(seconds), max(megabytes)


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--known", type=int, default=100_000)
    asked = parser.parse_args()
    figures: dict[str, object] = {"bench": "passes", "at": datetime.now(UTC).date().isoformat(), "goal_help": 16}
    figures["help_ratio"] = round(help_ratio(), 1)
    with tempfile.TemporaryDirectory() as name:
        tmp = Path(name)
        first, repeat = first_and_repeat(tmp / "samples", ROOT / "seeds")
        figures |= {"samples_first_s": round(first, 2), "samples_repeat_s": round(repeat, 2)}
        if (SHARED / "seeds").is_dir():
            figures["real_s"] = round(first_and_repeat(tmp / "real", SHARED / "seeds")[0], 2)
        if asked.known:
            seconds, megabytes = known(tmp, asked.known)
            figures |= {"known_s": round(seconds, 2), "known_mb": round(megabytes), "known": asked.known}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
