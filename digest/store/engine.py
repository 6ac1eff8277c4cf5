"""Connections and transactions, whatever the database: what is particular to one stands in `sqlite` and `postgres`.

A write transaction is alone by default: others wait until it is done, so what it read is still true when it
writes. One that says "shared" keeps only those waiting, and one that says "rows" nobody: both must lock the rows
that they decide on, and run side by side where the database can. Whatever the database refuses becomes one
StoreError that says what to do.
"""

from __future__ import annotations

import importlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Engine, Executable, Table
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from digest.errors import StoreError

BUSY_SECONDS = 30.0
"""How long a transaction waits for another process before it gives up: longer than any honest transaction."""

Hold = Literal["alone", "shared", "rows"]
"""Whom a write transaction keeps waiting: every "alone" and "shared" one, the "alone" ones, or nobody."""


class Access(Protocol):
    """How the parts of the store reach the database: one transaction per `with`, all or nothing."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent view of the database."""

    def writing(self, *, durable: bool = False, hold: Hold = "alone") -> AbstractContextManager[Connection]:
        """One write transaction; *durable* waits until the disk has it, else only a power cut can lose it."""

    def write(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """One statement that is a transaction by itself and holds only the rows that it writes; returns how many."""


class Flights(Protocol):
    """Notes what is in flight, so that nothing else is in doubt when the process dies.

    It need not outlast a power cut, but must know that there was one.
    """

    left: Collection[str] | None
    """What the last sender had in flight when it died; None where that is not certain."""

    def begin(self) -> None:
        """From now on everything is noted before it is sent."""

    def note(self, place: int, what: str) -> None:
        """Note *what* (at most 64 letters) at one of `PLACES`; "" when it is settled."""


PLACES = 512
"""So much may be in flight in one process."""


class Presence(Protocol):
    """Says whether others are sending, and lets them know that this process is."""

    alone: bool
    """Whether nobody else was sending when this began."""
    flights: Flights | None
    """Where it is noted what is in flight; None where that is not known."""
    number: int | None
    """What this sender is known by to others, where it can be asked whether it still lives."""

    def gone(self, numbers: Collection[int]) -> set[int]:
        """Those of *numbers* whose senders live no more."""

    def join(self) -> None:
        """Let others begin too."""

    def lives(self) -> bool:
        """Whether others still see that this one is here."""


class Database(ABC):
    """A pool of connections to one database; safe to share between threads."""

    in_memory = False
    driver_errors: tuple[type[Exception], ...] = ()
    """What the driver raises where it is used directly."""
    reads: Mapping[str, Any] = {}
    """Execution options of a transaction that only reads."""

    def __init__(self, engine: Engine, name: str, busy_seconds: float) -> None:
        self.engine, self.name, self.busy_seconds = engine, name, busy_seconds

    @property
    def kind(self) -> str:
        """Return "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the database; what is written to it is not kept."""
        with self._turn(writes=False), self.told(), self._connected(**self.reads) as connection:
            connection.begin()  # undone when the connection is given back
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = False, hold: Hold = "alone") -> Iterator[Connection]:
        """Yield a connection in a write transaction, committed at the end and undone by any exception."""
        options = {"hold": hold, "durable": durable}
        with self._turn(writes=True), self.told(), self._connected(**options) as connection, connection.begin():
            yield connection

    def write(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """Run one statement as a transaction of its own, which holds the rows that it writes; return how many."""
        with self.writing(hold="rows") as connection:
            return connection.execute(statement, values).rowcount

    @contextmanager
    def pretending(self) -> Iterator[Access]:
        """Yield access to one write transaction that is undone at the end."""
        with self._turn(writes=True), self.told(), self._connected(hold="alone") as connection:
            transaction = connection.begin()
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
        except self.driver_errors as error:
            raise self._refusal(error) from error
        except PoolTimeoutError as error:
            raise StoreError(f"the store {self.name} has no connection left for one more thread") from error

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def home(self) -> str:
        """What tells this database from one that was restored from its backup, "" where nothing does.

        What stands after the last "/" changes also when a standby takes over.
        """
        return ""

    def leading(self) -> AbstractContextManager[Callable[[], bool] | None]:
        """Lead all processes with this store while this lasts (see `PostgresDatabase.leading`)."""
        raise StoreError(f"the store {self.name} serves one machine; workers need PostgreSQL")

    @abstractmethod
    def sending(self) -> AbstractContextManager[Presence]:
        """Be known as a sender while this lasts."""

    @abstractmethod
    def _refusal(self, error: BaseException) -> StoreError:
        """Say what *error* means, and what to do."""

    def _turn(self, *, writes: bool) -> AbstractContextManager[object]:
        """Wait for the threads of this process that must be done first; the database sees to the rest."""
        return nullcontext()

    def _connected(self, **options: Any) -> Connection:
        return self.engine.connect().execution_options(**options)


def insert_new(connection: Connection, table: Table) -> Any:
    """Insert into *table* and leave out the rows whose key is there already."""
    # Of the two dialects the other one is not loaded.
    return (
        importlib.import_module(type(connection.dialect).__module__.rpartition(".")[0])
        .insert(table)
        .on_conflict_do_nothing()
    )


class _Pretence:
    """Access to one open transaction: what is written can be read there, and nowhere else."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._turn = connection, threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._turn:
            yield self._connection

    @contextmanager
    def writing(self, *, durable: bool = False, hold: Hold = "alone") -> Iterator[Connection]:
        with self._turn, self._connection.begin_nested():
            yield self._connection

    def write(self, statement: Executable, values: Mapping[str, Any]) -> int:
        with self.writing() as connection:
            return connection.execute(statement, values).rowcount
