"""Does the ranker learn from votes? A reader is simulated on a labelled set: what is relevant is voted for.

The batches come in order. The reader sees the first ten of each that holds something relevant (only these are ranked
anyhow), says "more" of what is relevant and "less" of the rest, and after some batches says no more. What is ranked
from then on is compared with the same ranking without votes, user by user.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from digest.evaluate.comparing import interval
from digest.evaluate.ranking import Signals, Split, as_profile, measures
from digest.model import Paper, Vote
from digest.ranking import Background
from digest.ranking.feedback import Taste, taste_of

_SEEN = 10
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
Gains = dict[str, dict[str, list[float]]]  # slice -> user -> nDCG@10 of each batch that counts


@dataclass(frozen=True, slots=True)
class Habit:
    """How a reader votes: in so many *batches*, on so many papers of each, this share of them *wrong*.

    With *every* a batch counts that holds nothing relevant, too: there is nothing to vote for in it. With *silent* the
    reader never says "less".
    """

    batches: int = 3
    papers: int = _SEEN
    wrong: float = 0.0
    every: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Learning:
    """nDCG@10 in one slice after the votes, *without* them and *with* them, and the 95 % interval of the difference."""

    slice: str
    users: int
    without: float
    with_votes: float
    low: float
    high: float


@dataclass(slots=True)
class _Heard:
    """What one simulated reader said so far, and what was passed over."""

    votes: list[Vote] = field(default_factory=list)
    over: dict[str, date] = field(default_factory=dict)
    batches: int = 0


def learning(split: Split, signals: Signals, habit: Habit) -> Iterator[Learning]:
    """Yield what votes gain in each slice; the same dice for every call."""
    silent, heard = _ranked(split, signals, habit, learn=False), _ranked(split, signals, habit, learn=True)
    for name, users in sorted(silent.items()):
        pairs = [(_mean(users[user]), _mean(heard[name][user])) for user in sorted(users)]
        low, high = interval([after - before for before, after in pairs])
        before, after = (_mean(list(side)) for side in zip(*pairs, strict=True))
        yield Learning(name, len(pairs), before, after, low, high)


def _ranked(split: Split, signals: Signals, habit: Habit, *, learn: bool) -> Gains:
    """The nDCG@10 of every ranking after the votes, which are ranked with only if the bot may *learn*."""
    from digest.ranking.learning import learn as learned_from
    from digest.ranking.ranker import Ranker

    ranker = Ranker(learned_from(split.corpus, Background.default()))
    dice = random.Random(0)  # noqa: S311 no secret: the same votes every time
    heard: dict[str, _Heard] = defaultdict(_Heard)
    gains: Gains = defaultdict(lambda: defaultdict(list))
    for n, batch in enumerate(split.batches):
        now = _FIRST + timedelta(days=n)
        due = [
            one for one in split.profiles if batch["relevant"].get(one["user"]) or (habit.every and n < habit.batches)
        ]
        tastes = {one["profile"]: _taste(heard[one["profile"]], split.papers, now) for one in due} if learn else {}
        papers = [split.papers[item] for item in batch["items"]]
        wishes = [as_profile(one, signals) for one in due]
        for one, order in zip(due, ranker.orders(papers, wishes, split.papers, tastes=tastes), strict=True):
            ids = [batch["items"][place] for place in order]
            relevant = frozenset(batch["relevant"].get(one["user"], ()))
            mine = heard[one["profile"]]
            if mine.batches < habit.batches:
                mine.batches += 1
                _listen(mine, one["profile"], ids[:_SEEN], relevant, habit, dice, now)
            elif relevant:
                gains[one["slice"]][one["user"]].append(measures(ids, relevant)[0])
    return gains


def _taste(heard: _Heard, papers: Mapping[str, Paper], now: datetime) -> Taste:
    return taste_of(heard.votes, heard.over, papers, (), now)


def _listen(
    heard: _Heard,
    name: str,
    seen: Sequence[str],
    relevant: frozenset[str],
    habit: Habit,
    dice: random.Random,
    now: datetime,
) -> None:
    """Write down what the reader says of the papers *seen*."""
    asked = set(dice.sample(list(seen), min(habit.papers, len(seen))))
    for paper in seen:
        liked = (paper in relevant) != (dice.random() < habit.wrong)
        if paper in asked and (liked or not habit.silent):
            heard.votes.append(Vote(name, "", paper, "more" if liked else "less", now))
        else:
            heard.over[paper] = now.date()


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))


def rounded(found: Learning) -> dict[str, Any]:
    """The same as plain values of four digits."""
    gain = found.with_votes / found.without if found.without else 0.0
    return {
        "users": found.users,
        "without": round(found.without, 4),
        "with": round(found.with_votes, 4),
        "times": round(gain, 3),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
    }
