"""What an operator must know: how sources fare, what waits, what was lost, and what was told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, tuple_, update

from digest.model import OPERATOR, Delivery, Digest, DoubtedClock, SourceHealth, Target, Trouble
from digest.store import queueing, rows, schema
from digest.store.deliveries import delivery_rows, is_waiting
from digest.store.engine import Access
from digest.store.leaving import leavers_among
from digest.store.values import QueuedEdition, Told, Waiting

_a, _d, _m, _s = schema.alerts.c, schema.deliveries.c, schema.marks.c, schema.sources.c
HEARTBEAT = timedelta(minutes=5)
"""A source that goes on answering is written down this often."""
STEADY = 3
"""So many answers in a row make a source that failed a steady one again."""
MOST_DEAD = 200
CLOCK = "clock"


class Health:
    """The part of the store that watches over the bot."""

    _access: Access

    def note_sources(self, outcomes: Mapping[str, str], now: datetime) -> None:
        """Remember for each source by name how it fared now: "" when it answered, else why not.

        Its failures are forgotten answer by answer, so that one that comes and goes does not look well in between.
        """
        before = self.source_health()
        fresh = {name: why for name, why in outcomes.items() if not _is_old_news(before.get(name), why, now)}
        if not fresh:
            return
        with self._access.writing() as connection:
            for name, why in fresh.items():
                old = before.get(name, SourceHealth(name))
                left = max(0, min(old.failures, STEADY) - 1)
                values: dict[str, Any] = {"last_success": now, "failing_since": None, "failures": left, "why": ""}
                if why:
                    values = {"failing_since": old.failing_since or now, "failures": old.failures + 1, "why": why}
                _put(connection, schema.sources, "name", name, {"failures": 0, "why": "", **values})

    def source_health(self) -> dict[str, SourceHealth]:
        """How each source fared that was ever asked, by name."""
        query = select(_s.name, _s.last_success, _s.failing_since, _s.failures, _s.why).order_by(_s.name)
        with self._access.reading() as connection:
            return {row.name: SourceHealth(*row) for row in connection.execute(query)}

    def last_news(self) -> datetime | None:
        """The instant at which something new last came in."""
        with self._access.reading() as connection:
            return connection.execute(select(func.max(schema.changes.c.at))).scalar()

    def first_pass(self) -> datetime | None:
        """The beginning of the oldest pass that is remembered."""
        with self._access.reading() as connection:
            return connection.execute(select(func.min(schema.runs.c.started_at))).scalar()

    def waiting(self, now: datetime) -> dict[str, Waiting]:
        """What is due or was tried before and waits, by channel: how many, since when, and the last words."""
        query = (
            select(_d.channel, func.count(), func.min(_d.queued_at), func.max(_d.error))
            .where(is_waiting(), or_(_d.due_at <= now, _d.attempts > 0, _d.error != ""))
            .group_by(_d.channel)
        )
        with self._access.reading() as connection:
            return {channel: Waiting(*rest) for channel, *rest in connection.execute(query)}

    def lost(self, since: datetime) -> list[Delivery]:
        """The newest dead delivery of each target that got nothing after it, of those given up after *since*.

        Who unsubscribed has lost nothing.
        """
        recent = delivery_rows().where(_d.state == "dead", _d.settled_at >= since)
        newest: dict[Target, tuple[int, Delivery]] = {}
        with self._access.reading() as connection:
            dead = [
                (row.no, rows.delivery_of(row))
                for row in connection.execute(recent.order_by(_d.no.desc()).limit(MOST_DEAD))
            ]
            left = leavers_among(connection, {delivery.profile for _, delivery in dead})
            for no, delivery in dead:
                if (delivery.profile, str(delivery.target)) not in left:
                    newest.setdefault(delivery.target, (no, delivery))
            if not newest:
                return []
            served = _served_after(connection, min(no for no, _ in newest.values()), list(newest))
        return [one for target, (no, one) in newest.items() if served.get(target, 0) < no]

    def doubt_clock(self, doubt: DoubtedClock) -> None:
        """Remember that a service waits for a person's word on its clock."""
        with self._access.writing() as connection:
            set_mark(connection, CLOCK, doubt.likely, doubt.said.isoformat())

    def believe_clock(self) -> None:
        """Forget that the clock was doubted."""
        if self.doubted_clock() is not None:
            with self._access.writing() as connection:
                connection.execute(delete(schema.marks).where(_m.name == CLOCK))

    def doubted_clock(self) -> DoubtedClock | None:
        """What was last doubted, if it still is."""
        with self._access.reading() as connection:
            mark = mark_of(connection, CLOCK)
        return DoubtedClock(datetime.fromisoformat(mark["value"]), mark["at"]) if mark else None

    # ------------------------------------------------------------ telling

    def told(self) -> dict[str, Told]:
        """What the operator was told of and is not over, by cause."""
        query = select(_a.cause, _a.what, _a.at, _a.event).order_by(_a.at, _a.cause)
        with self._access.reading() as connection:
            return {row.cause: Told(row.what, row.at, row.event) for row in connection.execute(query)}

    def tell(
        self, opened: Sequence[Trouble], closed: Sequence[str], notice: Digest | None, targets: Sequence[Target],
        now: datetime,
    ) -> bool:  # fmt: skip
        """Remember what is told and what is over, and queue *notice* for *targets*: all or nothing.

        False, and nothing is done, when another process told the same meanwhile. *notice* gets a name of its own.
        """
        with self._access.writing() as connection:
            known = set(connection.execute(select(_a.cause)).scalars())
            if known & {one.cause for one in opened} or set(closed) - known:
                return False
            for chunk in rows.chunks(closed):
                connection.execute(delete(schema.alerts).where(_a.cause.in_(chunk)))
            if opened:
                connection.execute(
                    insert(schema.alerts),
                    [{"cause": one.cause, "what": one.what, "at": now, "event": one.event} for one in opened],
                )
            if notice is not None:
                queue_alone(connection, OPERATOR, notice, targets, now)
        return True


def _is_old_news(before: SourceHealth | None, why: str, now: datetime) -> bool:
    """Whether a source goes on answering, and was written down a moment ago."""
    if why or before is None or before.failures or before.last_success is None:
        return False
    return timedelta() <= now - before.last_success < HEARTBEAT


def _served_after(connection: Connection, no: int, targets: Sequence[Target]) -> dict[Target, int]:
    found: dict[Target, int] = {}
    query = select(_d.channel, _d.address, func.max(_d.no)).where(_d.state == "sent", _d.no > no)
    for chunk in rows.chunks([(target.channel, target.address) for target in targets]):
        here = query.where(tuple_(_d.channel, _d.address).in_(chunk)).group_by(_d.channel, _d.address)
        found |= {Target(channel, address): last for channel, address, last in connection.execute(here)}
    return found


def queue_alone(connection: Connection, kind: str, notice: Digest, targets: Sequence[Target], now: datetime) -> None:
    """Queue it as an edition of a profile that exists for it alone, so that there may be several a day.

    *kind* is what the name of that profile begins with.
    """
    number = int(mark_of(connection, "notices").get("value", "0")) + 1
    set_mark(connection, "notices", now, str(number))
    name = f"{kind}{number}"
    named = QueuedEdition(Digest(name, notice.date, notes=notice.notes), tuple(targets), 0)
    profiles = queueing.ensure_profiles(connection, [name])
    queueing.write(connection, [queueing.pack(named)], profiles, now)


# ---------------------------------------------------------------- single facts


def mark_of(connection: Connection, name: str) -> dict[str, Any]:
    """The instant ("at") and the value of a mark, {} when it is not set."""
    row = connection.execute(select(_m.at, _m.value).where(_m.name == name)).first()
    return {} if row is None else {"at": row.at, "value": row.value}


def set_mark(connection: Connection, name: str, at: datetime, value: str = "") -> None:
    """Set a mark, whatever it was before."""
    _put(connection, schema.marks, "name", name, {"at": at, "value": value})


def _put(connection: Connection, table: Any, key: str, name: str, values: dict[str, Any]) -> None:
    if not connection.execute(update(table).where(and_(table.c[key] == name)).values(**values)).rowcount:
        connection.execute(insert(table).values({key: name, **values}))
