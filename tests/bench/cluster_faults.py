"""Break a cluster of two workers in every way while it sends, and say how soon it went on: one JSON line.

    python -m tests.bench.cluster_faults [--profiles 400] [--rounds 1]

Each round has a server of PostgreSQL, a relay and two workers of its own, and one fault when a quarter was sent:
a worker is killed (kill -9), the leader is killed, PostgreSQL is stopped and started, a worker is cut off from it.

- resumed_s: the longest that the relay heard nothing after the fault; what the dead had in its hands comes after such
  a silence, when the others are done with theirs                                             goal <= 15
- done_s: from the fault to the last outcome
- lost: readers who got nothing                                                               goal 0
- twice: readers who got two; twice_without_doubt: those of which the store had no doubt      goal of the second 0
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from aiosmtpd.controller import Controller
from sqlalchemy.engine import make_url

from tests.faults.test_cluster import SlowRelay, a_config, a_worker, in_doubt, settled, until
from tests.pgserver import Server, a_server
from tests.proxy import Fault, FaultProxy

PATIENCE = 600.0


@dataclass(frozen=True)
class Outcome:
    """How one round ended."""

    resumed: float
    done: float
    lost: int
    twice: int
    undoubted: int


class Relay(SlowRelay):
    """Remembers also when it took each mail."""

    def __init__(self, delay: float) -> None:
        super().__init__(delay)
        self.at: list[float] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        said: str = await super().handle_DATA(server, session, envelope)  # type: ignore[no-untyped-call]
        self.at.append(time.monotonic())
        return said


class OnAnyPort(Controller):
    """Listens where there is room."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


def kill(workers: Sequence[subprocess.Popen[bytes]], which: int) -> None:
    """Let a worker die at once."""
    workers[which].kill()
    workers[which].wait()


def restart(server: Server) -> None:
    """Stop the database and start it."""
    server.stop()
    server.start()


def cut(proxy: FaultProxy) -> None:
    """Break what leads through *proxy*, for good."""
    proxy.always = Fault()
    proxy.cut()


def a_round(fault: str, profiles: int) -> Outcome:
    """Let two workers serve so many, with one *fault*."""
    relay = Relay(0.05)
    controller = OnAnyPort(relay, hostname="127.0.0.1", port=0)
    controller.start()
    with (
        tempfile.TemporaryDirectory(prefix="pg") as data,
        tempfile.TemporaryDirectory() as name,
        a_server(Path(data)) as server,
        FaultProxy(server.port) as proxy,
    ):
        config = a_config(Path(name) / "bot", server.url, controller.port, profiles)
        through = make_url(server.url).set(port=proxy.port).render_as_string(False)
        workers = [a_worker(config, server.url)]
        try:
            until(lambda: b"leading" in b"".join(log.read_bytes() for log in config.parent.glob("*.log")), PATIENCE)
            workers.append(a_worker(config, through))
            until(lambda: len(relay.at) >= profiles / 4, PATIENCE)
            faults: dict[str, Callable[[], None]] = {
                "worker killed": lambda: kill(workers, 1),
                "leader killed": lambda: kill(workers, 0),
                "database restarted": lambda: restart(server),
                "worker cut off": lambda: cut(proxy),
            }
            began = time.monotonic()
            faults[fault]()
            until(lambda: settled(server.url, profiles), PATIENCE)
            done = time.monotonic() - began
            heard = [began, *(at for at in relay.at if at > began)]
            doubted, got = in_doubt(server.url), relay.got
            twice = {reader for reader, count in got.items() if count > 1}
            silence = max((then - before for before, then in pairwise(heard)), default=0.0)
            return Outcome(silence, done, profiles - len(got), len(twice), len(twice - doubted))
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
            controller.stop()


FAULTS = ("worker killed", "leader killed", "database restarted", "worker cut off")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    found = {fault: [a_round(fault, asked.profiles) for _ in range(asked.rounds)] for fault in FAULTS}
    figures = {
        "bench": "cluster_faults",
        "profiles": asked.profiles,
        "rounds": asked.rounds,
        "resumed_s": {fault: round(max(one.resumed for one in ends), 1) for fault, ends in found.items()},
        "done_s": {fault: round(max(one.done for one in ends), 1) for fault, ends in found.items()},
        "lost": sum(one.lost for ends in found.values() for one in ends),
        "twice": sum(one.twice for ends in found.values() for one in ends),
        "twice_without_doubt": sum(one.undoubted for ends in found.values() for one in ends),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
