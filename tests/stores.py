"""Values and steps for tests of the store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

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


def url(folder: Path) -> str:
    """The store in *folder*."""
    return f"sqlite:///{folder}/digest.db"


def start(folder: Path, script: str) -> subprocess.Popen[str]:
    """Run *script* in a process of its own, with the store in *folder* as `store`."""
    argv = [sys.executable, "-c", PRELUDE + script, url(folder)]
    return subprocess.Popen(argv, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True)


def run(folder: Path, script: str) -> int:
    """Run *script* as `start` does, to its end."""
    with start(folder, script) as process:
        return process.wait(60)
