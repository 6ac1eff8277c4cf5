"""Opening a store: is the place fit for it, is it ours, is its schema the one that we know?

A new file is made from the metadata and stamped; an older schema is migrated after a copy was made beside
it, and only then is Alembic imported; a newer one is refused.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from digest.errors import StoreError
from digest.store import schema
from digest.store.engine import BUSY_SECONDS, Database, driver
from digest.store.revisions import Schema

# Kinds of file system that more than one host may mount: WAL needs one host (FAULTS 64).
_SHARED_KINDS = re.compile(r"(fuse\.)?(nfs\d?|cifs|smb\d?|smbfs|afs|sshfs|ceph.*|glusterfs|lustre|gfs2?|ocfs2)")
_MAGIC = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat2.html
MOUNTS = Path("/proc/self/mounts")
"""Where Linux lists what is mounted; elsewhere `_switch_to_wal` still notices the worst."""


def open_database(
    url: str,
    now: datetime,
    *,
    busy_seconds: float = BUSY_SECONDS,
    known: Schema | None = None,
    mounts: Path = MOUNTS,
) -> Database:
    """Open the database at *url*, made or migrated where that is needed.

    Raises StoreError in one line when it cannot be used. *now* names the copy that is made before a migration.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("[store] url is not a database URL; write sqlite:///digest.db") from None
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(
            f"[store] url names {parsed.get_backend_name()}; this version keeps its memory in sqlite:///FILE"
        )
    database = Database(parsed, busy_seconds=busy_seconds)
    try:
        if not database.in_memory:
            _prepare_file(Path(database.path), mounts)
        with database.told():
            _switch_to_wal(database)
        _bring_up_to_date(database, known or Schema(), now)
    except BaseException:
        database.close()
        raise
    return database


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


def _switch_to_wal(database: Database) -> None:
    """Let readers go on while one process writes; kept in the file, so usually there is nothing to do."""
    if database.in_memory:
        return
    with database.engine.connect() as connection:
        mode = driver(connection).execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(
            f"the store {database.path} lies where SQLite cannot keep a write-ahead log ({mode});"
            " let `state` or [store] url name a local disk"
        )


def _bring_up_to_date(database: Database, known: Schema, now: datetime) -> None:
    with database.reading() as connection:
        version = _version(connection, database.path)
    if version == known.head:
        return
    if version == "":
        _create(database, known)
    elif version in known.revisions:
        from digest.store.migrating import migrate  # Alembic takes 0.3 s to import

        migrate(database, known, now)
    else:
        raise StoreError(
            f"the store {database.path} was written by a newer version of digest (schema {version}, this one"
            f" knows {known.head}); install that version again, or restore the copy made before it"
        )


def _version(connection: Connection, path: str) -> str:
    """The schema that is there, "" for an empty database."""
    inspector = inspect(connection)
    if inspector.has_table(schema.version.name):
        return connection.execute(select(schema.version.c.version_num)).scalar() or ""
    if inspector.get_table_names():
        raise StoreError(f"the store {path} holds the tables of another program; let [store] url name another file")
    return ""


def _create(database: Database, known: Schema) -> None:
    with database.writing() as connection:
        if _version(connection, database.path):
            return  # another process was faster
        schema.metadata.create_all(connection, checkfirst=False)
        connection.execute(insert(schema.version).values(version_num=known.head))
