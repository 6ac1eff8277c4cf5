"""Who gets the seats of a digest: every interest by its weight and its day, and no subject all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from digest.model import Paper, Pick, Profile

CLEAR = 0.2
"""A pick this far up from the floor to 1 is clearly above it: its interest is sure of a seat."""

SPREAD = 4.0
"""What it costs a pick to say the same again, off the logarithm of its odds; chosen by tests/bench/spread.py."""

RELATED = 0.1
"""Two papers that share less than this are different enough; chosen likewise."""

_CERTAIN = 1e-6  # scores are told in millionths, so 1.0 may mean anything from here on

Similarity = Callable[[Paper, Paper], float]


def share(profile: Profile, fit: Sequence[Pick], seats: int, similarity: Similarity) -> list[Pick]:
    """Choose at most *seats* of *fit*, which is sorted best first, in the order in which they win their seats.

    Each next seat goes to the interest with the greatest weight times worth of its next pick over the odd
    numbers (Webster's divisors); worth is how far the score lies above the floor, from 0 to 1. Before
    that each interest with a pick clearly above the floor gets one. The next pick of an interest is the
    one with the best odds after what it repeats of those seated is taken off (maximal marginal relevance,
    Carbonell and Goldstein 1998).
    """
    shown: list[Pick] = []
    queues = _queues(profile, fit, similarity)
    sure = sorted((queue for queue in queues if queue.worth() >= CLEAR), key=_Queue.claim, reverse=True)
    for queue in sure[:seats]:
        shown.append(queue.take(shown))
    while len(shown) < seats and (waiting := [queue for queue in queues if queue.waits]):
        best = max(waiting, key=_Queue.claim)
        shown.append(best.take(shown))
    return shown


def _queues(profile: Profile, fit: Sequence[Pick], similarity: Similarity) -> list[_Queue]:
    weight = {interest.name: interest.weight for interest in profile.interests}
    groups: dict[str, list[Pick]] = {}
    for pick in fit:
        groups.setdefault(pick.interest, []).append(pick)
    return [_Queue(picks, weight.get(name, 1.0), profile.floor, similarity) for name, picks in groups.items()]


class _Queue:
    """The picks of one interest that wait, best first."""

    def __init__(self, picks: Sequence[Pick], weight: float, floor: float, similarity: Similarity) -> None:
        self._waiting = [_Candidate(pick) for pick in picks]
        self._weight, self._floor, self._similarity = weight, floor, similarity
        self._seated = 0

    @property
    def waits(self) -> bool:
        """Whether there is anyone left."""
        return bool(self._waiting)

    def worth(self) -> float:
        """How far the best that waits lies above the floor."""
        return (self._waiting[0].pick.score - self._floor) / max(1 - self._floor, _CERTAIN)

    def claim(self) -> tuple[float, float]:
        """How strongly this interest asks for the next seat; the better pick decides a tie."""
        first = self._waiting[0].pick
        return self._weight * max(self.worth(), _CERTAIN) / (2 * self._seated + 1), first.score

    def take(self, shown: Sequence[Pick]) -> Pick:
        """Give up the pick that is best beside those *shown*."""
        best, most = self._waiting[0], -math.inf
        for candidate in self._waiting:
            if candidate.odds <= most:
                break  # those behind have no better odds, and being like others only lowers them
            if (left := candidate.beside(shown, self._similarity)) > most:
                best, most = candidate, left
        self._waiting.remove(best)
        self._seated += 1
        return best.pick


class _Candidate:
    """A pick and what it repeats of those shown so far; each pair is compared once."""

    __slots__ = ("_alike", "_compared", "odds", "pick")

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        score = min(max(pick.score, _CERTAIN), 1 - _CERTAIN)
        self.odds = math.log(score / (1 - score))
        self._alike, self._compared = RELATED, 0

    def beside(self, shown: Sequence[Pick], similarity: Similarity) -> float:
        """Its odds less what it repeats."""
        mine = self.pick.change.paper
        for other in shown[self._compared :]:
            self._alike = max(self._alike, similarity(mine, other.change.paper))
        self._compared = len(shown)
        return self.odds - SPREAD * (self._alike - RELATED) / (1 - RELATED)
