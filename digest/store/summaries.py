"""Summaries that a model once gave, so that nobody is asked twice for the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, String, Table, Text, delete, insert, select, update

from digest.store import rows, schema
from digest.store.columns import Instant
from digest.store.engine import Access, insert_new

table = Table(
    "summaries",
    schema.metadata,
    Column("key", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""*key* is a hash of the model and of everything that it was told."""

_m = schema.marks.c
_SPENT = "summaries-spent"


class Summaries:
    """The part of the store that keeps summaries."""

    _access: Access

    def summaries(self, keys: Sequence[str]) -> dict[str, str]:
        """The summaries that are kept under *keys*."""
        found: dict[str, str] = {}
        with self._access.reading() as connection:
            for chunk in rows.chunks(keys):
                query = select(table.c.key, table.c.text).where(table.c.key.in_(chunk))
                found |= {key: text for key, text in connection.execute(query)}
        return found

    def spend(self, began: datetime, calls: int, seconds: float) -> tuple[int, float]:
        """Count what was spent on summaries in the pass that *began* then; return how much that is in all.

        Any number of processes may do so at once. What an older pass still spends counts for the newest one.
        """
        with self._access.writing(hold="rows") as connection:
            connection.execute(insert_new(connection, schema.marks), {"name": _SPENT, "at": began, "value": "0 0"})
            row = connection.execute(select(_m.at, _m.value).where(_m.name == _SPENT).with_for_update()).one()
            before = row.value.split() if row.at >= began else ("0", "0")
            spent = int(before[0]) + calls, float(before[1]) + seconds
            values = {"at": max(row.at, began), "value": f"{spent[0]} {spent[1]}"}
            connection.execute(update(schema.marks).where(_m.name == _SPENT).values(**values))
        return spent

    def keep_summary(self, key: str, text: str, now: datetime) -> None:
        """Keep *text* under *key*, in the place of what was kept there."""
        with self._access.writing() as connection:
            connection.execute(delete(table).where(table.c.key == key))
            connection.execute(insert(table).values(key=key, text=text, at=now))
