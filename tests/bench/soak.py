"""Live through two years of days and see that nothing grows that should not: one JSON line.

    nice python -m tests.bench.soak [--days 730] [--profiles 200] [--store sqlite|postgresql]

The real days of ../shared/hf_papers.jsonl.gz come again and again with ids of their own, and with words exchanged for
others that are as frequent. Each day a dump holds that day's papers and yesterday's with more votes, a fifth of them
with their code; three passes see it. Mail goes by SMTP to a process of its own, which counts what arrives: the tally
that the store is held against.

- rss_mb: memory by quarters of the life                          goal: the last at most 1.1 times the third
- kept_kb: what a paper adds for good, in the third and the last quarter; kept_fit: how straight that grows (R2)
                                                                   goals: the last at most 1.1 times the third, >= .99
- passing_mb: the most that editions, deliveries and reports had in each half; what is pruned does not grow
- drift: how far the store's counts lie from the tally             goal 0 for each
- oldest: days since the oldest edition, settled delivery, report that is still there; of sightings a superseded one
- tables: what each table has of the database with its indexes, in KB
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select, text

from digest import pipeline
from digest.cli import building
from digest.pipeline import Bot
from digest.store import Store, schema
from tests.bench.passes import SHARED
from tests.stores import a_postgres_url, postgres_session

FIRST = date(2024, 1, 1)
HOURS = (6, 9, 15)
"""When passes are made: the dump comes in, the editions are due, nothing is to be done."""
PASSING = {"editions", "deliveries", "runs", "snapshots"}
"""Tables of which `prune` takes what is old; all others keep what they have."""
BAND = 40
"""Words are exchanged among so many that are about as frequent."""
_WORD = re.compile(r"[a-z]{4,}")
_ID = re.compile(r"(?:abs|papers)/(\d{4}\.\d{5})")


# ---------------------------------------------------------------- the days


def real_days(file: Path) -> list[list[dict[str, Any]]]:
    """The papers of each real day, in an order that has no trend, so that growth is the bot's own."""
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            days[paper["day"]].append(paper)
    ordered = [days[day] for day in sorted(days)]
    random.Random(3).shuffle(ordered)
    return ordered


def vocabulary(days: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """The words of all papers, the most frequent first."""
    counted = Counter(word for day in days for paper in day for word in _WORD.findall(_texts(paper).lower()))
    return [word for word, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def _texts(paper: Mapping[str, Any]) -> str:
    return f"{paper['title']} {paper['abstract']}"


@dataclass
class Days:
    """Day after day of papers, for ever: each round of the real ones has other words."""

    real: Sequence[Sequence[Mapping[str, Any]]]
    words: Sequence[str]
    made: int = 0
    before: list[dict[str, Any]] = field(default_factory=list)

    def dump(self, number: int) -> list[dict[str, Any]]:
        """The dump of this day, as the Hugging Face API answers: its papers, then yesterday's with more votes."""
        day = FIRST + timedelta(days=number)
        exchanged = self._exchange(number // len(self.real))
        new = [self._row(paper, day, exchanged) for paper in self.real[number % len(self.real)]]
        old = [_a_day_later(row, place) for place, row in enumerate(self.before)]
        self.before = new
        return [*new, *old]

    def _exchange(self, round_: int) -> dict[str, str]:
        turned: dict[str, str] = {}
        for at in range(0, len(self.words), BAND):
            band = self.words[at : at + BAND]
            shift = round_ % max(1, len(band))
            turned.update(zip(band, [*band[shift:], *band[:shift]], strict=True))
        return turned

    def _row(self, paper: Mapping[str, Any], day: date, exchanged: Mapping[str, str]) -> dict[str, Any]:
        def other(text: str) -> str:
            return re.sub(r"[A-Za-z]{4,}", lambda found: _like(found[0], exchanged), text or "")

        self.made += 1
        return {
            "paper": {
                "id": f"{day:%y%m}.{self.made % 100_000:05}",
                "title": other(paper["title"]),
                "summary": other(paper["abstract"]),
                "authors": [{"name": name} for name in paper["authors"]],
                "publishedAt": f"{day}T00:00:00.000Z",
                "upvotes": paper["upvotes"] or 0,
            },
            "numComments": paper["num_comments"] or 0,
        }


def _a_day_later(row: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The same paper with more votes; every fifth has its code published, which is news for who was shown it."""
    paper = {**row["paper"], "upvotes": 3 + 2 * row["paper"]["upvotes"]}
    if place % 5 == 0:
        paper["githubRepo"] = f"https://github.com/example/{paper['id'].replace('.', '-')}"
    return {**row, "paper": paper}


def _like(word: str, exchanged: Mapping[str, str]) -> str:
    other = exchanged.get(word.lower(), word)
    return other.title() if word[0].isupper() else other


def a_config(root: Path, profiles: int, port: int, store: str, words: Sequence[str], more: str) -> Path:
    """A folder with a config for *profiles* readers, each with three of the frequent words, and *more* tables."""
    rng = random.Random(5)
    (root / "drop").mkdir()
    folder = root / "config"
    (folder / "profiles").mkdir(parents=True)
    (folder / "digest.toml").write_text(
        f'state = "var"\npublic_url = "https://digest.example.org"\n'
        f'[store]\nurl = "{store}"\n[[sources]]\nkind = "folder"\npath = "{root}/drop"\n'
        f'[email]\nurl = "smtp://127.0.0.1:{port}"\nfrom = "Paper Digest <digest@example.org>"\n{more}'
    )
    for number in range(profiles):
        keywords = json.dumps(rng.sample(words[60:600], 3))
        (folder / "profiles" / f"p{number}.toml").write_text(
            f'schedule = "daily 08:00"\ndeliver = ["email:p{number}@example.org"]\n'
            f'[[interests]]\nname = "One"\nkeywords = {keywords}\n'
        )
    return folder


# ---------------------------------------------------------------- the tally


async def _take(place: Path) -> None:
    from aiosmtpd.controller import Controller

    class Taker:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            mail = message_from_bytes(envelope.content)
            (plain,) = (part for part in mail.walk() if part.get_content_type() == "text/plain")
            said = plain.get_payload(decode=True).decode()
            ids = " ".join(sorted(set(_ID.findall(said))))
            with place.open("a") as file:
                file.write(f"{envelope.rcpt_tos[0].partition('@')[0]} {mail['Message-ID']} {ids}\n")
            return "250 2.0.0 taken"

    controller = Controller(Taker(), hostname="127.0.0.1", port=int(sys.argv[2]))
    controller.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


@contextmanager
def a_taker(place: Path) -> Iterator[int]:
    """A mail server in a process of its own that writes down who got which papers; yields its port."""
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    argv = [sys.executable, "-m", "tests.bench.soak", "--take", str(port), str(place)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield port
        finally:
            process.kill()


@dataclass
class Tally:
    """What was put in and what arrived, counted without the store."""

    papers: int = 0
    dumps: int = 0
    editions: Counter[date] = field(default_factory=Counter)

    def arrived(self, place: Path) -> dict[str, int]:
        """What the mail server saw: mails, mails twice, papers offered, and how often one came again to a reader."""
        ids, offered = Counter[str](), Counter[str]()
        lines = place.read_text().splitlines() if place.exists() else []
        for line in lines:
            reader, message, *papers = line.split(" ")
            ids[message] += 1
            offered.update(f"{reader} {paper}" for paper in papers if paper)
        return {
            "mails": len(lines),
            "twice": len(lines) - len(ids),
            "offers": sum(offered.values()),
            "again": sum(offered.values()) - len(offered),
        }


# ---------------------------------------------------------------- the measures


def rss() -> float:
    """Megabytes of memory that this process has now."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def table_sizes(store: Store) -> dict[str, float]:
    """Kilobytes of each table with its indexes, the largest first; of SQLite without what is free to be used again."""
    with store._access.reading() as connection:
        sizes = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
        return {name: float(kb) for name, kb in connection.execute(text(sizes))}


_SQLITE = (
    "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) / 1024.0 AS kb FROM dbstat s"
    " LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY 1 ORDER BY kb DESC"
)
_POSTGRESQL = (
    "SELECT relname, pg_total_relation_size(c.oid) / 1024.0 AS kb FROM pg_class c"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY kb DESC"
)


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The line through *points* by least squares: its slope, and R2."""
    xs, ys = (np.array(column) for column in zip(*points, strict=True))
    rise, start = np.polyfit(xs, ys, 1)
    spread = float(((ys - ys.mean()) ** 2).sum())
    left = float(((ys - (rise * xs + start)) ** 2).sum())
    return float(rise), 1 - left / spread if spread else 1.0


@dataclass
class Lived:
    """How a life went, day by day."""

    tally: Tally
    rss: list[float] = field(default_factory=list)
    kept: list[tuple[float, float]] = field(default_factory=list)
    passing: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)


def live(root: Path, store_url: str, days: int, profiles: int, *, more: str = "", said: bool = False) -> Lived:
    """Live through *days* with *profiles* and *more* in the config; the figures are in what is returned."""
    real = real_days(SHARED / "hf_papers.jsonl.gz")
    coming, tally, arrived = Days(real, vocabulary(real)), Tally(), root / "arrived"
    lived, now = Lived(tally), [_at(0, 0)]
    begun = time.process_time()
    with ExitStack() as stack:
        port = stack.enter_context(a_taker(arrived))
        config = a_config(root, profiles, port, store_url, coming.words, more)
        settings = building.load_settings(config)
        bot = stack.enter_context(building.bot(settings, lambda: now[0]))
        for number in range(days):
            rows = coming.dump(number)
            tally.dumps += 1
            (root / "drop" / f"{FIRST + timedelta(days=number)}.json").write_text(json.dumps(rows))
            for hour in HOURS:
                now[0] = _at(number, hour)
                _note(pipeline.run_pass(bot, due_only=True, learns=True), lived)
            if number % 7 == 6:
                vacuum(store_url)
            lived.rss.append(rss())
            if number % 5 == 4:
                _measure(bot.store, coming.made, lived)
            if said and number % 10 == 9:
                sys.stderr.write(
                    f"{number} {lived.rss[-1]:.0f} MB {lived.kept[-1][1]:.0f} + {lived.passing[-1]:.0f} KB\n"
                )
        tally.papers, lived.seconds = coming.made, time.process_time() - begun
        lived.figures = {
            **_grown(lived),
            "drift": drift(bot, tally, tally.arrived(arrived), now[0]),
            "oldest": oldest(bot.store, now[0]),
            "failures": dict(lived.failures),
            "papers": tally.papers,
            **{key: count for key, count in tally.arrived(arrived).items() if key != "twice"},
            "tables": {name: round(kb) for name, kb in list(table_sizes(bot.store).items())[:12]},
            "cpu_s": round(lived.seconds),
        }
    return lived


def _at(number: int, hour: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=number)


def _note(report: Any, lived: Lived) -> None:
    lived.failures.update(f"{one.where}: {one.why}"[:200] for one in report.failures)
    lived.tally.editions.update(one.date for one in report.editions if one.state != "exists")


def vacuum(store_url: str) -> None:
    """What autovacuum would have done in the week that took a few seconds here."""
    if store_url.startswith("postgresql"):
        with postgres_session(store_url) as session:
            for (name,) in session.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            ).fetchall():
                session.execute(f'VACUUM ANALYZE "{name}"')


def _measure(store: Store, papers: int, lived: Lived) -> None:
    sizes = table_sizes(store)
    passing = sum(kb for name, kb in sizes.items() if name in PASSING)
    lived.kept.append((papers, sum(sizes.values()) - passing))
    lived.passing.append(passing)


def _grown(lived: Lived) -> dict[str, Any]:
    half, quarter = len(lived.kept) // 2, max(2, len(lived.kept) // 4)
    days = len(lived.rss)
    parts = (lived.kept[half : half + quarter], lived.kept[-quarter:])
    return {
        "rss_mb": [round(max(lived.rss[days * n // 4 : days * (n + 1) // 4])) for n in range(4)],
        "kept_kb": [round(slope(part)[0], 2) for part in parts],
        "kept_fit": round(slope(lived.kept[half:])[1], 4),
        "kept_mb": round(lived.kept[-1][1] / 1024, 1),
        "passing_mb": [round(max(part) / 1024, 1) for part in (lived.passing[:half], lived.passing[half:])],
    }


def drift(bot: Bot, tally: Tally, arrived: Mapping[str, int], now: datetime) -> dict[str, int]:
    """How far the store's counts lie from what was put in and what arrived; all 0 in a good life."""
    store, since = bot.store, now.date() - timedelta(days=bot.settings.keep.editions - 2)
    counts, status = store.counts(), store.status(now)
    with store._access.reading() as connection:
        offers = connection.execute(select(func.count()).select_from(schema.offers)).scalar_one()
        once = select(schema.offers.c.profile, schema.offers.c.paper).distinct().subquery()
        again = offers - connection.execute(select(func.count()).select_from(once)).scalar_one()
        recent = connection.execute(
            select(func.count()).select_from(schema.editions).where(schema.editions.c.day >= since)
        ).scalar_one()
    return {
        "papers": counts["papers"] - tally.papers,
        "dumps": counts["dumps"] - tally.dumps,
        "offers": offers - arrived["offers"],
        "again": again - arrived["again"],
        "editions": recent - sum(count for day, count in tally.editions.items() if day >= since),
        "mails_twice": arrived["twice"],
        "open": sum(count for state, count in status.deliveries.items() if state != "sent"),
    }


def oldest(store: Store, now: datetime) -> dict[str, int]:
    """Days since the oldest of what is pruned; 0 where there is none."""
    e, d, r, s = schema.editions.c, schema.deliveries.c, schema.runs.c, schema.sightings
    other = s.alias()
    with store._access.reading() as connection:

        def ago(query: Any) -> int:
            found = connection.execute(query).scalar()
            if found is None:
                return 0
            return (now.date() - (found.date() if isinstance(found, datetime) else found)).days

        newer = select(other.c.paper).where(other.c.paper == s.c.paper, other.c.dump > s.c.dump).exists()
        superseded = select(func.min(schema.dumps.c.first_seen)).join(s, s.c.dump == schema.dumps.c.no).where(newer)
        return {
            "edition": ago(select(func.min(e.day))),
            "delivery": ago(select(func.min(d.settled_at))),
            "report": ago(select(func.min(r.finished_at))),
            "sighting": ago(superseded),
        }


def main() -> None:
    """Live and print."""
    if sys.argv[1:2] == ["--take"]:
        asyncio.run(_take(Path(sys.argv[3])))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--profiles", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--said", action="store_true", help="tell how far it is")
    asked = parser.parse_args()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = "sqlite:///digest.db" if asked.store == "sqlite" else stack.enter_context(a_postgres_url())
        lived = live(root, url, asked.days, asked.profiles, said=asked.said)
    head = {"bench": "soak", "store": asked.store, "days": asked.days, "profiles": asked.profiles}
    sys.stdout.write(json.dumps({**head, **lived.figures}) + "\n")


if __name__ == "__main__":
    main()
