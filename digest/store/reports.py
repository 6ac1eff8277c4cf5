"""What an operator asks: the last passes, what is stuck, what is paused and suppressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, literal, select, update

from digest.model import DeliveryState, Pause, RunReport
from digest.store import leaving, rows, schema, totals
from digest.store.deliveries import is_waiting, newest, next_due
from digest.store.engine import Access
from digest.store.keeping import Keeping
from digest.store.values import Status

T = TypeVar("T")
_d, _r, _x, _t = schema.deliveries.c, schema.runs.c, schema.channel_pauses.c, schema.suppressed_targets.c
_COUNTED = (
    schema.papers,
    schema.dumps,
    schema.sightings,
    schema.changes,
    schema.profiles,
    schema.editions,
    schema.deliveries,
)
LISTED = 500
"""So many editions, failures and warnings of a pass by many workers are named in its report."""
_OPEN: tuple[DeliveryState, ...] = ("queued", "sending", "dead", "unknown")


class Reports(Keeping):
    """The part of the store that an operator reads and corrects."""

    _access: Access

    def save_report(self, report: RunReport) -> None:
        """Remember how a pass went.

        Passes in a row that had nothing to do, or met nothing but the same failures, become one: it began
        with the first of them and ended with the last. What it did is added to the totals.
        """
        done = totals.of_pass(report)
        with self._access.writing() as connection:
            row = connection.execute(select(_r.no, _r.report).order_by(_r.no.desc()).limit(1)).first()
            before = rows.report_of(row.report) if row else None
            same = before is not None and _same(before, report)
            if before is not None and same:
                report = replace(report, started_at=before.started_at)
            values = {
                "started_at": report.started_at,
                "finished_at": report.finished_at,
                "exit_code": report.exit_code,
                "report": rows.report_text(report),
            }
            if row is not None and same:
                connection.execute(update(schema.runs).where(_r.no == row.no).values(**values))
            else:
                connection.execute(insert(schema.runs).values(**values))
            totals.add(connection, done)
        self._write_witness(report.finished_at)

    def add_to_report(self, part: RunReport) -> None:
        """Add what one of many workers did to the report of the pass that began when *part* did, and to the totals.

        The first part makes the report. Of editions, failures and warnings the first `LISTED` are named.
        """
        with self._access.writing(hold="rows") as connection:
            query = select(_r.no, _r.report).where(_r.started_at == part.started_at).order_by(_r.no.desc()).limit(1)
            row = connection.execute(query.with_for_update()).first()
            report = _together(rows.report_of(row.report), part) if row else part
            values = {"finished_at": report.finished_at, "exit_code": report.exit_code}
            values["report"] = rows.report_text(report)
            if row:
                connection.execute(update(schema.runs).where(_r.no == row.no).values(**values))
            else:
                connection.execute(insert(schema.runs).values(started_at=part.started_at, **values))
            totals.add(connection, totals.of_part(part))

    def reports(self, limit: int = 10) -> list[RunReport]:
        """The last *limit* passes, newest first."""
        with self._access.reading() as connection:
            return _reports(connection, limit)

    def pause(self, channel: str, why: str, now: datetime) -> bool:
        """Claim nothing more for *channel* until it is resumed; False when it was paused already."""
        with self._access.writing() as connection:
            return _put(connection, schema.channel_pauses, "channel", channel, why, now)

    def paused(self) -> dict[str, Pause]:
        """The paused channels, the one paused longest first."""
        with self._access.reading() as connection:
            return _pauses(connection)

    def resume(self, channel: str) -> bool:
        """Let *channel* send again; False when it was not paused."""
        with self._access.writing() as connection:
            return connection.execute(delete(schema.channel_pauses).where(_x.channel == channel)).rowcount > 0

    def suppress(self, target: str, why: str, now: datetime) -> bool:
        """Send nothing more to *target* ("email:ada@example.org"); False when it was suppressed already."""
        with self._access.writing() as connection:
            return _put(connection, schema.suppressed_targets, "target", target, why, now)

    def suppressed(self) -> dict[str, str]:
        """The suppressed targets, and why."""
        with self._access.reading() as connection:
            return _suppressed(connection)

    def unsuppress(self, target: str) -> bool:
        """Let *target* receive again; False when it was not suppressed."""
        with self._access.writing() as connection:
            return connection.execute(delete(schema.suppressed_targets).where(_t.target == target)).rowcount > 0

    def counts(self) -> dict[str, int]:
        """How many rows of each kind are remembered."""
        with self._access.reading() as connection:
            return _counts(connection)

    def status(self, now: datetime, *, reports: int = 5, listed: int = 20) -> Status:
        """The facts of ``digest status``: the last *reports* passes, at most *listed* deliveries of each trouble."""
        with self._access.reading() as connection:
            counts = _counts(connection)
            return Status(
                counts=counts,
                deliveries=_by_state(connection, counts["deliveries"]),
                due=connection.execute(select(func.count()).where(is_waiting(), _d.due_at <= now)).scalar_one(),
                next_due=next_due(connection),
                oldest_due=connection.execute(select(func.min(_d.due_at)).where(is_waiting())).scalar(),
                paused=_pauses(connection),
                suppressed=_suppressed(connection),
                rests={name: rest for name, rest in leaving.rests(connection).items() if rest.until >= now.date()},
                left=leaving.unsubscribed(connection),
                dead=tuple(newest(connection, "dead", listed)),
                unknown=tuple(newest(connection, "unknown", listed)),
                reports=tuple(_reports(connection, reports)),
            )


def _together(one: RunReport, part: RunReport) -> RunReport:
    """Report *one* with what *part* of the same pass did."""

    def few(first: Sequence[T], then: Sequence[T]) -> tuple[T, ...]:
        return tuple(dict.fromkeys((*first, *then)))[:LISTED]

    return replace(
        one,
        finished_at=max(one.finished_at, part.finished_at),
        editions=few(one.editions, part.editions),
        deliveries=dict(Counter(one.deliveries) + Counter(part.deliveries)),
        failures=few(one.failures, part.failures),
        warnings=few(one.warnings, part.warnings),
        summaries=dict(Counter(one.summaries) + Counter(part.summaries)),
    )


def _same(one: RunReport, other: RunReport) -> bool:
    """Whether nothing was done in either, and the same is wrong."""
    if not (one.idle and other.idle) or one.started_at > other.started_at:
        return False
    return (one.failures, one.warnings, one.ingest) == (other.failures, other.warnings, other.ingest)


def _reports(connection: Connection, limit: int) -> list[RunReport]:
    query = select(_r.report).order_by(_r.no.desc()).limit(limit)
    return [rows.report_of(text) for text in connection.execute(query).scalars()]


def _pauses(connection: Connection) -> dict[str, Pause]:
    query = select(_x.channel, _x.why, _x.at).order_by(_x.at, _x.channel)
    return {row.channel: Pause(*row) for row in connection.execute(query)}


def _suppressed(connection: Connection) -> dict[str, str]:
    query = select(_t.target, _t.why).order_by(_t.at, _t.target)
    return {target: why for target, why in connection.execute(query)}


def _put(connection: Connection, table: Table, key: str, name: str, why: str, now: datetime) -> bool:
    values: dict[str, Any] = {"why": why, "at": now}
    if connection.execute(update(table).where(table.c[key] == name).values(why=why)).rowcount:
        return False
    connection.execute(insert(table).values({key: name, **values}))
    return True


def _counts(connection: Connection) -> dict[str, int]:
    numbers = [select(func.count()).select_from(table).scalar_subquery() for table in _COUNTED]
    return dict(zip((table.name for table in _COUNTED), connection.execute(select(*numbers)).one(), strict=True))


def _state_is(state: str) -> Any:
    return _d.state == literal(state, literal_execute=True)


def _by_state(connection: Connection, total: int) -> dict[DeliveryState, int]:
    """Count what is open by its small indexes; the rest was sent."""
    found: dict[DeliveryState, int] = {
        state: connection.execute(select(func.count()).where(_state_is(state))).scalar_one() for state in _OPEN
    }
    found["sent"] = total - sum(found.values())
    return found
