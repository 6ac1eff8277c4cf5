"""arXiv's own calendar: on which evenings it announces, so that silence is explained, or is a fault. Pure.

It announces at 20:00 US Eastern, Sunday to Thursday, but not on its holidays; the feeds are rebuilt at midnight, so
the feed of a day holds what was announced the evening before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
REBUILT = 4
"""The hour (Eastern) by which the feed of the day is surely there."""
_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5
_TABLE = Path(__file__).parent / "data" / "arxiv-holidays.txt"


@dataclass(frozen=True, slots=True)
class Table:
    """The evenings without announcement as arXiv lists them, known up to the day *through*."""

    evenings: frozenset[date]
    through: date


def parsed(text: str) -> Table:
    """Read a table: a date a line, "through DATE", and comments."""
    lines = [line.strip() for line in text.splitlines()]
    evenings = frozenset(date.fromisoformat(line) for line in lines if line[:1].isdigit())
    named = [date.fromisoformat(line.split()[1]) for line in lines if line.startswith("through ")]
    return Table(evenings, max([*named, *evenings], default=date.min))


@cache
def table() -> Table:
    """The packaged table."""
    return parsed(_TABLE.read_text("utf-8"))


def usual(day: date) -> bool:
    """Whether arXiv paused on this evening in the years whose lists are known: a guess for those that are not.

    The third Monday of January, 19 June, 4 July, the first Monday of September, Thanksgiving, and what lies between
    Christmas and New Year; a fixed day that falls on a Sunday is kept on the Monday.
    """
    if (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1):
        return True
    week = (day.day - 1) // 7 + 1
    if (day.month, day.weekday(), week) in {(1, _MONDAY, 3), (9, _MONDAY, 1), (11, _THURSDAY, 4)}:
        return True
    fixed = {(1, 1), (6, 19), (7, 4)}
    before = day - timedelta(days=1)
    return (day.month, day.day) in fixed or (day.weekday() == _MONDAY and (before.month, before.day) in fixed)


def expected(day: date, more: Collection[date] = ()) -> bool:
    """Whether arXiv surely announces on the evening of *day*; *more* are holidays beside the packaged table."""
    return not _why_not(day, more)


def _why_not(day: date, more: Collection[date]) -> str:
    """When nothing is announced on the evening of *day*, in words; "" where nothing explains it."""
    known = table()
    if day.weekday() in {_FRIDAY, _SATURDAY}:
        return "on Friday and Saturday evenings"
    if day in known.evenings or day in more:
        return f"on {day:%-d %B}, a holiday of its own"
    if day > known.through and usual(day):
        return f"on {day:%-d %B}, as it seems: it used to pause then, and its list for {day.year} is not known yet"
    return ""


def pause(now: datetime, more: Collection[date] = ()) -> str:
    """Why there is nothing of the evening before *now* (aware), in words for a person; "" when there should be."""
    why = _why_not(now.astimezone(EASTERN).date() - timedelta(days=1), more)
    return f"arXiv does not announce {why}" if why else ""


def silence(now: datetime, more: Collection[date] = ()) -> str:
    """Why the feed is empty at *now* (aware), in words for a person; "" when nothing explains it."""
    hour = now.astimezone(EASTERN).hour
    return pause(now, more) or ("" if hour >= REBUILT else "arXiv is about to rebuild its feeds")


def announcements(after: date, until: date, more: Collection[date] = ()) -> Iterator[date]:
    """The days whose feeds hold something by the calendar, after *after* and up to *until*, oldest first."""
    for number in range(1, (until - after).days + 1):
        day = after + timedelta(days=number)
        if expected(day - timedelta(days=1), more):
            yield day
