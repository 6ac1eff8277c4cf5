"""When is an edition due? Pure: rules in a profile's local time, answers in UTC instants and local dates.

The clock changes are handled here and nowhere else: a time that the spring change skips is due
at the first instant that exists, one that the autumn change repeats is due at its first occurrence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORMS = '"daily HH:MM", "weekdays HH:MM", "mon,thu HH:MM" or a cron line of five fields'
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed rule: on which weekdays (0 is Monday) at which local time, or a cron line instead of both."""

    rule: str
    weekdays: frozenset[int] = frozenset(range(7))
    at: time = time.min
    cron: str = ""


def parse(rule: str) -> Schedule:
    """Read a schedule *rule*; ValueError with one sentence when it is none."""
    words = rule.split()
    if len(words) == 2 and ":" in words[1]:
        return Schedule(rule, _weekdays(words[0]), _time(words[1]))
    if len(words) == 5:
        return _cron(rule, " ".join(words))
    raise ValueError(f"is not a schedule; write {FORMS}")


def due_dates(rule: Schedule, zone: ZoneInfo, since: datetime, now: datetime) -> list[date]:
    """List the local dates whose digest came due in (since, now], oldest first.

    Both instants must be aware. A date has one due instant, however often a cron line fires on it;
    a date that the zone skipped (Samoa, 2011-12-30) has none.
    """
    due = []
    day: date | None = since.astimezone(zone).date() - _DAY
    last = now.astimezone(zone).date() + _DAY
    while day is not None and (found := _next_date(rule, day)) and found[0] <= last:
        instant = _instant(*found, zone)
        if instant is not None and since < instant <= now:
            due.append(found[0])
        day = found[0] + _DAY
    return due


def next_due(rule: Schedule, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the first instant after *now*, in UTC, at which a digest comes due."""
    day = now.astimezone(zone).date() - _DAY
    while found := _next_date(rule, day):
        instant = _instant(*found, zone)
        if instant is not None and instant > now:
            return instant
        day = found[0] + _DAY
    raise ValueError(f"{rule.rule!r} never comes due again")  # parse refuses such a rule


def _weekdays(word: str) -> frozenset[int]:
    word = word.lower()
    if word == "daily":
        return frozenset(range(7))
    if word == "weekdays":
        return frozenset(range(5))
    names = word.split(",")
    for name in names:
        if name not in DAYS:
            raise ValueError(f'has no day "{name}"; the days are {", ".join(DAYS)}, or write "daily" or "weekdays"')
    return frozenset(DAYS.index(name) for name in names)


def _time(word: str) -> time:
    match = _TIME.fullmatch(word)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f'has no time of day "{word}"; write it as HH:MM between 00:00 and 23:59')
    return time(int(match[1]), int(match[2]))


def _cron(rule: str, line: str) -> Schedule:
    try:
        next(CronSim(line, datetime(2024, 1, 1)))  # noqa: DTZ001 local time on purpose: zones are ours
    except CronSimError as error:
        raise ValueError(f"is not a cron line: {str(error).lower()}; write {FORMS}") from None
    except StopIteration:
        raise ValueError("is a cron line that never fires") from None
    return Schedule(rule, cron=line)


def _next_date(rule: Schedule, day: date) -> tuple[date, time] | None:
    """Return the first date of *rule* on or after *day* and its local time there; None if there is no more."""
    if rule.cron:
        # A naive start keeps cronsim out of zones: one rule for gaps and folds, whatever the form.
        start = datetime.combine(day, time.min) - timedelta(seconds=1)
        fires = next(CronSim(rule.cron, start), None)
        return (fires.date(), fires.time()) if fires else None
    while day.weekday() not in rule.weekdays:
        day += _DAY
    return day, rule.at


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the UTC instant of local time *at* on *day*, by the module's rule; None if *day* does not exist."""
    wanted = datetime.combine(day, at)
    instant = wanted.replace(tzinfo=zone).astimezone(UTC)  # fold=0: the first of two
    if _local(instant, zone) == wanted:
        return instant
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    change = _change_between(before, instant, zone)
    skipped = _local(change, zone).date() > day and _local(change - timedelta(seconds=1), zone).date() < day
    return None if skipped else change


def _change_between(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant in (early, late] from which *zone* counts differently, to the second."""
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
