"""What a source tells of a paper beside its texts: the project's page, the stars of its code, who listed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("papers", sa.Column("project_url", sa.Text()))
    op.add_column("papers", sa.Column("stars", sa.Integer()))
    op.add_column("papers", sa.Column("submitter", sa.Text()))
