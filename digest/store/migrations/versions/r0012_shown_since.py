"""Since when each profile is shown papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("profiles", sa.Column("shown_since", sa.Date()))
    op.execute("UPDATE profiles SET shown_since = (SELECT min(day) FROM offers WHERE offers.profile = profiles.no)")
