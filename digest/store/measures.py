"""What can be measured of the bot at any moment, at a cost that does not grow with its age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Float, and_, case, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from digest.store import schema
from digest.store.deliveries import is_waiting
from digest.store.engine import Access

_d, _n = schema.deliveries.c, schema.editions.c
WINDOW = timedelta(days=1)
WAITS = (5.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0)
"""Seconds from queued to sent that are told apart."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one channel sent within the last day: how many, of those how many after at most so many seconds, and the
    seconds of all together.
    """

    count: int
    within: tuple[tuple[float, int], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Measures:
    """*open* counts what is not sent, by channel and state; *oldest* says since when the messages of a channel wait."""

    papers: int
    open: Mapping[tuple[str, str], int] = field(default_factory=dict)
    oldest: Mapping[str, datetime] = field(default_factory=dict)
    sent: Mapping[str, Sent] = field(default_factory=dict)


class Measuring:
    """The part of the store that metrics are made of."""

    _access: Access

    def measures(self, now: datetime) -> Measures:
        """Measure the bot now: what is open, and what the last day brought."""
        with self._access.reading() as connection:
            waiting = _waiting(connection, now)
            return Measures(
                papers=connection.execute(select(func.count()).select_from(schema.papers)).scalar_one(),
                open=_open(connection),
                oldest=waiting,
                sent=_sent(connection, now),
            )


def _open(connection: Connection) -> dict[tuple[str, str], int]:
    """Each state by its own small index."""
    found = {}
    for state in ("queued", "sending", "unknown", "dead"):
        here = _d.state == literal(state, literal_execute=True)
        for channel, count in connection.execute(select(_d.channel, func.count()).where(here).group_by(_d.channel)):
            found[channel, state] = count
    return found


def _waiting(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Since when the oldest message of each channel waits whose time has come, or that was tried before."""
    query = select(_d.channel, func.min(_d.queued_at)).where(is_waiting(), (_d.due_at <= now) | (_d.attempts > 0))
    return {channel: since for channel, since in connection.execute(query.group_by(_d.channel))}


def _sent(connection: Connection, now: datetime) -> dict[str, Sent]:
    """Over the editions of the last days alone: those of a day lie together."""
    wait = _Seconds(_d.queued_at, _d.settled_at)
    within = [func.sum(case((wait <= bound, 1), else_=0)) for bound in WAITS]
    query = (
        select(_d.channel, func.count(), func.sum(wait), *within)
        .join(schema.editions, _n.no == _d.edition)
        .where(
            _n.day >= (now - WINDOW - timedelta(days=1)).date(),
            and_(_d.state == "sent", _d.settled_at > now - WINDOW, _d.settled_at <= now),
        )
        .group_by(_d.channel)
    )
    return {
        channel: Sent(count, tuple(zip(WAITS, map(int, bounds), strict=True)), float(seconds))
        for channel, count, seconds, *bounds in connection.execute(query)
    }


class _Seconds(FunctionElement[float]):
    """The seconds from one instant to another, which every database computes in its own way."""

    type = Float()
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _in_sqlite(element: _Seconds, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({last}) - julianday({first})) * 86400.0)"


@compiles(_Seconds, "postgresql")
def _in_postgresql(element: _Seconds, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM {last} - {first}) AS DOUBLE PRECISION)"
