"""SQLite: one file on a disk of this host, many readers and one writer.

A write transaction begins IMMEDIATE: a deferred one fails half way when two processes write, whatever the
busy timeout.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Executable, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool

from digest.errors import StoreError
from digest.store.engine import BUSY_SECONDS, PLACES, Database
from digest.store.prepared import Prepared

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
# Kinds of file system that more than one host may mount: WAL needs one host (FAULTS 64).
_SHARED_KINDS = re.compile(r"(fuse\.)?(nfs\d?|cifs|smb\d?|smbfs|afs|sshfs|ceph.*|glusterfs|lustre|gfs2?|ocfs2)")
BOOT = Path("/proc/sys/kernel/random/boot_id")
_NORMAL, _FULL = "PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"
"""What is written survives any crash of ours; or a power cut too, for 4 ms (FAULTS 61)."""
_NOTE = 64  # bytes
_NOTES = re.compile(rb"(?s).{%d}" % _NOTE)
_MAGIC = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat2.html
MOUNTS = Path("/proc/self/mounts")
"""Where Linux lists what is mounted; elsewhere `SqliteDatabase.prepare` still notices the worst."""


class SqliteDatabase(Database):
    """A file, or with the URL "sqlite://" a database in memory."""

    driver_errors = (sqlite3.DatabaseError,)

    def __init__(self, url: URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = url.database or ""
        self.in_memory = self.path in {"", ":memory:"}
        self._ready: dict[Executable, Prepared] = {}
        self._lock = threading.RLock()  # writers of this process queue here and not in SQLite's sleeps
        options: dict[str, Any] = {"poolclass": StaticPool} if self.in_memory else {}
        engine = create_engine(url, connect_args={"timeout": busy_seconds, "check_same_thread": False}, **options)
        super().__init__(engine, self.path, busy_seconds)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)

    def prepare(self, mounts: Path = MOUNTS) -> None:
        """Make sure that the file is there, is ours alone to read, and can keep a write-ahead log."""
        if self.in_memory:
            return
        _prepare_file(Path(self.path), mounts)
        with self.told():
            self._switch_to_wal()

    def write(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """As in `Database`; SQLite makes a transaction of one statement by itself, and the library is left out."""
        ready = self._ready.get(statement)
        if ready is None:
            ready = self._ready[statement] = Prepared(statement, values, self.engine.dialect)
        with self._turn(writes=True), self.told(), self.engine.connect() as connection:
            below = driver(connection)
            below.execute(_NORMAL)
            return below.execute(ready.text, ready.filled(values)).rowcount

    @contextmanager
    def sending(self) -> Iterator[_FileLock]:
        """Hold a lock on a file beside the store: alone if nobody else does, then in common."""
        if self.in_memory:
            yield _FileLock(None)
            return
        handle = _open(Path(f"{self.path}.senders"))
        try:
            yield _FileLock(handle)
        finally:
            os.close(handle)

    def _refusal(self, error: BaseException) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        first_line = str(error).partition("\n")[0]
        return StoreError(f"the store {self.path} {_ADVICE.get(code, f'failed: {first_line}')}")

    def _turn(self, *, writes: bool) -> AbstractContextManager[object]:
        return self._my_turn() if writes or self.in_memory else nullcontext()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self.busy_seconds):
            raise StoreError(f"the store {self.path} is kept busy by another thread of this process")
        try:
            yield
        finally:
            self._lock.release()

    def _switch_to_wal(self) -> None:
        """Let readers go on while one process writes; kept in the file, so usually there is nothing to do."""
        with self.engine.connect() as connection:
            mode = driver(connection).execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreError(
                f"the store {self.path} lies where SQLite cannot keep a write-ahead log ({mode});"
                " let `state` or [store] url name a local disk"
            )


class _FileLock:
    """The lock that every process of this host holds in common while it sends; it goes with the process."""

    def __init__(self, handle: int | None) -> None:
        self._handle = handle
        self.alone = handle is None or _alone(handle)
        self.flights = _FlightLog(handle) if handle is not None and self.alone else None
        if handle is not None:
            os.ftruncate(handle, 0)  # with two senders at once nobody's notes are whole
        self.number = None

    def gone(self, numbers: Collection[int]) -> set[int]:
        return set()

    def lives(self) -> bool:
        return True

    def join(self) -> None:
        if self._handle is not None:
            # This may let another one be alone for a moment: nothing was claimed yet.
            fcntl.flock(self._handle, fcntl.LOCK_SH)


class _FlightLog:
    """Notes in the lock's file: they outlast the process; the machine's boot is named, since they may not outlast it.

    One note costs a microsecond or two, where a commit costs fifty.
    """

    def __init__(self, handle: int) -> None:
        self._handle, self._boot = handle, _boot()
        self.left = self._read()

    def _read(self) -> frozenset[str] | None:
        notes = [note.strip(b" \0") for note in _NOTES.findall(os.pread(self._handle, (PLACES + 1) * _NOTE, 0))]
        if not self._boot or notes[:1] != [self._boot.encode()]:
            return None
        return frozenset(note.decode("ascii", "replace") for note in notes[1:] if note)

    def begin(self) -> None:
        self._write(0, self._boot)

    def note(self, place: int, what: str) -> None:
        self._write(place + 1, what)

    def _write(self, place: int, text: str) -> None:
        os.pwrite(self._handle, text.encode().ljust(_NOTE)[:_NOTE], place * _NOTE)


def _boot() -> str:
    """What names the time since this machine was switched on; "" where nothing does."""
    try:
        return BOOT.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def driver(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection below *connection*, for what must happen outside of a transaction."""
    below = connection.connection.driver_connection
    assert below is not None  # noqa: S101 only a detached connection has none
    return cast(sqlite3.Connection, below)


def shared_filesystem(path: Path, mounts: str) -> str:
    """Name the kind of file system below *path* when several hosts may share it, else "".

    *mounts* is the text of /proc/self/mounts; the longest mount point that holds *path* counts.
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind if _SHARED_KINDS.fullmatch(kind) else ""


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Settle what SQLite keeps per connection."""
    connection.isolation_level = None  # the driver would begin transactions of its own, and deferred ones
    for pragma in ("foreign_keys = ON", "synchronous = NORMAL", "cache_size = -16000", "journal_size_limit = 67108864"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options, execute = connection.get_execution_options(), driver(connection).execute
    if not options.get("hold"):
        execute("BEGIN")
        return
    execute(_FULL if options.get("durable") else _NORMAL)
    execute("BEGIN IMMEDIATE")


def _prepare_file(path: Path, mounts: Path) -> None:
    """Make sure that *path* lies on a disk of this host and is a file that only its owner may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = shared_filesystem(path.parent.resolve(), _text_of(mounts))
        if kind:
            raise StoreError(
                f"the store {path} lies on a network file system ({kind}), where SQLite loses data;"
                " let `state` or [store] url name a local disk"
            )
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "rb") as file:
            start = file.read(len(_MAGIC))
    except IsADirectoryError:
        raise StoreError(f"the store {path} is a folder; let [store] url name a file") from None
    except OSError as error:
        raise StoreError(
            f"the store {path} cannot be written ({error.strerror}); check the permissions of {path.parent},"
            " or let `state` name another folder"
        ) from error
    if start not in {b"", _MAGIC}:  # SQLite would take a file of less than a page for an empty one
        raise StoreError(f"the store {path} is not a database; move it away, or let [store] url name another file")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror}); check the permissions of its folder") from error


def _alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
