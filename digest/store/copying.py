"""A whole store into another one, of the same kind or not: every row counted and compared, or nothing at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, func, insert, select

from digest.errors import StoreError
from digest.store import rows, schema
from digest.store.health import set_mark
from digest.store.keeping import BACKUP, HOME, MOVED, Keeping
from digest.store.opening import open_database
from digest.store.sqlite import SqliteDatabase

Progress = Callable[[str, int], object]
_AT_ONCE = 1000
_MODULUS = 2**64


def _unseen(table: str, rows: int) -> None:
    """Show nobody."""


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows of a table were copied, and the checksum that both sides agree on: 16 hexadecimal digits."""

    table: str
    rows: int
    checksum: str


class Copying(Keeping):
    """The part of the store that goes elsewhere."""

    def move_to(self, target: Copying, now: datetime, progress: Progress = _unseen) -> tuple[Copied, ...]:
        """Copy everything to *target*, which must be empty, and send nothing from here until a person says so.

        Returns what was copied, in the order of the tables. Nobody writes meanwhile, and every table is read back
        and compared by count and checksum before anything is kept. *progress* gets each table and how many rows of
        it are there. Raises StoreError; then the target is as empty as before.
        """
        source, into = self._database, target._database
        assert source is not None, "a copy of a rehearsal"  # noqa: S101
        assert into is not None, "a copy into a rehearsal"  # noqa: S101
        with source.sending() as presence:
            if not presence.alone:
                raise StoreError(f"the store {source.name} is being sent from; stop the bot and its workers first")
            with source.writing(durable=True) as reader, into.writing(durable=True) as writer:
                copied = _copy_all(reader, writer, into.name, progress)
                set_mark(reader, MOVED, now)
        target.forget_witness()
        return copied

    def _copy_into(self, part: Path, now: datetime) -> None:
        """Write the copy as an SQLite file, whatever this store is, of one moment and while others write."""
        source = self._database
        if source is None or isinstance(source, SqliteDatabase):
            super()._copy_into(part, now)
            return
        into = open_database(f"sqlite:///{part}", now)
        try:
            with source.reading() as reader, into.writing(durable=True) as writer:
                _copy_all(reader, writer, into.name, _unseen)
                set_mark(writer, BACKUP, now)
        finally:
            into.close()


def _copy_all(reader: Connection, writer: Connection, name: str, progress: Progress) -> tuple[Copied, ...]:
    for table in _tables():
        if writer.execute(_ours(table).limit(1)).first() is not None:
            raise StoreError(f"the store {name} is not empty ({table.name}); nothing was copied")
    copied = tuple(_copy(reader, writer, table, progress) for table in _tables())
    _set_numbers(writer)
    return copied


def _tables() -> list[Table]:
    """All that is remembered, what others refer to first."""
    return [table for table in schema.metadata.sorted_tables if table is not schema.version]


def _ours(table: Table) -> Any:
    """Select what belongs to the bot rather than to the place where its store is."""
    query = select(table).order_by(*table.primary_key.columns)
    return query.where(table.c.name.not_in((HOME, MOVED))) if table is schema.marks else query


def _copy(source: Connection, target: Connection, table: Table, progress: Progress) -> Copied:
    wanted = _Sum()
    put = _copy_in if target.dialect.name == "postgresql" else _insert
    put(target, table, wanted.over(_read(source, table)), progress)
    found = _Sum()
    for _ in found.over(_read(target, table)):
        pass
    if (found.rows, found.value) != (wanted.rows, wanted.value):
        raise StoreError(
            f"{table.name} is not the same after copying: {found.rows:,} rows of {wanted.rows:,},"
            f" checksum {found} instead of {wanted}; nothing was copied"
        )
    return Copied(table.name, found.rows, str(found))


def _read(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    yield from connection.execute(_ours(table), execution_options={"yield_per": _AT_ONCE})


class _Sum:
    """Counts rows and adds up their hashes, so that it does not depend on their order."""

    def __init__(self) -> None:
        self.rows, self.value = 0, 0

    def __str__(self) -> str:
        return f"{self.value:016x}"

    def over(self, found: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """Yield *found*, counted."""
        for row in found:
            said = repr(tuple(row)).replace("\\x00", "\ufffd")  # PostgreSQL's text has no NUL
            digest = hashlib.blake2b(said.encode(errors="surrogatepass"), digest_size=8).digest()
            self.rows, self.value = self.rows + 1, (self.value + int.from_bytes(digest)) % _MODULUS
            yield row


def _insert(connection: Connection, table: Table, found: Iterator[Sequence[Any]], progress: Progress) -> None:
    names, done = [column.name for column in table.columns], 0
    for chunk in rows.chunks(found, _AT_ONCE):
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in chunk])
        done += len(chunk)
        progress(table.name, done)


def _copy_in(connection: Connection, table: Table, found: Iterator[Sequence[Any]], progress: Progress) -> None:
    from digest.store.postgres import driver

    first = next(found, None)
    if first is None:
        return
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    bind = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in table.columns]
    connection.execute(select(1))  # begins the transaction that the lines below are part of
    with driver(connection).cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for done, row in enumerate(chain((first,), found), 1):
            copy.write_row([to(value) if to else value for to, value in zip(bind, row, strict=True)])
            if done % _AT_ONCE == 0:
                progress(table.name, done)


def _set_numbers(connection: Connection) -> None:
    """Let new rows get greater numbers than those that are there; a change a greater one than any cursor, too."""
    for table in _tables():
        column = table.autoincrement_column
        if column is None:
            continue
        greatest = _greatest(connection, column)
        if table is schema.changes:
            greatest = max(greatest, _greatest(connection, schema.profiles.c.cursor))
        if connection.dialect.name == "postgresql":
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, greatest + 1, False)))
        elif table is schema.changes:  # the others take the greatest number that is there, and one
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, greatest))


def _greatest(connection: Connection, column: Column[Any]) -> int:
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one())
