"""Many rows into one table: a statement for each on SQLite, where it costs nothing, one for all on a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import IntegrityError

from digest.store.engine import insert_new


def insert_rows(
    connection: Connection, table: Table, values: Sequence[Mapping[str, Any]], *, new_only: bool = False
) -> None:
    """Insert *values*, which all have the same columns; with *new_only* those whose key is there are left out.

    That is tried first as if none was there: on PostgreSQL a row costs twice as much where it may be.
    """
    if not values:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert_new(connection, table) if new_only else insert(table), values)
        return
    names = tuple(values[0])
    dialect = connection.dialect
    to = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    arrays = [[bind(row[name]) if bind else row[name] for row in values] for name, bind in zip(names, to, strict=True)]
    types = tuple(table.c[name].type.compile(dialect) for name in names)
    if new_only:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(_statement(table.name, names, types, new_only=False), tuple(arrays))
            return
        except IntegrityError:
            pass  # some are there
    connection.exec_driver_sql(_statement(table.name, names, types, new_only=new_only), tuple(arrays))


@cache
def _statement(table: str, names: tuple[str, ...], types: tuple[str, ...], *, new_only: bool) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    rest = " ON CONFLICT DO NOTHING" if new_only else ""
    return f'INSERT INTO "{table}" ({columns}) SELECT * FROM unnest({arrays}){rest}'  # noqa: S608 names of our tables
