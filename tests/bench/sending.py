"""The whole way of real editions, on every core: one JSON line. Needs smtp-sink (Debian: postfix).

    python -m tests.bench.sending [--editions 10000] [--papers 200] [--connections 4]

Every edition has its own ten papers of those that came in, its own reasons and its own reader; nothing is estimated.

- made_s: composing, rendering and MIME of all of them                            goal <= 20 on 2 cores
- made_cpu_s: the same in processor time of all processes
- sent_per_s: what a pass rendered -> claim, read, MIME, SMTP, settle             goal >= 2,000
- sent_cpu_ms: processor time of that for one message, ours and without the sink's
- stored_per_s, stored_cpu_ms: the same for editions of an earlier pass, which are rendered from the store
- outbox_cpu_ms: of that, claim and settle alone, with a channel that does nothing      goal <= 0.3
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from digest import outbox
from digest.channels.email import EmailChannel
from digest.compose import compose
from digest.model import Digest, EmailSettings, Interest, Message, Paper, Profile, Settings, Target
from digest.pipeline import Bot, crew
from digest.pipeline.delivering import deliver
from digest.pipeline.spool import opened
from digest.pipeline.voice import Voice
from digest.ranking.sketch import kinship
from digest.render import Renderer
from digest.render.mime import mime
from digest.store import QueuedEdition, Store
from tests.bench.delivery import Nothing, sink
from tests.bench.render import DAY, NAMES, a_paper, candidates

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SENDER = "Paper Digest <digest@example.org>"
CHUNK = 250


def a_profile(number: int) -> Profile:
    to = (Target("email", f"p{number}@example.org"),)
    return Profile(f"p{number}", "UTC", "daily 08:00", to, tuple(map(Interest, NAMES)))


def editions(papers: list[Paper], numbers: Sequence[int]) -> Iterator[tuple[Profile, Digest]]:
    """A digest for each profile of these numbers."""
    for number in numbers:
        profile, picks = a_profile(number), candidates(random.Random(number), papers)
        yield profile, compose(profile, DAY, picks, len(papers), similarity=kinship)


def made(store: Store, papers: list[Paper], count: int) -> tuple[float, float]:
    """Wall and processor seconds to compose, render and write *count* mails."""
    renderer = Renderer()

    def work(numbers: Sequence[int]) -> Iterator[tuple[float, float]]:
        wall, cpu = 0.0, 0.0
        for first in range(0, len(numbers), CHUNK):
            picks = [
                (a_profile(n), candidates(random.Random(n), papers)) for n in numbers[first : first + CHUNK]
            ]  # not ours to time
            begun, spent = time.perf_counter(), time.process_time()
            for profile, found in picks:
                digest = compose(profile, DAY, found, len(papers), similarity=kinship)
                message = renderer.message(digest, profile, profile.deliver[0])
                mime(message, sender=SENDER, sent_at=NOW)
            wall, cpu = wall + time.perf_counter() - begun, cpu + time.process_time() - spent
        yield wall, cpu

    hands = crew.hands(store, count)
    spent = list(crew.spread(store, [range(n, count, hands) for n in range(hands)], work))
    return max(wall for wall, _ in spent), sum(cpu for _, cpu in spent)


def queued(store: Store, papers: list[Paper], count: int) -> None:
    for first in range(0, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))
        store.queue([QueuedEdition(d, p.deliver, 0) for p, d in editions(papers, numbers)], NOW)


def processor() -> float:
    """Seconds that this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def sent(place: Path, papers: list[Paper], count: int, connections: int, *, rendered: bool) -> tuple[float, float]:
    """Wall and processor seconds to send *count* stored editions; *rendered* when they were made in the same pass."""
    name = f"{place}/{'sent' if rendered else 'stored'}.db"
    with Store.open(f"sqlite:///{name}", now=NOW) as store, sink() as port, opened(place, 1) as spool:
        queued(store, papers, count)
        channel = EmailChannel(EmailSettings("127.0.0.1", port, "clear", SENDER), connections=connections)
        settings = Settings(place, place, "", profiles=tuple(map(a_profile, range(count))))
        bot = Bot(settings, store, Renderer(), {"email": channel}, lambda: NOW, random.Random(1))
        if rendered and spool:
            voice = Voice(bot, spool)
            for profile, digest in editions(papers, range(count)):
                spool.accept(voice.keep(digest, profile.deliver, {"email"}, 0))
        begun, spent = time.perf_counter(), processor()
        counts, failures = deliver(bot, spool=spool if rendered else None)
        seconds, used = time.perf_counter() - begun, processor() - spent
        channel.close()
        assert counts["sent"] == count, failures[:3]
    return seconds, used


def outbox_alone(place: Path, papers: list[Paper], count: int) -> float:
    """Processor seconds of the outbox for *count* messages that cost nothing to render or to send."""
    with Store.open(f"sqlite:///{place}/alone.db", now=NOW) as store:
        queued(store, papers, count)
        message = Message("k", "p", DAY, Target("email", "p@example.org"), "s")
        spent = processor()
        done = outbox.deliver(store, {"email": Nothing()}, lambda _: message, lambda: NOW, random.Random(1))
        assert done.counts["sent"] == count
        return processor() - spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, default=10_000)
    parser.add_argument("--papers", type=int, default=200)
    parser.add_argument("--connections", type=int, default=4)
    asked = parser.parse_args()
    assert threading.active_count() == 1, "or nothing is forked"
    rng = random.Random(11)
    papers = [a_paper(rng, number) for number in range(asked.papers)]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with Store.open(f"sqlite:///{place}/made.db", now=NOW) as store:
            made_s, made_cpu = made(store, papers, asked.editions)
        sent_s, sent_cpu = sent(place, papers, asked.editions, asked.connections, rendered=True)
        stored_s, stored_cpu = sent(place, papers, asked.editions, asked.connections, rendered=False)
        alone = outbox_alone(place, papers, min(asked.editions, 2000)) / min(asked.editions, 2000)
    figures = {
        "bench": "sending",
        "editions": asked.editions,
        "made_s": round(made_s, 1),
        "made_cpu_s": round(made_cpu, 1),
        "sent_per_s": round(asked.editions / sent_s),
        "sent_cpu_ms": round(sent_cpu / asked.editions * 1000, 2),
        "stored_per_s": round(asked.editions / stored_s),
        "stored_cpu_ms": round(stored_cpu / asked.editions * 1000, 2),
        "outbox_cpu_ms": round(alone * 1000, 3),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
