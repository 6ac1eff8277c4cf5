"""The outbox's rows: who may send what, and how it ended.

A delivery is claimed for a while (a lease) and with a token that grows: a worker that comes late with an
old token cannot overwrite what a later one found out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)

from digest.model import Delivery, DeliveryState, Settlement
from digest.store import rows, schema
from digest.store.engine import Access
from digest.store.leaving import leavers_among

_d = schema.deliveries.c
LEFT = "the reader has unsubscribed"
LOST = "the worker that was sending did not report back"


class Deliveries:
    """The part of the store that the outbox works on."""

    _access: Access
    _sender: int | None = None
    """The number under which this process is known as a sender, where each has one (`Presence.number`)."""

    def claim(
        self,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        skip: Collection[str] = (),
        among: Collection[str] | None = None,
    ) -> list[Delivery]:
        """Take at most *limit* due deliveries for sending, the longest due first; nobody else gets them meanwhile.

        Those in doubt ("unknown") are taken when they are due, as queued ones are. Channels and targets
        ("slack", "slack:C1") in *skip* are left out; with *among* only these keys are taken. The claim is on disk
        before this returns, so whatever happens then, no row that may have been sent looks unsent. What is due to
        somebody who unsubscribed meanwhile is given up instead (FAULTS 48).
        """
        with self._access.writing(durable=True, hold="rows") as connection:
            while due := _due(connection, now, limit, skip, among):
                wanted = _give_up_unwanted(connection, due, now)
                if wanted:
                    _lease(connection, [row.no for row in wanted], now + lease, self._sender)
                    return [_claimed(rows.delivery_of(row), now + lease) for row in wanted]
        return []

    def settle(self, key: str, token: int, outcome: Settlement, now: datetime) -> bool:
        """Record how the attempt with *token* ended; False when it is not this attempt's to say any more.

        That is so when a later claim took the row, or someone settled it. But "sent" always counts on
        a row that is in doubt or waits for another try: it must not go out again.
        """
        statement = _settling(outcome.state, bool(outcome.remote_ids), outcome.counts)
        values = {"k": key, "t": token, "n": now, "w": outcome.said, "i": list(outcome.remote_ids)}
        return self._access.write(statement, {**values, "d": outcome.due_at or now}) > 0

    def expire(
        self,
        now: datetime,
        *,
        orphans: bool = False,
        in_flight: Collection[str] | None = None,
        gone: Collection[int] = (),
    ) -> list[Delivery]:
        """Put what is still being sent though its lease is over in doubt ("unknown", due now), and return it.

        With *orphans* everything that is being sent: when it is certain that no sender lives. Where it is known what
        was *in_flight* (by `flight`), the rest was only claimed: it goes back as it was, untried. With *gone* also
        what the senders of these numbers had, who live no more.
        """
        with self._access.writing(hold="rows") as connection:
            query = select(_d.no, _d.key, _d.token).where(_is("sending")).order_by(_d.leased_until, _d.no)
            query = query.with_for_update(skip_locked=True)
            if not orphans:
                query = query.where(or_(_d.leased_until <= now, _d.sender.in_(sorted(gone))))
            found = connection.execute(query).all()
            sure = orphans and in_flight is not None
            waiting = [row.no for row in found if sure and flight(row.key, row.token) not in (in_flight or ())]
            numbers = sorted({row.no for row in found} - set(waiting))
            back = {"state": "queued", "leased_until": None, "due_at": now, "attempts": _d.attempts - 1}
            for chunk in rows.chunks(waiting):
                connection.execute(update(schema.deliveries).where(_d.no.in_(chunk)).values(**back))
            values = {"state": "unknown", "leased_until": None, "due_at": now, "error": LOST, "settled_at": now}
            for chunk in rows.chunks(numbers):
                here = update(schema.deliveries).where(_d.no.in_(chunk))
                connection.execute(here.values(**values, doubts=_d.doubts + 1))
            return _by_number(connection, numbers)

    def senders(self) -> set[int]:
        """The numbers under which something is being sent."""
        query = select(_d.sender).where(_is("sending"), _d.sender.is_not(None)).distinct()
        with self._access.reading() as connection:
            return {number for number in connection.execute(query).scalars() if number is not None}

    def due_keys(self, now: datetime, limit: int, *, probe_after: timedelta) -> list[str]:
        """The keys of at most *limit* deliveries that are due, the longest due first.

        Channels that were paused less than *probe_after* ago are left out.
        """
        pauses = schema.channel_pauses.c
        paused = select(pauses.channel).where(pauses.at > now - probe_after)
        query = select(_d.key).where(is_waiting(), _d.due_at <= now, _d.channel.not_in(paused))
        with self._access.reading() as connection:
            return list(connection.execute(query.order_by(_d.due_at, _d.no).limit(limit)).scalars())

    def retry(self, key: str, now: datetime) -> bool:
        """Queue a delivery anew, due now and as if never tried; False when there is none or it is being sent."""
        values: dict[str, Any] = {"state": "queued", "due_at": now, "queued_at": now, "settled_at": None, "error": ""}
        values |= {"attempts": 0, "doubts": 0, "remote_ids": [], "said": ""}
        # The token grows: whoever sent it before has no say in this.
        statement = update(schema.deliveries).where(_d.key == key, _d.state != "sending")
        with self._access.writing(hold="rows") as connection:
            return connection.execute(statement.values(**values, token=_d.token + 1)).rowcount > 0

    def next_due(self) -> datetime | None:
        """The instant at which the first waiting delivery is due, paused channels left out."""
        with self._access.reading() as connection:
            return next_due(connection)

    def delivery(self, key: str) -> Delivery | None:
        """The delivery of this key."""
        with self._access.reading() as connection:
            row = connection.execute(delivery_rows().where(_d.key == key)).first()
        return rows.delivery_of(row) if row else None

    def deliveries(self, state: DeliveryState | None = None, *, limit: int = 100) -> list[Delivery]:
        """The newest *limit* deliveries, of one state or all, newest first."""
        with self._access.reading() as connection:
            return newest(connection, state, limit)


def flight(key: str, token: int) -> str:
    """The name of one attempt, in 64 letters."""
    return sha256(f"{key}\0{token}".encode("utf-8", "surrogatepass")).hexdigest()


def newest(connection: Connection, state: DeliveryState | None, limit: int) -> list[Delivery]:
    """The newest *limit* deliveries, of one state or all."""
    query = delivery_rows() if state is None else delivery_rows().where(_is(state))
    return [rows.delivery_of(row) for row in connection.execute(query.order_by(_d.no.desc()).limit(limit))]


def next_due(connection: Connection) -> datetime | None:
    """The earliest due date of a waiting delivery whose channel is not paused."""
    paused = select(schema.channel_pauses.c.channel)
    return connection.execute(select(func.min(_d.due_at)).where(is_waiting(), _d.channel.not_in(paused))).scalar()


def is_waiting() -> ColumnElement[bool]:
    """Waits to be claimed; written as literals, since a partial index is not used for parameters."""
    return _d.state.in_(bindparam("waiting", schema.WAITING, expanding=True, literal_execute=True))


def _is(state: str) -> ColumnElement[bool]:
    return _d.state == literal(state, literal_execute=True)


def delivery_rows() -> Select[Any]:
    """Select what `rows.delivery_of` reads, and then `no`."""
    return (
        select(*rows.DELIVERY_COLUMNS, _d.no)
        .join(schema.editions, schema.editions.c.no == _d.edition)
        .join(schema.profiles, schema.profiles.c.no == schema.editions.c.profile)
    )


def _due(
    connection: Connection, now: datetime, limit: int, skip: Collection[str], among: Collection[str] | None
) -> Sequence[Any]:
    query = delivery_rows().where(is_waiting(), _d.due_at <= now).order_by(_d.due_at, _d.no).limit(limit)
    if channels := sorted(name for name in skip if ":" not in name):
        query = query.where(_d.channel.not_in(channels))
    if targets := sorted(name for name in skip if ":" in name):
        query = query.where((_d.channel + ":" + _d.address).not_in(targets))
    if among is not None:
        query = query.where(_d.key.in_(sorted(among)))
    # For PostgreSQL; SQLite has one writer and ignores it.
    return connection.execute(query.with_for_update(of=schema.deliveries, skip_locked=True)).all()


def _give_up_unwanted(connection: Connection, due: Sequence[Any], now: datetime) -> list[Any]:
    """Settle what is due to those who unsubscribed, and return the rest."""
    left = leavers_among(connection, {row.name for row in due})
    if not left:
        return list(due)
    unwanted = {row.no for row in due if (row.name, f"{row.channel}:{row.address}") in left}
    values: dict[str, Any] = {"state": "dead", "error": LEFT, "settled_at": now, "token": _d.token + 1}
    for chunk in rows.chunks(sorted(unwanted)):
        connection.execute(update(schema.deliveries).where(_d.no.in_(chunk)).values(**values))
    return [row for row in due if row.no not in unwanted]


def _lease(connection: Connection, numbers: Sequence[int], until: datetime, sender: int | None) -> None:
    values: dict[str, Any] = {"state": "sending", "token": _d.token + 1, "attempts": _d.attempts + 1}
    values |= {"leased_until": until, "sender": sender}
    for chunk in rows.chunks(numbers):
        connection.execute(update(schema.deliveries).where(_d.no.in_(chunk)).values(**values))


def _claimed(was: Delivery, until: datetime) -> Delivery:
    return replace(was, state="sending", attempts=was.attempts + 1, token=was.token + 1, leased_until=until)


@cache  # making a statement takes five times as long as doing it
def _settling(outcome: str, with_ids: bool, counts: bool) -> Update:
    words, token = bindparam("w", type_=_d.said.type), bindparam("t", type_=_d.token.type)
    values: dict[str, Any] = {"state": outcome, "leased_until": None, "settled_at": bindparam("n")}
    if outcome == "sent":
        values |= {"said": words, "error": ""}
    else:
        values |= {"error": words, "due_at": bindparam("d")}
    if with_ids:
        values["remote_ids"] = bindparam("i", type_=_d.remote_ids.type)
    if not counts:
        values["attempts"] = case((_d.attempts > 0, _d.attempts - 1), else_=0)
    if outcome == "unknown":  # `expire` has counted the doubt of one that is in doubt already
        values["doubts"] = _d.doubts + case((_d.state == "sending", 1), else_=0)
    mine = _d.token == token
    may = and_(mine, _d.state.in_(("sending", "unknown")))
    if outcome == "sent":
        may = or_(may, and_(mine, _d.state == "queued"), and_(_d.token >= token, _d.state == "unknown"))
    return update(schema.deliveries).where(_d.key == bindparam("k"), may).values(**values)


def _by_number(connection: Connection, numbers: Sequence[int]) -> list[Delivery]:
    found = {}
    for chunk in rows.chunks(numbers):
        for row in connection.execute(delivery_rows().where(_d.no.in_(chunk))):
            found[row.no] = rows.delivery_of(row)
    return [found[no] for no in numbers]
