"""Does a paper take off? Its counts against those that papers of its age have, and against what it had when first met.

Counts of finished papers are log-normal: of 5,841 papers of 2024 and 2025 half ended with 6 upvotes or fewer, a tenth
above 25, one in fifty above 48; comments stayed at 1 for most, and 10 were the most. `Group` holds what follows from
that. A paper has the better part of its votes on the day of its list; that the rest comes in with a half-life of
17 hours is an assumption, since no set of counts over time was at hand: it only moves the bar of the first three days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp, log

from digest.model import Known, Seen
from digest.news.joining import age

_FIRST_DAY = 0.5
"""The part of its final votes that a paper has at the end of its first day; the rest comes in by e-folds of a day."""


@dataclass(frozen=True, slots=True)
class Group:
    """How many a finished paper has: the median, the spread of the logarithm, and how many are worth telling at all."""

    median: float
    spread: float
    least: int


_GROUPS = {"upvotes": Group(6, 1.1, 20), "num_comments": Group(1, 0.4, 10)}
_HIGH, _RISEN = 2.05, 1.0
"""In standard deviations of the age group: above all but one in fifty, and risen within it by a factor of three."""


def surge(before: Known, after: Known) -> tuple[str, ...]:
    """Name the counts in which a paper takes off: it stands among the highest of its age, and rose to there.

    The rise is counted from the oldest dated count, so slow growth over many dumps is noticed too, and one that papers
    of that age always show is none. A count that stands still is no news.
    """
    return tuple(name for name, group in _GROUPS.items() if _takes_off(before, after, name, group))


def _takes_off(before: Known, after: Known, name: str, group: Group) -> bool:
    now, then = getattr(after.paper, name), getattr(before.paper, name)
    counted = [one for one in before.seen if one.as_of and getattr(one, name) is not None]
    if now is None or then is None or now <= then or now < group.least or not counted:
        return False
    newest = max((one for one in after.seen if getattr(one, name) is not None), key=age)
    first = min(counted, key=age)
    born = _born(after)
    height = standing(now, _days(newest, born), group)
    return height >= _HIGH and height - standing(getattr(first, name), _days(first, born), group) >= _RISEN


def standing(count: int, days: int, group: Group) -> float:
    """How far *count* lies above the median of papers of this age, in standard deviations of the logarithm."""
    part = 1 - (1 - _FIRST_DAY) * exp(-days)
    return (log(count + 1) - log(group.median * part)) / group.spread


def _born(known: Known) -> date | None:
    """The day of its first list: votes begin there, which may be days after it was published."""
    days = [one.as_of for one in known.seen if one.as_of]
    listed = [one.captured_on for one in known.seen if one.captured_on]
    return min([*days, *listed], default=None)


def _days(one: Seen, born: date | None) -> int:
    return max(0, (one.as_of - born).days) if one.as_of and born else 0
