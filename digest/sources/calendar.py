"""arXiv's own calendar: on which evenings it announces, so that silence is explained, or is a fault. Pure.

It announces at 20:00 US Eastern, Sunday to Thursday, but not on its holidays; the feeds are rebuilt at midnight, so
the feed of a day holds what was announced the evening before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
REBUILT = 4
"""The hour (Eastern) by which the feed of the day is surely there."""
_FRIDAY, _SATURDAY = 4, 5


@cache
def holidays() -> frozenset[date]:
    """The evenings of the packaged table."""
    lines = (Path(__file__).parent / "data" / "arxiv-holidays.txt").read_text("utf-8").splitlines()
    return frozenset(date.fromisoformat(line) for line in lines if line[:1].isdigit())


def expected(day: date, more: Collection[date] = ()) -> bool:
    """Whether arXiv announces on the evening of *day*; *more* are holidays beside the packaged table."""
    return day.weekday() not in {_FRIDAY, _SATURDAY} and day not in holidays() and day not in more


def silence(now: datetime, more: Collection[date] = ()) -> str:
    """Why the feed is empty at *now* (aware), in words for a person; "" when nothing explains it."""
    here = now.astimezone(EASTERN)
    evening = here.date() - timedelta(days=1)
    if not expected(evening, more):
        usual = evening.weekday() in {_FRIDAY, _SATURDAY}
        return f"arXiv announces nothing {'at the weekend' if usual else f'on {evening:%-d %B}, a holiday of its own'}"
    return "" if here.hour >= REBUILT else "arXiv is about to rebuild its feeds"
