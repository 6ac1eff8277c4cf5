"""Which papers were taken for one, why, and how to take them apart; other permanent names; signed keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("papers", sa.Column("names", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("papers", sa.Column("part_of", sa.Integer(), nullable=True))
    op.add_column("sightings", sa.Column("titled", sa.Integer(), nullable=True))
    op.create_table(
        "joins",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("dump", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("split_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["dump"], ["dumps.no"]),
        sa.ForeignKeyConstraint(["paper"], ["papers.no"]),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("joins_paper", "joins", ["paper"])
    # A signed key of 32 bits takes two bytes less in half of the rows.
    op.execute("UPDATE paper_keys SET key = key - 4294967296 WHERE key > 2147483647")
