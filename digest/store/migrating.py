"""Migrations, by Alembic: imported only when one is due."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select

from digest.errors import StoreError
from digest.store import schema
from digest.store.engine import Database
from digest.store.revisions import Schema
from digest.store.sqlite import SqliteDatabase, driver


def migrate(database: Database, known: Schema, now: datetime) -> Path | None:
    """Bring the database to the newest schema, wholly or not at all; of an SQLite file a copy is made beside it first.

    Returns the copy; None when there is none, or when another process migrated it meanwhile.
    """
    if isinstance(database, SqliteDatabase):
        return _migrate_file(database, known, now)
    with database.writing(durable=True) as connection:  # alone: nobody else writes or migrates
        if connection.execute(select(schema.version.c.version_num)).scalar_one() != known.head:
            upgrade(connection, known)
    return None


def _migrate_file(database: SqliteDatabase, known: Schema, now: datetime) -> Path | None:
    with database.told(), database.engine.connect() as connection:
        _set_foreign_keys(connection, on=False)  # a table that is made anew would take its rows' children along
        try:
            with connection.execution_options(hold="alone", durable=True).begin():
                version = connection.execute(select(schema.version.c.version_num)).scalar_one()
                if version == known.head:
                    return None
                copy = copy_beside(database, f"{version}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
                upgrade(connection, known)
                _check_foreign_keys(connection, database.path)
                return copy
        finally:
            _set_foreign_keys(connection, on=True)


def upgrade(connection: Connection, known: Schema) -> None:
    """Run every migration that is due in the transaction of *connection*."""
    config = Config()
    config.set_main_option("script_location", str(known.migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, known.head)


def copy_beside(database: SqliteDatabase, suffix: str) -> Path:
    """Write a copy that only its owner may read, consistent though others write."""
    source = Path(database.path)
    copy = source.with_name(f"{source.name}.{suffix}")
    try:
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(
            f"the store {source} is of an older version and no copy can be made at {copy} ({error.strerror});"
            " nothing was changed"
        ) from error
    try:
        with database.engine.connect() as connection:
            driver(connection).execute("VACUUM INTO ?", (str(copy),))
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    driver(connection).execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def _check_foreign_keys(connection: Connection, path: str) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(
            f"the store {path} could not be migrated: a row of {broken[0]} lost what it refers to; nothing was changed"
        )
