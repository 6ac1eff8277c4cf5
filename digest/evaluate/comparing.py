"""Is the product's ranker ahead of a peer's method, user by user?"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from digest.evaluate.baselines import Method
from digest.evaluate.baselines import rankings as peers
from digest.evaluate.ranking import Ranked, Signals, by_user, rankings, read

if TYPE_CHECKING:
    from digest.pipeline.meaning import Meaning

METHODS: tuple[Method, ...] = get_args(Method)
_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """nDCG@10 of ours and of a peer's *method* in one slice, and the 95 % interval of the difference over *users*."""

    slice: str
    method: Method
    ours: float
    theirs: float
    low: float
    high: float
    users: int


def compare(
    split: Path, signals: Signals, methods: Sequence[Method], meaning: Meaning | None = None
) -> Iterator[Comparison]:
    """Yield one comparison per method and slice: both rank the same batches for the same users.

    Peers' methods know likes only. A method that is slow ranks for some of the users, and both are measured on these.
    Users are drawn in pairs with replacement, always the same draws.
    """
    found = read(split)
    ours = _means(rankings(found, signals, meaning))
    for method in methods:
        theirs = _means(peers(found, method))
        for name in sorted(theirs):
            users = sorted(theirs[name])
            mine, others = [ours[name][user] for user in users], [theirs[name][user] for user in users]
            low, high = interval([a - b for a, b in zip(mine, others, strict=True)])
            yield Comparison(name, method, sum(mine) / len(mine), sum(others) / len(others), low, high, len(users))


def _means(ranked: Iterable[Ranked]) -> dict[str, dict[str, float]]:
    per = by_user(ranked)
    return {
        name: {user: sum(values[0] for values in rows) / len(rows) for user, rows in users.items()}
        for name, users in per.items()
    }


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of *differences*, one per user: users are drawn with replacement."""
    rng = random.Random(0)  # noqa: S311 no secret: the same figures every time
    many = len(differences)
    draws = sorted(sum(rng.choices(differences, k=many)) / many for _ in range(_DRAWS))
    return draws[round(0.025 * _DRAWS)], draws[round(0.975 * _DRAWS) - 1]
