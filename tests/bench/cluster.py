"""Time a day of many profiles on PostgreSQL by one worker, then by two: one JSON line. Needs smtp-sink
and PostgreSQL's own programs, of which a server is made for this alone, so that its cost is nobody else's.

    python -m tests.bench.cluster [--profiles 2000] [--workers 1,2] [--papers 60]

Rank, compose, render, write and send: from the start of the workers to the last mail, with the workers' own start.

- seconds, ms_per_message: by number of workers
- gain: how many times faster two are than one                                  goal >= 1.7 where cores suffice
- worker_cpu_ms: of one message, all workers together
- database_cpu_ms: what PostgreSQL's own processes used for one message         goal <= 0.5
- peak_mb: the largest worker                                                    goal <= 500
- load: of the machine when it began: the figures of a busy machine say little
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from digest.cli import building
from digest.model import Settings, Target
from digest.store import Store
from tests.bench.delivery import sink
from tests.bench.passes import NOW
from tests.bench.tenthousand import TOPICS, a_config
from tests.pgserver import a_server
from tests.stores import postgres_session

TICKS = os.sysconf("SC_CLK_TCK")
PROTOTYPES = 200


@dataclass(frozen=True)
class Run:
    """What a number of workers needed."""

    seconds: float
    worker_cpu: float
    database_cpu: float
    peak_mb: float
    sent: int


def settings_of(config: Path, profiles: int) -> Settings:
    """The settings of *config* with so many readers, each with interests of its own."""
    settings = building.load_settings(config)
    rng, like = random.Random(7), settings.profiles
    made = []
    for n in range(profiles):
        profile = like[n % len(like)]
        topic, other = rng.sample(TOPICS, 2)
        first = replace(profile.interests[0], keywords=(topic, f"{other} {topic}"))
        made.append(
            replace(
                profile,
                name=f"r{n:06}",
                schedule="daily 00:00",
                interests=(first, *profile.interests[1:]),
                deliver=(Target("email", f"r{n:06}@example.org"),),
            )
        )
    return replace(settings, profiles=tuple(made), store_url=os.environ["STORE_URL"])


def worker(config: Path, profiles: int) -> None:
    """Be one of the workers."""
    from digest import cluster

    settings, now = settings_of(config, profiles), datetime.fromisoformat(NOW)
    with building.bot(settings, lambda: now, among_many=True) as bot:
        cluster.work(replace(bot, settings=settings, profiles=None), settings.store_url)  # not those of the files


def cpu_of(pids: Sequence[int]) -> float:
    """Seconds of processor time of these processes, as far as they are there."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICKS  # its own, and those of its children that ended
    return total


def database_cpu(parent: int) -> float:
    """Seconds that the server used: its processes, and through their parent those that ended."""
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout
    return cpu_of([parent, *map(int, found.split())])


def peak_of(pid: int) -> float:
    """The most memory that a process ever had, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measure(config: Path, profiles: int, workers: int) -> Run:
    """Let so many workers do one day, in a database of their own."""
    with tempfile.TemporaryDirectory(prefix="pg") as name, a_server(Path(name)) as own:
        url, server = own.url, own.pid
        Store.open(url, now=datetime.fromisoformat(NOW)).close()
        argv = [sys.executable, "-m", "tests.bench.cluster", "--worker", str(config), "--profiles", str(profiles)]
        before, began = database_cpu(server), time.perf_counter()
        running = [subprocess.Popen(argv, env={**os.environ, "STORE_URL": url}) for _ in range(workers)]
        try:
            sent = 0
            while sent < profiles:
                time.sleep(1.0)
                with postgres_session(url) as session:
                    row = session.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()
                sent = row[0] if row else 0
                assert all(process.poll() is None for process in running), "a worker ended"
            seconds = time.perf_counter() - began
            pids = [process.pid for process in running]
            run = Run(seconds, cpu_of(pids), database_cpu(server) - before, max(map(peak_of, pids)), sent)
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait()
    return run


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=2000)
    parser.add_argument("--papers", type=int, default=60)
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        worker(asked.worker, asked.profiles)
        return
    load = os.getloadavg()[0]
    counts = [int(count) for count in asked.workers.split(",")]
    with tempfile.TemporaryDirectory() as name, sink() as port:
        config = a_config(Path(name), min(PROTOTYPES, asked.profiles), asked.papers, port)
        runs = {count: measure(config, asked.profiles, count) for count in counts}

    def each(what: str, scale: float = 1.0, digits: int = 1) -> dict[int, float]:
        return {count: round(scale * getattr(run, what), digits) for count, run in runs.items()}

    figures = {
        "bench": "cluster",
        "profiles": asked.profiles,
        "seconds": each("seconds"),
        "ms_per_message": each("seconds", 1000 / asked.profiles, 2),
        "gain": round(runs[counts[0]].seconds / runs[counts[-1]].seconds, 2),
        "worker_cpu_ms": each("worker_cpu", 1000 / asked.profiles, 2),
        "database_cpu_ms": each("database_cpu", 1000 / asked.profiles, 3),
        "peak_mb": each("peak_mb", 1.0, 0),
        "load": round(load, 1),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
