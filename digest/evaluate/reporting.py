"""What an evaluation of rankings prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.evaluate.ranking import METRICS, Row


@dataclass(frozen=True, slots=True)
class RankingReport:
    """One row per slice of profiles."""

    rows: tuple[Row, ...]

    def lines(self) -> Iterator[str]:
        """Yield a table for a terminal; ± is the 95 % half-width of nDCG@10 over users."""
        yield f"{'slice':8}{'users':>7}{'pairs':>7}" + "".join(f"{name:>9}" for name in METRICS) + "   ±nDCG"
        for row in self.rows:
            figures = "".join(f"{row.values[name]:9.4f}" for name in METRICS)
            yield f"{row.slice:8}{row.users:7}{row.pairs:7}{figures}{row.half:8.4f}"

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "slices": [
                {"slice": row.slice, "users": row.users, "pairs": row.pairs, **row.values, "half_width": row.half}
                for row in self.rows
            ]
        }
