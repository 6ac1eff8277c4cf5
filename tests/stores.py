"""Values and steps for tests of the store.

What holds for one store must hold for the others. A test that takes the fixture ``store`` (tests/contract) or
``store_url`` (anywhere) runs once on each: an SQLite file, SQLite in memory, a PostgreSQL schema of its own. Open
more stores on the same memory by ``Store.open(store_url, now=NOW)``, and other processes by ``start(store_url, …)``;
``url(folder)`` is for what only a file has. Let the statements be SQLAlchemy's, order NULLs by name
(``nulls_first()``), and write ``self._access.writing()`` unless the statements lock the rows that they decide on
(``hold="rows"``). The server is the one that PAPER_DIGEST_TEST_POSTGRES names, by default
postgresql+psycopg://postgres@127.0.0.1:5432/test; where none answers these tests are skipped, but fail under CI.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from digest.model import Change, Delivery, Digest, Dump, Known, Paper, Reject, Seen, ShownDate, Sighting, Target
from digest.store import QueuedEdition, Store
from tests.builders import NOW, a_digest, a_paper

DAY = date(2026, 11, 20)
TODAY = date(2026, 11, 21)
LEASE = timedelta(minutes=10)


def a_dump(name: str = "d1", **fields: object) -> Dump:
    """A dump of the cards layout, taken from the file *name*.txt."""
    dump = Dump(name, "seeds", f"{name}.txt", "card", DAY, "filename", NOW, ShownDate(11, 20), frozenset({"title"}))
    return replace(dump, **fields)  # type: ignore[arg-type]


def a_known(paper: Paper | None = None, *seen: Seen, **fields: object) -> Known:
    """A paper as merged from one dump."""
    paper = paper or a_paper()
    known = Known(
        paper, seen, {"title": "d1", "abstract": "d1"}, frozenset({"title", "upvotes"}), (paper.title.lower(),)
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def seen_in(dump: Dump, sighting: Sighting) -> Seen:
    """What stays of *sighting*."""
    paper = sighting.paper
    return Seen(
        dump.id, dump.captured_on, dump.dated_by, sighting.shown, paper.published, paper.upvotes, paper.num_comments
    )


def ingest(
    store: Store, papers: Sequence[Paper], dump: Dump | None = None, *, rejects: Sequence[Reject] = ()
) -> tuple[Change, ...]:
    """Take in a dump that shows *papers*, all new."""
    dump = dump or a_dump()
    with store.writing() as writer:
        writer.save([a_known(paper) for paper in papers], NOW)
        shown = [(paper.id, Sighting(paper, place, ShownDate(1, 2))) for place, paper in enumerate(papers)]
        writer.add_dump(dump, shown, rejects, f"{dump.id}-stamp", now=NOW)
        return writer.add_changes([Change(paper, "new") for paper in papers], NOW)


def an_edition(
    *titles: str, targets: Sequence[str] = ("folder:ada",), cursor: int = 1, **fields: object
) -> QueuedEdition:
    """An edition of the profile "ada" that shows *titles*."""
    digest: Digest = a_digest(*titles, **fields)  # type: ignore[arg-type]
    return QueuedEdition(digest, tuple(Target(*target.split(":", 1)) for target in targets), cursor)


def an_empty_edition(profile: str = "ada", day: date = TODAY, cursor: int = 1) -> QueuedEdition:
    """An edition that shows nothing."""
    return QueuedEdition(Digest(profile, day, considered=3), (Target("folder", profile),), cursor)


def claim(store: Store, *, limit: int = 50, after: timedelta = timedelta(), skip: Sequence[str] = ()) -> list[Delivery]:
    """Claim what is due *after* the usual instant."""
    return store.claim(NOW + after, lease=LEASE, limit=limit, skip=skip)


# ---------------------------------------------------------------- where stores are

POSTGRES = os.environ.get("PAPER_DIGEST_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


def url(folder: Path) -> str:
    """The SQLite store in *folder*."""
    return f"sqlite:///{folder}/digest.db"


@contextmanager
def a_postgres_url() -> Iterator[str]:
    """An empty schema on the test server, gone afterwards."""
    why = _unreachable()
    if why and os.environ.get("CI"):
        pytest.fail(f"CI must have PostgreSQL at {POSTGRES}: {why}")
    if why:
        pytest.skip(f"no PostgreSQL at {POSTGRES} (PAPER_DIGEST_TEST_POSTGRES names another one): {why}")
    name = f"test_{uuid4().hex[:12]}"
    with postgres_session() as session:
        session.execute(f"CREATE SCHEMA {name}")
    try:
        yield make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)
    finally:
        with postgres_session() as session:  # and the engine's own schema beside it
            found = session.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", (f"{name}%",)).fetchall()
            for (one,) in found:
                session.execute(f"DROP SCHEMA {one} CASCADE")


def postgres_session(url: str = POSTGRES) -> psycopg.Connection:
    """A connection past the store, each statement a transaction."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(False)
    return psycopg.connect(plain, autocommit=True, connect_timeout=5, client_encoding="utf8")


@cache
def _unreachable() -> str:
    try:
        postgres_session().close()
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    return ""


# ---------------------------------------------------------------- another process

PRELUDE = """
import os, signal, sys, time
from datetime import timedelta
from digest.model import *
from digest.store import *
from tests.builders import *
from tests.stores import *
store = Store.open(sys.argv[1], now=NOW)
"""


def start(url: str, script: str) -> subprocess.Popen[str]:
    """Run *script* in a process of its own, with the store at *url* as `store`."""
    argv = [sys.executable, "-c", PRELUDE + script, url]
    return subprocess.Popen(argv, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True)


def run(url: str, script: str) -> int:
    """Run *script* as `start` does, to its end."""
    with start(url, script) as process:
        return process.wait(60)
