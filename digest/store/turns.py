"""Turns: when may the next message go to a server that many workers share?"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Table, Text, select, update

from digest.store import schema
from digest.store.columns import Instant
from digest.store.engine import Access, insert_new

table = Table(
    "turns",
    schema.metadata,
    Column("name", Text, primary_key=True),
    Column("free_at", Instant, nullable=False),
)
"""*free_at* is when the next turn of *name* would be due at an even pace."""


class Turns:
    """The part of the store that keeps the pace of all workers together."""

    _access: Access

    def take_turns(self, name: str, count: int, step: timedelta, now: datetime) -> datetime:
        """Take *count* turns of *name*, one each *step*, and return when the first of them is due at an even pace.

        No two callers get the same turn, whatever process they are in; what nobody took is not saved up.
        """
        with self._access.writing(hold="rows") as connection:
            connection.execute(insert_new(connection, table), {"name": name, "free_at": now})
            here = select(table.c.free_at).where(table.c.name == name).with_for_update()
            due: datetime = max(connection.execute(here).scalar_one(), now)
            connection.execute(update(table).where(table.c.name == name).values(free_at=due + count * step))
        return due
