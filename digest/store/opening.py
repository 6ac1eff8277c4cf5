"""Opening a store: is the place fit for it, is it ours, is its schema the one that we know?

A new database is made from the metadata and stamped; an older schema is migrated, an SQLite file after a copy
was made beside it, and only then is Alembic imported; a newer one is refused.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from digest.errors import StoreError
from digest.store import fulltext, schema
from digest.store.engine import BUSY_SECONDS, Database
from digest.store.revisions import Schema
from digest.store.sqlite import MOUNTS, SqliteDatabase


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
    database = _database(parsed, busy_seconds)
    try:
        if isinstance(database, SqliteDatabase):
            database.prepare(mounts)
        _bring_up_to_date(database, known or Schema(), now)
    except BaseException:
        database.close()
        raise
    return database


def _database(url: URL, busy_seconds: float) -> Database:
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return SqliteDatabase(url, busy_seconds=busy_seconds)
    if url.drivername != "postgresql+psycopg":
        raise StoreError(
            f"[store] url names {url.drivername}; write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        )
    try:
        from digest.store.postgres import PostgresDatabase  # psycopg is an extra
    except ImportError as error:
        raise StoreError(
            f"the store is on PostgreSQL, and its driver is not here ({error}): pip install 'paper-digest[postgres]'"
        ) from error
    return PostgresDatabase(url, busy_seconds=busy_seconds)


def _bring_up_to_date(database: Database, known: Schema, now: datetime) -> None:
    with database.reading() as connection:
        version = _version(connection, database.name)
    if version == known.head:
        return
    if version == "":
        _create(database, known)
    elif version in known.revisions:
        from digest.store.migrating import migrate  # Alembic takes 0.3 s to import

        migrate(database, known, now)
    else:
        raise StoreError(
            f"the store {database.name} was written by a newer version of digest (schema {version}, this one"
            f" knows {known.head}); install that version again, or restore the copy made before it"
        )


def _version(connection: Connection, name: str) -> str:
    """The schema that is there, "" for an empty database."""
    inspector = inspect(connection)
    if inspector.has_table(schema.version.name):
        return connection.execute(select(schema.version.c.version_num)).scalar() or ""
    if inspector.get_table_names():
        raise StoreError(
            f"the store {name} holds the tables of another program; let [store] url name another file or database"
        )
    return ""


def _create(database: Database, known: Schema) -> None:
    with database.writing() as connection:
        if _version(connection, database.name):
            return  # another process was faster
        schema.metadata.create_all(connection, checkfirst=False)
        fulltext.create(connection)
        connection.execute(insert(schema.version).values(version_num=known.head))
