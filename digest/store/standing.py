"""The tables of how the bot fares: its passes, sources and channels, and what its operator was told; see `schema`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from digest.store.columns import Instant, metadata, number

channel_pauses = Table(
    "channel_pauses",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

suppressed_targets = Table(
    "suppressed_targets",
    metadata,
    Column("target", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    number(),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("report", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_success", Instant),
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False),
    Column("why", Text, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("cause", Text, primary_key=True),
    Column("what", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", Boolean, nullable=False),
)
"""The causes that the operator was told of and that are not over."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("value", Text, nullable=False),
)
"""Single facts about the store itself: when it was pruned, of which backup it was restored."""
