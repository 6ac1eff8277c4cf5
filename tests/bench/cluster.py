"""Time a day of many profiles on PostgreSQL by one worker, then by two: one JSON line. Needs smtp-sink
and PostgreSQL's own programs, of which a server is made for this alone, so that its cost is nobody else's.

    python -m tests.bench.cluster [--profiles 2000] [--workers 1,2] [--papers 60] [--rtt 0] [--connections 4]

Rank, compose, render, write and send: from the start of the workers to the last mail, with the workers' own start.

- seconds, ms_per_message: by number of workers           goal: 100,000 by two workers on two cores in 360 s
- gain: how many times faster two are than one            goal >= 1.7 with --rtt 20 --connections 2 --profiles 1000
- worker_cpu_ms: of one message, all workers together, their start left out
- database_cpu_ms: what PostgreSQL's own processes used for one message, likewise          goal <= 0.5
- start_cpu_s: what all of them used before the first fifth was sent, without what that fifth costs
- peak_mb: the largest worker                                                               goal <= 500
- database_mb: how much larger the database is for each 10,000 messages, by table
- load, reference_ms: of the machine: a fixed loop, before and after. It takes longer where other programs press on the
  same cores, and so does every processor time above: half as much again is no quiet machine

Processor time is read from the kernel, by process. The first fifth of the messages is left out of the cost of one: it
pays for starting, for empty caches and for the tables. With --rtt the sink answers after so many milliseconds; with few
--connections a worker then waits for it rather than for a core, which is where more workers help. The time of one
message must not grow with their number: compare worker_cpu_ms and database_cpu_ms of two runs.
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
from tests.bench.delivery import delayed, sink
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
    worker_cpu_ms: float
    database_cpu_ms: float
    start_cpu_s: float
    peak_mb: float
    database_mb: dict[str, float]


@dataclass(frozen=True)
class Look:
    """How many were sent by now, and what that used, in seconds."""

    sent: int
    workers: float
    database: float


def settings_of(config: Path, profiles: int) -> Settings:
    """The settings of *config* with so many readers, each with interests of its own."""
    settings = building.load_settings(config)
    assert settings.email is not None
    settings = replace(settings, email=replace(settings.email, connections=int(os.environ.get("CONNECTIONS", "4"))))
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


TABLES = ("editions", "deliveries", "offers", "snapshots", "profiles")
_SIZES = """
SELECT relname, pg_total_relation_size(oid) / 1e6 FROM pg_class
WHERE relname = ANY(%s) AND relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""


def measure(config: Path, profiles: int, workers: int, connections: int) -> Run:
    """Let so many workers do one day, in a database of their own."""
    with tempfile.TemporaryDirectory(prefix="pg") as name, a_server(Path(name)) as server:
        Store.open(server.url, now=datetime.fromisoformat(NOW)).close()
        argv = [sys.executable, "-m", "tests.bench.cluster", "--worker", str(config), "--profiles", str(profiles)]
        env = {**os.environ, "STORE_URL": server.url, "CONNECTIONS": str(connections)}
        unused, began = database_cpu(server.pid), time.perf_counter()
        running = [subprocess.Popen(argv, env=env) for _ in range(workers)]
        pids = [process.pid for process in running]
        looks = [Look(0, 0.0, 0.0)]
        try:
            with postgres_session(server.url) as session:
                while looks[-1].sent < profiles:
                    time.sleep(1.0)
                    row = session.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()
                    looks.append(Look(row[0] if row else 0, cpu_of(pids), database_cpu(server.pid) - unused))
                    assert all(process.poll() is None for process in running), "a worker ended"
                seconds = time.perf_counter() - began
                sizes = session.execute(_SIZES, (list(TABLES),)).fetchall()
            return summed(looks, seconds, max(map(peak_of, pids)), {name: float(size) for name, size in sizes})
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait()


def summed(looks: Sequence[Look], seconds: float, peak: float, sizes: dict[str, float]) -> Run:
    """What one message cost between the first fifth and the end, and what came before that."""
    last = looks[-1]
    first = next(look for look in looks if look.sent >= last.sent / 5)
    sent = max(last.sent - first.sent, 1)
    workers, database = (last.workers - first.workers) / sent, (last.database - first.database) / sent
    before = first.workers + first.database - (workers + database) * first.sent
    each = {name: round(size / last.sent * 10_000, 2) for name, size in sizes.items()}
    return Run(seconds, workers * 1000, database * 1000, before, peak, each)


def reference() -> float:
    """Milliseconds of processor time of a fixed loop."""
    began, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number * number & 7
    return (time.process_time() - began) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=2000)
    parser.add_argument("--papers", type=int, default=60)
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--rtt", type=float, default=0.0)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        worker(asked.worker, asked.profiles)
        return
    load, loop = os.getloadavg()[0], [reference()]
    counts = [int(count) for count in asked.workers.split(",")]
    with tempfile.TemporaryDirectory() as name, sink() as sunk, delayed(sunk, asked.rtt) as port:
        config = a_config(Path(name), min(PROTOTYPES, asked.profiles), asked.papers, port)
        runs = {count: measure(config, asked.profiles, count, asked.connections) for count in counts}
    loop.append(reference())

    def each(what: str, scale: float = 1.0, digits: int = 1) -> dict[int, float]:
        return {count: round(scale * getattr(run, what), digits) for count, run in runs.items()}

    figures = {
        "bench": "cluster",
        "profiles": asked.profiles,
        "seconds": each("seconds"),
        "ms_per_message": each("seconds", 1000 / asked.profiles, 2),
        "gain": round(runs[counts[0]].seconds / runs[counts[-1]].seconds, 2),
        "worker_cpu_ms": each("worker_cpu_ms", 1.0, 2),
        "database_cpu_ms": each("database_cpu_ms", 1.0, 3),
        "start_cpu_s": each("start_cpu_s"),
        "peak_mb": each("peak_mb", 1.0, 0),
        "database_mb": runs[counts[-1]].database_mb,
        "load": round(load, 1),
        "reference_ms": [round(one) for one in loop],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
