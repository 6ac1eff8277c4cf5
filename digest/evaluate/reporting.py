"""What an evaluation of rankings prints, and the picture of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.evaluate.picture import Point, drawn
from digest.evaluate.ranking import METRICS, Row

if TYPE_CHECKING:
    from digest.evaluate.comparing import Comparison


@dataclass(frozen=True, slots=True)
class RankingReport:
    """One row per slice of profiles, and one comparison per slice and method of peers."""

    rows: tuple[Row, ...]
    comparisons: tuple[Comparison, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield a table for a terminal; ± is the 95 % half-width of nDCG@10 over users."""
        yield f"{'slice':8}{'users':>7}{'pairs':>7}" + "".join(f"{name:>9}" for name in METRICS) + "   ±nDCG"
        for row in self.rows:
            figures = "".join(f"{row.values[name]:9.4f}" for name in METRICS)
            yield f"{row.slice:8}{row.users:7}{row.pairs:7}{figures}{row.half:8.4f}"
        if self.comparisons:
            yield ""
            yield f"{'slice':8}{'against':>9}{'ours':>9}{'theirs':>9}{'ahead by':>10}   95 % interval, users"
        for one in self.comparisons:
            ahead = f"{one.ours - one.theirs:+10.4f}   {one.low:+.4f} to {one.high:+.4f} {one.users:5}"
            yield f"{one.slice:8}{one.method:>9}{one.ours:9.4f}{one.theirs:9.4f}{ahead}"

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        found: dict[str, Any] = {
            "slices": [
                {"slice": row.slice, "users": row.users, "pairs": row.pairs, **row.values, "half_width": row.half}
                for row in self.rows
            ]
        }
        if self.comparisons:
            found["against"] = [
                {
                    "slice": one.slice,
                    "method": one.method,
                    "ours": one.ours,
                    "theirs": one.theirs,
                    "low": one.low,
                    "high": one.high,
                    "users": one.users,
                }
                for one in self.comparisons
            ]
        return found

    def picture(self, source: str) -> str:
        """nDCG@10 by number of likes as SVG, measured on the set *source*; fewest likes first."""
        rows = sorted(self.rows, key=lambda row: _likes(row.slice))
        lines = {"ours": [Point(row.slice, row.values["nDCG@10"], row.half) for row in rows]}
        for one in sorted(self.comparisons, key=lambda one: _likes(one.slice)):
            lines.setdefault(one.method, []).append(Point(one.slice, one.theirs))
        return drawn(lines, source)


def _likes(name: str) -> tuple[bool, int, str]:
    """Where a slice stands: "k3" by its number, those without one last."""
    many = name.removeprefix("k")
    return (False, int(many), "") if many.isdigit() else (True, 0, name)
