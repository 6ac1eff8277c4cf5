"""The store: one object, thread-safe, that every floor above works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from digest.store.copying import Copying
from digest.store.editions import Editions
from digest.store.embeddings import Embeddings
from digest.store.engine import BUSY_SECONDS, Access, Database
from digest.store.figures import Figures
from digest.store.health import Health
from digest.store.joins import Joins
from digest.store.leaving import Leaving
from digest.store.lessons import Lessons
from digest.store.letters import Letters
from digest.store.measures import Measuring
from digest.store.mutes import Mutes
from digest.store.opening import open_database
from digest.store.packing import Shelf
from digest.store.papers import Papers
from digest.store.personal import Personal
from digest.store.reports import Reports
from digest.store.searching import Searching
from digest.store.senders import Senders
from digest.store.sqlite import SqliteDatabase
from digest.store.summaries import Summaries
from digest.store.texts import ProfileTexts
from digest.store.totals import Totals
from digest.store.turns import Turns
from digest.store.votes import Votes
from digest.store.writer import Writer


class Store(
    Papers,
    Searching,
    Joins,
    Editions,
    Embeddings,
    Figures,
    Senders,
    Reports,
    Health,
    Summaries,
    Copying,
    Leaving,
    Letters,
    Mutes,
    Votes,
    Turns,
    Totals,
    Measuring,
    ProfileTexts,
    Lessons,
    Personal,
):
    """What the bot remembers, in one database.

    Every method is one transaction and may be called from any thread. Whatever the database refuses is a
    StoreError of one line, and then nothing of that call was recorded.
    """

    def __init__(self, access: Access, database: Database | None = None) -> None:
        self._access, self._database, self._shelf = access, database, Shelf()
        on_disk = isinstance(database, SqliteDatabase) and not database.in_memory
        self._witness = Path(f"{database.name}.last") if database and on_disk else None

    @classmethod
    def open(cls, url: str, *, now: datetime, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open the store at *url* ("sqlite:///FILE", "sqlite://" in memory, "postgresql+psycopg://USER@HOST/NAME").

        It is made or migrated as needed.

        A call that finds the database locked waits *busy_seconds*. *now* names the copy that is made
        beside an older database before it is migrated. Raises StoreError.
        """
        database = open_database(url, now, busy_seconds=busy_seconds)
        return cls(database, database)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Yield the ingest side in one write transaction: all of it is kept, or after any exception nothing."""
        with self._access.writing() as connection:
            yield Writer(connection)

    @contextmanager
    def rehearsing(self) -> Iterator[Store]:
        """Yield a store in which everything can be done and of which nothing is kept: for dry runs.

        Other processes cannot write meanwhile.
        """
        assert self._database is not None, "a rehearsal of a rehearsal"  # noqa: S101
        with self._database.pretending() as access:
            yield Store(access)

    def can_be_shared(self) -> bool:
        """Whether other processes can open the same database; one in memory or in a rehearsal is this process's own."""
        return self._database is not None and not self._database.in_memory

    def rest(self) -> None:
        """Hold no connection until the next call, so that a process that is forked now inherits none."""
        if self._database is not None:
            self._database.close()

    def close(self) -> None:
        """Give the database back."""
        if self._database is not None:
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
