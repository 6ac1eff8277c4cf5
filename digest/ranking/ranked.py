"""What one profile gets of a day's candidates, and why: light to import, so that a day without any needs no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.model import Pick, Profile

if TYPE_CHECKING:
    from digest.ranking.ranker import Found

_HALF = 0.5


class Ranking:
    """What one profile gets of today: its *picks*, best first; why, it tells only of those that are asked for.

    Reasons cost more than all the rest, and a reader sees ten picks of sixty. It holds on to the scores of a
    thousand interests: work through rankings as they come.
    """

    def __init__(
        self,
        profile: Profile,
        picks: tuple[Pick, ...],
        found: Found | None = None,
        numbers: Mapping[int, int] | None = None,
    ) -> None:
        self.picks = picks
        self._profile, self._found, self._numbers = profile, found, numbers or {}

    def reasoned(self, picks: Sequence[Pick]) -> tuple[Pick, ...]:
        """Give *picks*, some of its own, their reasons; what has some keeps them."""
        if self._found is None:
            return tuple(picks)
        bare = [self._numbers[id(pick.change)] for pick in picks if not pick.reasons]
        given = iter(self._found.reasons(self._profile, bare) if bare else ())
        return tuple(
            pick if pick.reasons else Pick(pick.change, pick.score, pick.interest, next(given), pick.parts)
            for pick in picks
        )

    def explained(self) -> tuple[Pick, ...]:
        """All picks, with reasons and parts where they can be shown: above the floor, and the best in any case."""
        least = min(self._profile.floor, _HALF)
        told = [pick for place, pick in enumerate(self.picks) if not place or pick.score >= least]
        known = {id(pick.change): self._with_parts(pick) for pick in self.reasoned(told)}
        return tuple(known.get(id(pick.change), pick) for pick in self.picks)

    def _with_parts(self, pick: Pick) -> Pick:
        if pick.parts or self._found is None:
            return pick
        return replace(pick, parts=self._found.parts(self._numbers[id(pick.change)], pick.score))
