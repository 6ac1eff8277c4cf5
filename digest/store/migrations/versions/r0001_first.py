"""The first schema: papers and dumps, editions and deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _papers()
    _dumps()
    _editions()
    _deliveries()


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=True),
        sa.Column("num_authors", sa.Integer(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("arxiv_id", sa.Text(), nullable=True),
        sa.Column("code_url", sa.Text(), nullable=True),
        sa.Column("upvotes", sa.Integer(), nullable=True),
        sa.Column("num_comments", sa.Integer(), nullable=True),
        sa.Column("keywords", sa.JSON(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("texts_from", sa.JSON(), nullable=False),
        sa.Column("shows", sa.JSON(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "paper_keys",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("paper", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "paper"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_aliases",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=512), nullable=False),
        sa.Column("paper", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper"],
            ["papers.no"],
        ),
        sa.PrimaryKeyConstraint("kind", "value", "paper"),
        sqlite_with_rowid=False,
    )


def _dumps() -> None:
    op.create_table(
        "dumps",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("style", sa.String(length=32), nullable=False),
        sa.Column("captured_on", sa.Date(), nullable=True),
        sa.Column("dated_by", sa.String(length=16), nullable=False),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=True),
        sa.Column("shows", sa.JSON(), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    _sightings()
    _rejects_and_stamps()
    _changes()


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("paper", sa.Integer(), nullable=False),
        sa.Column("dump", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shown_month", sa.Integer(), nullable=True),
        sa.Column("shown_day", sa.Integer(), nullable=True),
        sa.Column("shown_year", sa.Integer(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("upvotes", sa.Integer(), nullable=True),
        sa.Column("num_comments", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dump"],
            ["dumps.no"],
        ),
        sa.ForeignKeyConstraint(
            ["paper"],
            ["papers.no"],
        ),
        sa.PrimaryKeyConstraint("paper", "dump", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("sightings_dump", "sightings", ["dump"])


def _rejects_and_stamps() -> None:
    op.create_table(
        "rejects",
        sa.Column("dump", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dump"],
            ["dumps.no"],
        ),
        sa.PrimaryKeyConstraint("dump", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stamps",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("dump", sa.String(length=64), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "where"),
        sqlite_with_rowid=False,
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper"],
            ["papers.no"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("changes_at", "changes", ["at"])
    op.create_index("changes_paper", "changes", ["paper"])


def _editions() -> None:
    op.create_table(
        "profiles",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "editions",
        sa.Column("no", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("picks", sa.Integer(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile"],
            ["profiles.no"],
        ),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("day", "profile", name="editions_once"),
    )
    op.create_table(
        "offers",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile"],
            ["profiles.no"],
        ),
        sa.PrimaryKeyConstraint("profile", "paper", "cause"),
        sqlite_with_rowid=False,
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("no", _KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("edition", _KEY, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("remote_ids", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition"],
            ["editions.no"],
        ),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("deliveries_edition", "deliveries", ["edition"])
    _partial_index("deliveries_due", ["due_at", "no", "channel"], "state IN ('queued', 'unknown')")
    _partial_index("deliveries_leased", ["leased_until"], "state = 'sending'")
    _partial_index("deliveries_dead", ["no"], "state = 'dead'")
    _partial_index("deliveries_unknown", ["no"], "state = 'unknown'")
    op.create_table(
        "channel_pauses",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "suppressed_targets",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("target"),
    )
    op.create_table(
        "runs",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )


def _partial_index(name: str, columns: list[str], condition: str) -> None:
    here = sa.text(condition)
    op.create_index(name, "deliveries", columns, sqlite_where=here, postgresql_where=here)
