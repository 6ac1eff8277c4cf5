"""What a number of readers costs, by costs that were measured: prints the table of docs/scale.md, or writes it there.

    python -m tests.bench.scale_model [--write]

The costs stand in `costs.json` beside this. From `tests.bench.cluster`: worker_ms and database_ms, processor time of
one reader's day, from ranking to the server's last word; worker_base_mb. From `tests.bench.soak` on PostgreSQL, with
indexes: paper_kb, offer_bytes, edition_kb, delivery_bytes. profile_kb is what a profile of two interests takes in
memory. The rest are assumptions: papers that come in on a day, papers shown to a reader, how far the relay is.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COSTS, BOOK = Path(__file__).with_name("costs.json"), ROOT / "docs" / "scale.md"
READERS = (100, 1_000, 10_000, 100_000, 1_000_000)
HOUR = 3600.0
BUSY = 0.7
"""Of a core that much is planned with; the rest is for bad days."""
YEAR = 365
BEGIN, END = "<!-- by tests/bench/scale_model.py -->\n", "<!-- until here -->\n"


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured; the names say the unit."""

    worker_ms: float
    database_ms: float
    worker_base_mb: float
    profile_kb: float
    paper_kb: float
    offer_bytes: float
    edition_kb: float
    delivery_bytes: float
    kept_days: int
    papers_a_day: int
    shown_to_a_reader: int
    mail_round_trips: int
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day of so many readers, all of whom are due at once. *connections* to the relay hold the rate of an hour."""

    readers: int
    worker_seconds: float
    database_seconds: float
    workers_for_an_hour: int
    mails_per_second: float
    connections: int
    worker_mb: float
    gb_after_a_year: float
    gb_more_each_year: float


def predicted(readers: int, costs: Costs) -> Day:
    """What *readers* cost."""
    worker, database = readers * costs.worker_ms / 1e3, readers * costs.database_ms / 1e3
    rate = readers / HOUR
    for_good = YEAR * (
        costs.papers_a_day * costs.paper_kb * 1e3 + readers * costs.shown_to_a_reader * costs.offer_bytes
    )
    passing = readers * costs.kept_days * (costs.edition_kb * 1e3 + costs.delivery_bytes)
    return Day(
        readers,
        worker,
        database,
        max(1, math.ceil(worker / (BUSY * HOUR))),
        rate,
        max(1, math.ceil(rate * costs.mail_round_trips * costs.round_trip_ms / 1e3)),
        costs.worker_base_mb + readers * costs.profile_kb / 1e3,
        (for_good + passing) / 1e9,
        for_good / 1e9,
    )


def table(costs: Costs) -> str:
    """The predictions as a table of the book."""
    rows = [
        "| readers | a day's work, one core | of the database | workers for an hour | mails a second | connections"
        " | memory of a worker | database after a year | more each year |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for day in (predicted(readers, costs) for readers in READERS):
        cells = (
            f"{day.readers:,}",
            _span(day.worker_seconds),
            _span(day.database_seconds),
            str(day.workers_for_an_hour),
            f"{day.mails_per_second:,.1f}" if day.mails_per_second < 10 else f"{day.mails_per_second:,.0f}",
            str(day.connections),
            _bytes(day.worker_mb / 1e3),
            _bytes(day.gb_after_a_year),
            _bytes(day.gb_more_each_year),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 1 else "under 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


def _bytes(gigabytes: float) -> str:
    if gigabytes < 1:
        return f"{gigabytes * 1000:.0f} MB"
    return f"{gigabytes:.1f} GB" if gigabytes < 10 else f"{gigabytes:,.0f} GB"


def measured() -> Costs:
    """The costs as they were measured last."""
    return Costs(**json.loads(COSTS.read_text()))


def written(book: str, costs: Costs) -> str:
    """*book* with the table of *costs* in its place."""
    before, _, rest = book.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table(costs)}{END}{after}"


def main() -> None:
    """Print the table, or write it into the book."""
    if "--write" in sys.argv[1:]:
        BOOK.write_text(written(BOOK.read_text(), measured()))
    else:
        sys.stdout.write(table(measured()))


if __name__ == "__main__":
    main()
