"""The papers that editions show, each text once; what was shown to whom, without a key that each row must prove."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("used", sa.Date(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("editions", sa.Column("papers", sa.LargeBinary()))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("offers_profile_fkey", "offers", type_="foreignkey")
        return
    op.rename_table("offers", "offers_before")
    op.create_table(
        "offers",
        sa.Column("profile", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paper", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("profile", "paper", "cause"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO offers SELECT profile, paper, cause, day FROM offers_before")
    op.drop_table("offers_before")
