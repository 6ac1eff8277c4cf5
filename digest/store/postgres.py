"""PostgreSQL: one database for bots on many machines, each bot in a schema of its own where one wants several.

Whoever writes alone holds an advisory lock until it has committed, as SQLite's BEGIN IMMEDIATE does; so the
numbers of changes become visible in their order, on which the cursors of the profiles rely. Everything else
locks rows. A commit waits for the disk only where it is asked to (`durable`): a crash of the server may take
the last half second of the others, in their order, and never a claim.
"""

from __future__ import annotations

import secrets
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, LiteralString, cast

import psycopg
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, Executable, create_engine, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DisconnectionError

from digest.errors import StoreError
from digest.store import schema
from digest.store.engine import BUSY_SECONDS, Database
from digest.store.prepared import Prepared

ALONE, SENDERS, LEADER = "alone", "senders", "leader"
"""What advisory locks stand for; each schema of a database has its own."""

_LOCKS = {"alone": "pg_advisory_xact_lock", "shared": "pg_advisory_xact_lock_shared"}
_IDLE_SECONDS = 5.0
"""A connection that was not used for longer is asked whether it still lives: the server may have been restarted."""
_CONNECT_SECONDS = 10
# A worker whose network is cut is noticed by the server, and the server by it, after about 15 seconds.
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2, "tcp_user_timeout": 15_000}
_SESSION = {
    "TimeZone": "UTC",
    "synchronous_commit": "off",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "idle_in_transaction_session_timeout": "10min",
}
_HOME = """
SELECT s.system_identifier || '/' || 'marks'::regclass::oid || '/' || c.timeline_id
FROM pg_control_system() s, pg_control_checkpoint() c
"""
# What to do, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), the class where the
# code itself is not listed; never by prose, which is translated.
_ADVICE = {
    "08": "cannot be reached; is PostgreSQL running, and is [store] url right?",
    "0A000": "does not know what is asked of it; PostgreSQL 13 or newer is needed",
    "25006": "may only be read; is this a standby? Let [store] url name the primary",
    "28": "refuses the login; check the user and the password of [store] url",
    "3D000": "does not exist; make it with `createdb`",
    "3F000": "has no such schema; make it, or let [store] url name another one",
    "40": "met another process that wants the same; nothing was recorded. Run again",
    "42501": "refuses what the bot must do; let its user own the database, or its schema",
    "53100": "cannot grow, the disk is full; nothing was recorded. Free some space and run again",
    "53200": "is out of memory; nothing was recorded",
    "53300": "takes no more connections; raise max_connections, or run fewer workers",
    "55P03": "is locked by another process; is another pass at work? Try again when it is done",
    "57014": "was told to stop this query; nothing was recorded",
    "57P": "is being stopped or started; nothing was recorded. Try again in a moment",
    "58": "has trouble with its disk; nothing was recorded",
    "XX": "has trouble with its disk; nothing was recorded",
}


class PostgresDatabase(Database):
    """A database on a server; the URL may name a schema by ``?options=-csearch_path%3DNAME``."""

    driver_errors = (psycopg.Error,)
    reads = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # noqa: RUF012 never changed

    def __init__(self, url: URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        options: dict[str, Any] = {**_KEEPALIVE, "connect_timeout": _CONNECT_SECONDS, "application_name": "digest"}
        options = {name: value for name, value in options.items() if name not in url.query}
        engine = create_engine(url, connect_args=options, pool_size=10, max_overflow=15, pool_use_lifo=True)
        where = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or url.username or ''}"
        super().__init__(engine, f"postgresql://{where}", busy_seconds)
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "checkin", _remember_use)
        event.listen(engine, "checkout", _look_whether_alive)
        self._schema: str | None = None
        self._ready: dict[Executable, Prepared] = {}
        by_position: Callable[..., Dialect] = type(engine.dialect)
        self._by_position = by_position(paramstyle="format")
        schema.complete_for_postgresql()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield what sees one moment; committed, since after a rollback psycopg prepares its statements anew."""
        with super().reading() as connection:
            yield connection
            connection.commit()

    def write(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """Run one statement as a transaction of its own: in one round trip, and past the library."""
        ready = self._ready.get(statement)
        if ready is None:
            ready = self._ready[statement] = Prepared(statement, values, self._by_position)
        with self.told(), self._connected(isolation_level="AUTOCOMMIT") as connection:
            below = driver(connection)
            with below.cursor() as cursor:
                return cursor.execute(ready.text.encode(), ready.filled(values)).rowcount

    def home(self) -> str:
        """Name the cluster, the table (made anew by `pg_restore`), and the timeline (begun by a recovery)."""
        with self.reading() as connection:
            return str(connection.exec_driver_sql(_HOME).scalar())

    @contextmanager
    def sending(self) -> Iterator[_SessionLock]:
        """Hold an advisory lock of a session of its own: alone if nobody else does, on any machine; then in common."""
        with self.told(), self.engine.connect() as connection:
            lock = _SessionLock(driver(connection), self.lock_number(SENDERS))
            try:
                yield lock
            finally:
                connection.invalidate()  # the lock goes with the session

    @contextmanager
    def leading(self) -> Iterator[Callable[[], bool] | None]:
        """Lead all processes with this store while this lasts, by a lock of a session of its own.

        Yields None when another one leads, else what says whether this one still does.
        """
        with self.told(), self.engine.connect() as connection:
            session = driver(connection)
            session.autocommit = True
            row = session.execute("SELECT pg_try_advisory_lock(%s)", (self.lock_number(LEADER),)).fetchone()
            try:
                yield partial(_lives, session) if row and row[0] else None
            finally:
                connection.invalidate()

    def lock_number(self, what: str) -> int:
        """The number of the advisory lock that stands for *what* in this schema."""
        return zlib.crc32(f"digest {self._schema} {what}".encode())

    def _prepare(self, connection: Any, _record: object) -> None:
        """Settle what PostgreSQL keeps per session."""
        connection.adapters.register_dumper(str, _WithoutNul)
        settings = {**_SESSION, "lock_timeout": f"{max(int(self.busy_seconds * 1000), 1)}ms"}
        calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
        row = connection.execute(f"SELECT current_schema(), {calls}").fetchone()
        connection.commit()
        self._schema = row[0]

    def _begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        calls = []
        if options.get("durable"):
            calls.append("set_config('synchronous_commit', 'on', true)")
        if lock := _LOCKS.get(options.get("hold", "")):
            calls.append(f"{lock}({self.lock_number(ALONE)})")
        if calls:
            driver(connection).execute(f"SELECT {', '.join(calls)}")

    def _refusal(self, error: BaseException) -> StoreError:
        state, said = getattr(error, "sqlstate", None) or "", " ".join(str(error).split())
        advice = next((_ADVICE[state[:size]] for size in (5, 3, 2) if state[:size] in _ADVICE), f"failed: {said}")
        if isinstance(error, psycopg.OperationalError) and not state:  # libpq gives no code when it cannot connect
            why = said.rpartition(" failed: ")[2]
            advice = f"cannot be reached ({why}); is PostgreSQL running, and is [store] url right?"
        return StoreError(f"the store {self.name} {advice}")


class _SessionLock:
    """The lock that everybody who sends holds in common, and one of its own; both go with the session."""

    def __init__(self, session: psycopg.Connection[Any], number: int) -> None:
        self._session, self._number = session, number
        self.flights = None  # what is noted here, another machine could not read
        session.autocommit = True
        self.alone = self._got("SELECT pg_try_advisory_lock(%s)", number)
        self._space = number & 0x7FFFFFFF  # locks of two numbers are apart from those of one
        self.number = secrets.randbits(31)
        session.execute("SELECT pg_advisory_lock(%s, %s)", (self._space, self.number))

    def gone(self, numbers: Collection[int]) -> set[int]:
        """Those whose lock is free: outside of a transaction it is given back at once."""
        free = "SELECT pg_try_advisory_xact_lock(%s, %s)"
        return {number for number in numbers if self._got(free, self._space, number)}

    def _got(self, question: LiteralString, *numbers: int) -> bool:
        row = self._session.execute(question, numbers).fetchone()
        return bool(row and row[0])

    def lives(self) -> bool:
        return _lives(self._session)

    def join(self) -> None:
        self._session.execute("SELECT pg_advisory_lock_shared(%s)", (self._number,))
        if self.alone:
            self._session.execute("SELECT pg_advisory_unlock(%s)", (self._number,))


class _WithoutNul(StrDumper):
    """PostgreSQL's text holds any character but NUL; it is shown as a replacement character."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """Psycopg's own connection below *connection*."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _lives(session: psycopg.Connection[Any]) -> bool:
    try:
        session.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _remember_use(_connection: object, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _look_whether_alive(connection: Any, record: Any, _proxy: object) -> None:
    if time.monotonic() - record.info.get("used", time.monotonic()) < _IDLE_SECONDS:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error  # the pool tries another one
