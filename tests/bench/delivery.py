"""How fast the outbox sends: one JSON line. Needs smtp-sink (Debian: postfix).

    python -m tests.bench.delivery [--messages 2000] [--connections 4] [--kilobytes 30] [--rtt 0]

- smtp_per_s: SMTP alone, one connection, mails written before               goal >= 2,000 on loopback
- sent_per_s: the whole way: claim, MIME, SMTP, settle                       goal >= 400 with --rtt 20 --connections 50
- outbox_ms: the whole way with a channel that does nothing                  goal <= 0.3

*rtt* is a round trip in milliseconds, made by a proxy in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from digest import outbox
from digest.channels.email import EmailChannel
from digest.channels.smtp import Session
from digest.model import Delivery, EmailSettings, Message, Receipt, Target
from digest.render.mime import mime
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
        try:
            yield port
        finally:
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


PROXY = """
import asyncio, sys
target, half = int(sys.argv[1]), float(sys.argv[2]) / 2000
async def pump(reader, writer):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()
    async def late():
        while (item := await queue.get()) is not None:
            await asyncio.sleep(max(0, item[0] - loop.time()))
            writer.write(item[1])
        writer.close()
    task = asyncio.create_task(late())
    while data := await reader.read(1 << 16):
        queue.put_nowait((loop.time() + half, data))
    queue.put_nowait(None)
    await task
async def serve(reader, writer):
    there, out = await asyncio.open_connection("127.0.0.1", target)
    await asyncio.gather(pump(reader, out), pump(there, writer), return_exceptions=True)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def delayed(port: int, rtt: float) -> Iterator[int]:
    """A port that leads to *port* with a round trip of *rtt* milliseconds."""
    if not rtt:
        yield port
        return
    with subprocess.Popen([sys.executable, "-c", PROXY, str(port), str(rtt)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def smtp_alone(port: int, messages: int, body: str) -> float:
    """Seconds to hand *messages* mails over on one connection."""
    settings = EmailSettings("127.0.0.1", port, "clear", "Paper Digest <digest@example.org>")
    message = Message("k", "p", date(2026, 11, 21), Target("email", "p@example.org"), "10 papers", body, body[:9000])
    data = mime(message, sender=settings.sender, sent_at=NOW)
    session = Session(settings, name="bench.example.org", context=ssl.create_default_context(), done_timeout=60)
    start = time.perf_counter()
    for _ in range(messages):
        session.hand_over("digest@example.org", "p@example.org", data)
    seconds = time.perf_counter() - start
    session.close(politely=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--kilobytes", type=int, default=30)
    parser.add_argument("--rtt", type=float, default=0)
    args = parser.parse_args()
    line = '<p style="margin:0">A line of a digest about graphs = networks, with “quotes”.</p>\n'
    body = line * (args.kilobytes * 1024 // len(line.encode()))
    idle = timed(args.messages, Nothing(), body)
    with sink() as sunk, delayed(sunk, args.rtt) as port:
        alone = args.messages / (1 if args.rtt == 0 else 20)
        lone = smtp_alone(port, int(alone), body)
        settings = EmailSettings("127.0.0.1", port, "clear", "Paper Digest <digest@example.org>")
        channel = EmailChannel(settings, connections=args.connections)
        busy = timed(args.messages, channel, body)
        channel.close()
    figures = {
        "bench": "delivery",
        "messages": args.messages,
        "connections": args.connections,
        "rtt_ms": args.rtt,
        "smtp_per_s": round(alone / lone),
        "sent_per_s": round(args.messages / busy),
        "outbox_ms": round(idle / args.messages * 1000, 3),
    }
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    main()
