"""How fast the outbox sends: one JSON line. Needs smtp-sink (Debian: postfix).

    python -m tests.bench.delivery [--messages 2000] [--connections 4] [--kilobytes 30]

"sent_per_s" is the whole way: claim, MIME, SMTP, settle. "outbox_ms" is the same with a channel that does nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from digest import outbox
from digest.channels.email import EmailChannel
from digest.model import Delivery, EmailSettings, Message, Receipt, Target
from digest.store import QueuedEdition, Store
from tests.builders import a_digest

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


class Nothing:
    """A channel that accepts everything at once."""

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        return Receipt(("<id@example.org>",), "250 ok")

    def check(self) -> str:
        return ""

    def close(self) -> None:
        pass


@contextmanager
def sink() -> Iterator[int]:
    tool = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if tool is None:
        sys.exit("smtp-sink is missing (Debian: postfix)")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with subprocess.Popen([tool, "-u", "nobody", f"127.0.0.1:{port}", "1024"]) as process:
        for _ in range(100):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
        process.terminate()


def timed(messages: int, channel: outbox.Channel, body: str) -> float:
    """Seconds to deliver *messages* queued ones."""

    def render(delivery: Delivery) -> Message:
        return Message(
            delivery.key,
            delivery.profile,
            delivery.date,
            delivery.target,
            "10 new papers",
            body,
            body[: len(body) // 2],
        )

    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/digest.db", now=NOW) as store:
        editions = [
            QueuedEdition(
                a_digest(profile=f"p{number}", day=date(2026, 11, 21)), (Target("email", f"p{number}@example.org"),), 0
            )
            for number in range(messages)
        ]
        store.queue(editions, NOW)
        start = time.perf_counter()
        done = outbox.deliver(store, {"email": channel}, render, lambda: NOW, random.Random(1))
        seconds = time.perf_counter() - start
        assert done.counts["sent"] == messages, done
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--kilobytes", type=int, default=30)
    args = parser.parse_args()
    line = '<p style="margin:0">A line of a digest about graphs = networks, with “quotes”.</p>\n'
    body = line * (args.kilobytes * 1024 // len(line.encode()))
    idle = timed(args.messages, Nothing(), body)
    with sink() as port:
        settings = EmailSettings("127.0.0.1", port, "clear", "Paper Digest <digest@example.org>")
        channel = EmailChannel(settings, connections=args.connections)
        busy = timed(args.messages, channel, body)
        channel.close()
    figures = {
        "bench": "delivery",
        "messages": args.messages,
        "connections": args.connections,
        "sent_per_s": round(args.messages / busy),
        "outbox_ms": round(idle / args.messages * 1000, 3),
    }
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    main()
