"""Which schemas there are, and where the steps between them lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digest.store import schema


@dataclass(frozen=True, slots=True)
class Schema:
    """The schemas that are known, oldest first, and the folder of the migrations between them."""

    revisions: tuple[str, ...] = schema.REVISIONS
    migrations: Path = Path(__file__).parent / "migrations"

    @property
    def head(self) -> str:
        """What is written today."""
        return self.revisions[-1]
