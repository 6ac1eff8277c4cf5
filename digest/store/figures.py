"""Figures by day for the operator's charts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, extract, func, select

from digest.store import schema
from digest.store.engine import Access

_d, _n = schema.deliveries.c, schema.editions.c
_DAY_SECONDS = 86_400


class Figures:
    """The part of the store that counts for charts."""

    _access: Access

    def delivery_seconds(self, since: datetime) -> dict[date, float]:
        """How long a message took from ready to sent, on average, by the UTC date on which it was sent."""
        day = func.date(_d.settled_at)
        with self._access.reading() as connection:
            query = select(day, func.avg(_taken(connection))).where(_d.state == "sent", _d.settled_at >= since)
            rows = connection.execute(query.group_by(day))
            return {date.fromisoformat(str(key)): max(0.0, float(seconds)) for key, seconds in rows}

    def shown_by_day(self, since: date) -> dict[date, int]:
        """How many papers were shown in full to all readers together, for each local date from *since* on."""
        query = select(_n.day, func.sum(_n.picks)).where(_n.day >= since, _n.picks > 0).group_by(_n.day)
        with self._access.reading() as connection:
            return {day: int(count) for day, count in connection.execute(query)}


def _taken(connection: Connection) -> ColumnElement[Any]:
    """Seconds from queued to settled, as this database says it."""
    if connection.dialect.name == "sqlite":
        return (func.julianday(_d.settled_at) - func.julianday(_d.queued_at)) * _DAY_SECONDS
    return extract("epoch", _d.settled_at - _d.queued_at)
