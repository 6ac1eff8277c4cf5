"""The kinds of columns that the tables are made of, and what all tables belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, ForeignKey, Integer, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
"""Every table of the store."""

Json = JSON(none_as_null=True)
Key = BigInteger().with_variant(Integer(), "sqlite")  # an SQLite INTEGER holds 64 bits and keeps its table small


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is a bug and raises ValueError."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take the zone off after turning *value* to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put UTC back on."""
        return None if value is None else value.replace(tzinfo=UTC)


def number(*, many: bool = False) -> Column[int]:
    """The small number of a row, under which other tables refer to it; *many*: two billion may not be enough."""
    return Column("no", Key if many else Integer, primary_key=True)


def ref(name: str, target: str, **kwargs: Any) -> Column[int]:
    """The number of a row of another table."""
    return Column(name, ForeignKey(target), **kwargs)
