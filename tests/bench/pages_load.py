"""Load the pages while a pass runs, as readers do who all press a button in the mail: one JSON line. Needs smtp-sink.

    python -m tests.bench.pages_load [--papers 100000] [--profiles 1000] [--rate 150] [--store FILE]

`digest serve` runs as its users run it, with a pass that is due at once. Requests come at their own times, whether or
not those before were answered (an open loop); a time is counted from when a request was to be sent, over connections
that are kept, as a reverse proxy's are. One in 15 is `/healthz`, which does nothing: its figures say how much of a
time is the machine's.

- pass_s: how long the pass took from its first request to its report
- start: p50, p99 and worst in ms of the first two seconds, in which everything is read for the first time
- during, after: the same in and after the pass, by kind; errors by status     goal: p99 < 100 in the pass
- cpu_ms: the CPU time of the server for one request, without a pass
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from digest.links import Links, Tokens
from digest.model import Change, Digest, Pick, Section
from digest.store import QueuedEdition, Store
from tests.bench.delivery import sink
from tests.bench.passes import NOW
from tests.bench.search import fill
from tests.bench.tenthousand import a_config

KEY = "a key of the load test, long enough"
PUBLIC = "http://digest.example.org"
TODAY = date(2026, 11, 21)
DAYS = 20
CONNECTIONS = 40
COLD = 2.0
AFTER = 15.0
"""Seconds of load without a pass."""


@dataclass
class Done:
    """One request: what was asked, when it was to be sent, how long the answer took, its status (0: none)."""

    kind: str
    due: float
    seconds: float
    status: int


def a_store(path: Path, papers: int, profiles: int) -> None:
    """A store of *papers* and twenty past editions of each profile."""
    then = datetime.fromisoformat(NOW) - timedelta(days=DAYS + 1)
    with Store.open(f"sqlite:///{path}", now=then) as store:
        fill(store, papers)
        known = list(store.papers([f"p{n}" for n in range(200)]).values())
        cursor = store.last_change()
        for ago in range(DAYS, 0, -1):
            picks = tuple(Pick(Change(paper, "new"), 0.9, "graph") for paper in known[10 * ago - 10 : 10 * ago])
            digest = Digest("", TODAY - timedelta(days=ago), (Section("graph", picks),), considered=200, left_out=190)
            editions = [QueuedEdition(replace(digest, profile=f"p{n}"), (), cursor) for n in range(profiles)]
            store.queue(editions, then)


def requests(rng: random.Random, profiles: int) -> Iterator[tuple[str, bytes]]:
    """Archive, search and vote in turn, each of another reader; between them what does nothing."""
    links = Links(PUBLIC, Tokens((KEY,)))
    number = 0
    while True:
        number += 1
        name, day = f"p{rng.randrange(profiles)}", TODAY - timedelta(days=1)
        kind = "healthz" if number % 15 == 0 else ("archive", "search", "vote")[number % 3]
        if kind == "healthz":
            yield kind, _get("/healthz")
        elif kind == "archive":
            yield kind, _get(urlsplit(links.profile(name, day)).path)
        elif kind == "search":
            # from a word of every third paper to one of a few, as likely at each scale
            words = " ".join(f"w{int(30 * 333 ** rng.random()):05}" for _ in range(rng.randint(1, 2)))
            yield kind, _get("/search?" + urlencode({"q": words, "order": rng.choice(["", "best"])}))
        else:
            paper, action = f"p{rng.randrange(200)}", rng.choice(["more", "less", "save"])
            yield kind, _post(urlsplit(links.vote(name, day, paper, action)).path, "action=vote")  # type: ignore[arg-type]


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def _post(path: str, form: str) -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded"
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: {len(form)}\r\n\r\n{form}".encode()


class Client:
    """Sends requests at their times over connections that are kept."""

    def __init__(self, port: int) -> None:
        self.port, self.done = port, list[Done]()
        self._free: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put_nowait(None)

    async def ask(self, kind: str, request: bytes, due: float) -> None:
        """Send one request and note how it went."""
        line = await self._free.get()
        status, kept = 0, line is not None
        try:
            line = line or await asyncio.open_connection("127.0.0.1", self.port)
            line[1].write(request)
            status = await _answer(line[0])
        except (OSError, asyncio.IncompleteReadError, ValueError):
            line = None
        if kept and not status:  # closed since nobody used it: a proxy asks again
            self._free.put_nowait(None)
            return await self.ask(kind, request, due)
        self._free.put_nowait(line if status else None)
        self.done.append(Done(kind, due, time.monotonic() - due, status))

    async def load(self, asked: Iterator[tuple[str, bytes]], rate: float, until: asyncio.Event) -> None:
        """Send what is *asked*, *rate* a second, until told to stop."""
        began, sent, tasks = time.monotonic(), 0, set[asyncio.Task[None]]()
        while not until.is_set():
            due = began + sent / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.create_task(self.ask(*next(asked), due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.gather(*tasks)


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


async def measured(port: int, server: int, store: Path, rate: float, profiles: int) -> dict[str, object]:
    """Load the server at *port* until its pass is done, and a while longer."""
    client, until, rng = Client(port), asyncio.Event(), random.Random(3)
    began = time.monotonic()
    load = asyncio.create_task(client.load(requests(rng, profiles), rate, until))
    while not await asyncio.to_thread(_passed, store):
        await asyncio.sleep(0.25)
        if time.monotonic() - began > 600:
            raise SystemExit("the pass did not end")
    ended = time.monotonic()
    await asyncio.sleep(2)  # what queued up in the pass belongs to neither
    before, count = _cpu(server), len(client.done)
    await asyncio.sleep(AFTER)
    spent, answered = _cpu(server) - before, len(client.done) - count
    until.set()
    await load
    return {
        "pass_s": round(ended - began, 1),
        "start": _spread([one.seconds for one in client.done if one.due < began + COLD]),
        "during": _figures([one for one in client.done if began + COLD <= one.due < ended]),
        "after": _figures([one for one in client.done if one.due > ended + 2]),
        "cpu_ms": round(1000 * spent / max(1, answered), 1),
    }


def _figures(done: list[Done]) -> dict[str, object]:
    kinds = {
        kind: [one.seconds for one in done if one.kind == kind] for kind in ("archive", "search", "vote", "healthz")
    }
    real = [one.seconds for one in done if one.kind != "healthz"]
    return {
        "requests": len(done),
        "errors": dict(Counter(f"{one.kind} {one.status}" for one in done if one.status != 200)),
        "all": _spread(real),
        **{kind: _spread(taken) for kind, taken in kinds.items()},
    }


def _spread(taken: list[float]) -> list[float]:
    ordered = sorted(taken) or [0.0]
    return [round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))], 1) for part in (0.5, 0.99, 1)]


def _passed(store: Path) -> bool:
    """Whether a pass has left its report."""
    import sqlite3

    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        return bool(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def _cpu(process: int) -> float:
    """The CPU seconds of *process* and of those that it started so far."""
    spent = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if process in {int(stat.parent.name), int(fields[1])}:
            spent += sum(int(fields[n]) for n in (11, 12)) / os.sysconf("SC_CLK_TCK")
    return spent


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def main() -> None:
    """Fill a store, serve it, load it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--profiles", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=150)
    parser.add_argument("--store", type=Path, help="a filled store to copy; made if it is not there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sink() as smtp:
        root, port = Path(name), _free_port()
        filled = asked.store or root / "filled.db"
        if not filled.exists():
            a_store(filled, asked.papers, asked.profiles)
        config = a_config(root, asked.profiles, 200, smtp)
        main_file = config / "digest.toml"
        main_file.write_text(
            f'public_url = "{PUBLIC}"\n{main_file.read_text()}'
            f'[web]\nlisten = "127.0.0.1:{port}"\nper_minute = 0\n[links]\nkeys = ["env:LINK_KEY"]\n'
        )
        store = config / "var" / "digest.db"
        store.parent.mkdir()
        shutil.copyfile(filled, store)
        command = [sys.executable, "-m", "digest", "serve", "--config", str(config), "--now", NOW]
        with (root / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "LINK_KEY": KEY})
        try:
            _until_served(port, server)
            figures = asyncio.run(measured(port, server.pid, store, asked.rate, asked.profiles))
        finally:
            server.terminate()
            server.wait(60)
            sys.stderr.write((root / "log").read_text()[-3000:])
    sys.stdout.write(json.dumps({"bench": "pages_load", **vars(asked), "store": None, **figures}) + "\n")


def _until_served(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(2400):  # an older store is migrated first
        if server.poll() is not None:
            raise SystemExit("digest serve ended")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the pages did not come")


if __name__ == "__main__":
    main()
