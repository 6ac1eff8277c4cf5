"""Connections and transactions: all that is particular to SQLite stands here and in `opening`.

A write transaction begins IMMEDIATE: a deferred one fails half way when two processes write, whatever the
busy timeout. Whatever the database refuses becomes one StoreError that says what to do.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import StaticPool

from digest.errors import StoreError

BUSY_SECONDS = 30.0
"""How long a transaction waits for another process before it gives up: longer than any honest transaction."""

# What to do, by SQLite's primary result code (https://www.sqlite.org/rescode.html); never by its prose.
_ADVICE = {
    sqlite3.SQLITE_BUSY: "is locked by another process; is another pass at work? Try again when it is done",
    sqlite3.SQLITE_LOCKED: "is locked by another process; is another pass at work? Try again when it is done",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full; nothing was recorded. Free some space and run again",
    sqlite3.SQLITE_READONLY: "cannot be written; check the permissions of the file and of its folder",
    sqlite3.SQLITE_PERM: "cannot be written; check the permissions of the file and of its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_NOTADB: "is not a database; move it away, or let [store] url name another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup, or move it away to start anew",
    sqlite3.SQLITE_IOERR: "cannot be read or written, the disk failed or is full; nothing was recorded",
}


class Access(Protocol):
    """How the parts of the store reach the database: one transaction per `with`, all or nothing."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent view of the database."""

    def writing(self, *, durable: bool = False) -> AbstractContextManager[Connection]:
        """One write transaction; *durable* waits until the disk has it, else only a power cut can lose it."""


class Database:
    """A pool of connections to one database; safe to share between threads."""

    def __init__(self, url: URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url, self._busy = url, busy_seconds
        self.path = url.database or ""
        self.in_memory = self.path in {"", ":memory:"}
        self._turn = threading.RLock()  # writers of this process queue here and not in SQLite's sleeps
        options: dict[str, Any] = {"poolclass": StaticPool} if self.in_memory else {}
        self.engine = create_engine(url, connect_args={"timeout": busy_seconds, "check_same_thread": False}, **options)
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the database; what is written to it is not kept."""
        with self._alone(always=False), self.told(), self.engine.connect() as connection:
            connection.begin()  # undone when the connection is given back
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """Yield a connection in a write transaction, committed at the end and undone by any exception."""
        options = {"writes": True, "durable": durable}
        with (
            self._alone(always=True),
            self.told(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def pretending(self) -> Iterator[Access]:
        """Yield access to one write transaction that is undone at the end."""
        with self._alone(always=True), self.told(), self.engine.connect() as connection:
            transaction = connection.execution_options(writes=True).begin()
            try:
                yield _Pretence(connection)
            finally:
                transaction.rollback()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the database refuses into a StoreError of one line."""
        try:
            yield
        except IntegrityError:
            raise  # a bug of ours, not a state of the world
        except DBAPIError as error:
            raise self._refusal(error.orig or error) from error
        except sqlite3.DatabaseError as error:
            raise self._refusal(error) from error
        except PoolTimeoutError as error:
            raise StoreError(f"the store {self.path} has no connection left for one more thread") from error

    def close(self) -> None:
        """Give every connection back; the last one to leave folds the write-ahead log into the file."""
        self.engine.dispose()

    def _refusal(self, error: BaseException) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        first_line = str(error).partition("\n")[0]
        advice = _ADVICE.get(code, f"failed: {first_line}")
        return StoreError(f"the store {self.path} {advice}")

    @contextmanager
    def _alone(self, *, always: bool) -> Iterator[None]:
        if not (always or self.in_memory):
            yield
            return
        if not self._turn.acquire(timeout=self._busy):
            raise StoreError(f"the store {self.path} is kept busy by another thread of this process")
        try:
            yield
        finally:
            self._turn.release()


class _Pretence:
    """Access to one open transaction: what is written can be read there, and nowhere else."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._turn = connection, threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._turn:
            yield self._connection

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        with self._turn, self._connection.begin_nested():
            yield self._connection


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Settle what SQLite keeps per connection."""
    connection.isolation_level = None  # the driver would begin transactions of its own, and deferred ones
    for pragma in ("foreign_keys = ON", "synchronous = NORMAL", "cache_size = -16000", "journal_size_limit = 67108864"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options, execute = connection.get_execution_options(), driver(connection).execute
    if not options.get("writes"):
        execute("BEGIN")
        return
    # NORMAL survives any crash of ours; FULL survives a power cut too, for 4 ms (FAULTS 61).
    execute(f"PRAGMA synchronous = {'FULL' if options.get('durable') else 'NORMAL'}")
    execute("BEGIN IMMEDIATE")


def driver(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection below *connection*, for what must happen outside of a transaction."""
    below = connection.connection.driver_connection
    assert below is not None  # noqa: S101 only a detached connection has none
    return cast(sqlite3.Connection, below)
