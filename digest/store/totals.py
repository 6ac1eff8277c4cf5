"""What passes did in all, since the store was made: sums that only grow, whoever ran the pass and however often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from digest.model import EditionReport, RunReport
from digest.store import schema
from digest.store.engine import Access, insert_new

_m = schema.marks.c
NAME = "totals"
SLOWEST = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds of a pass that are told apart; "pass_le_60" counts those of at most a minute."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Totals:
    """The part of the store that counts what was done."""

    _access: Access

    def totals(self) -> dict[str, float]:
        """The sums by name: "passes_ok", "papers_new", "picks", "editions_queued", "outcome_sent" and so on."""
        with self._access.reading() as connection:
            text = connection.execute(select(_m.value).where(_m.name == NAME)).scalar()
        return json.loads(text) if text else {}


def add(connection: Connection, more: Mapping[str, float]) -> None:
    """Add *more* to the sums; several processes may do so at once."""
    connection.execute(insert_new(connection, schema.marks), {"name": NAME, "at": _EPOCH, "value": "{}"})
    here = select(_m.value).where(_m.name == NAME).with_for_update()
    sums = Counter(json.loads(connection.execute(here).scalar_one()))
    sums.update(more)
    text = json.dumps(sums, sort_keys=True)
    connection.execute(update(schema.marks).where(_m.name == NAME).values(value=text))


def of_pass(report: RunReport) -> dict[str, float]:
    """What a pass adds to the sums."""
    seconds = max(0.0, (report.finished_at - report.started_at).total_seconds())
    return {
        "passes_failed" if report.failures else "passes_ok": 1,
        "pass_seconds": round(seconds, 3),
        **{f"pass_le_{bound:g}": 1 for bound in SLOWEST if seconds <= bound},
        "papers_new": sum(dump.new for dump in report.ingest),
        "papers_updated": sum(dump.updated for dump in report.ingest),
        "dumps_refused": sum(bool(dump.error) for dump in report.ingest),
        **of_part(report),
    }


def of_part(report: RunReport) -> dict[str, float]:
    """What one of many workers adds to them."""
    return {**_made(report.editions), **_sent(report.deliveries)}


def _made(editions: Sequence[EditionReport]) -> dict[str, float]:
    made = Counter(f"editions_{edition.state}" for edition in editions if edition.state != "exists")
    return {**made, "picks": sum(edition.picks for edition in editions if edition.state == "queued")}


def _sent(outcomes: Mapping[str, int]) -> dict[str, float]:
    return {f"outcome_{name}": count for name, count in outcomes.items() if count}
