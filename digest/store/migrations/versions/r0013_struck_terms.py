"""Words and phrases that a reader does not want anything to be learned from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "struck_terms",
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("profile", "term"),
        sqlite_with_rowid=False,
    )
