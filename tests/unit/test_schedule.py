"""When an edition is due, in any zone, across any clock change."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import schedule

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(rule, zone, since, now):
    return schedule.due_dates(schedule.parse(rule), ZoneInfo(zone), utc(since), utc(now))


def test_a_date_is_due_once_its_time_has_come():
    assert due("daily 08:30", "Europe/Berlin", "2026-11-20 07:29", "2026-11-20 07:30") == [date(2026, 11, 20)]
    assert due("daily 08:30", "Europe/Berlin", "2026-11-20 07:30", "2026-11-21 07:29") == []


def test_missed_dates_come_oldest_first():
    assert due("daily 08:00", "UTC", "2026-11-17 08:00", "2026-11-20 09:00") == [
        date(2026, 11, d) for d in (18, 19, 20)
    ]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("daily 08:00", [16, 17, 18, 19, 20, 21, 22]),
        ("weekdays 8:00", [16, 17, 18, 19, 20]),
        ("mon,thu 08:00", [16, 19]),
        ("SUN 08:00", [22]),
        ("0 8 * * 1-5", [16, 17, 18, 19, 20]),
        ("*/5 8-18 * * sat,sun", [21, 22]),
        ("30 7 20 * *", [20]),
    ],
)
def test_each_form_of_a_rule_names_its_days(rule, days):
    assert due(rule, "UTC", "2026-11-16 00:00", "2026-11-23 00:00") == [date(2026, 11, day) for day in days]


def test_a_cron_line_that_fires_often_gives_one_edition_a_day_at_the_first():
    rule = schedule.parse("*/10 9-17 * * *")
    assert schedule.next_due(rule, BERLIN, utc("2026-11-20 07:00")) == utc("2026-11-20 08:00")
    assert schedule.next_due(rule, BERLIN, utc("2026-11-20 08:00")) == utc("2026-11-21 08:00")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("", "is not a schedule"),
        ("daily", "is not a schedule"),
        ("daily 24:00", 'no time of day "24:00"'),
        ("daily 8:5", 'no time of day "8:5"'),
        ("dayly 08:00", 'no day "dayly"'),
        ("mon,,tue 08:00", 'no day ""'),
        ("0 8 * *", "is not a schedule"),
        ("0 0 8 * * *", "is not a schedule"),
        ("61 8 * * *", "is not a cron line: bad minute"),
        ("0 0 31 2 *", "is not a cron line: bad day-of-month"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(rule, says):
    with pytest.raises(ValueError, match=says):
        schedule.parse(rule)


@given(st.text(max_size=30))
def test_no_text_makes_parse_raise_anything_but_its_sentence(text):
    try:
        schedule.parse(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 either is right, nothing else is


# ---------------------------------------------------------------- every zone


def check_zone(name: str, years: range) -> int:
    """Check all 48 half-hours on each date near a clock change of zone *name*; return how many were checked.

    Away from a change local time is UTC plus a constant, so the days around changes say all.
    """
    zone = ZoneInfo(name)
    checked = 0
    for changed in clock_changes(zone, years):
        first = (changed.astimezone(zone) - timedelta(days=2)).date()
        days = [first + timedelta(days=offset) for offset in range(5)]
        exist = [day for day in days if exists(day, zone)]
        since = datetime.combine(first, time.min, UTC) - timedelta(days=2)
        now = since + timedelta(days=9)
        for half_hour in range(48):
            at = time(half_hour // 2, half_hour % 2 * 30)
            rule = schedule.Schedule("", at=at)
            found = schedule.due_dates(rule, zone, since, now)
            assert len(found) == len(set(found)), (name, at, found)
            assert [day for day in found if day in days] == exist, (name, at)
            for day in exist:
                check_instant(zone, rule, day)
                checked += 1
    return checked


def check_instant(zone: ZoneInfo, rule: schedule.Schedule, day: date) -> None:
    """The instant of *day* is the first at which its wall clock shows the time or later."""
    wanted = datetime.combine(day, rule.at)
    instant = datetime.combine(day, time.min, UTC) - timedelta(hours=16)
    for _ in range(4):
        instant = schedule.next_due(rule, zone, instant)
        if schedule.due_dates(rule, zone, instant - timedelta(seconds=1), instant) == [day]:
            break
    shown = instant.astimezone(zone).replace(tzinfo=None)
    before = (instant - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
    assert shown >= wanted > before, (zone, wanted, shown, before)


def clock_changes(zone: ZoneInfo, years: range) -> list[datetime]:
    """The instants of *years* at which the offset of *zone* changes, to the quarter of an hour."""
    found, day = [], datetime(years.start, 1, 1, tzinfo=UTC)
    while day.year < years.stop:
        after = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            step = day
            while step.astimezone(zone).utcoffset() == day.astimezone(zone).utcoffset():
                step += timedelta(minutes=15)
            found.append(step)
        day = after
    return found


def exists(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


def test_each_local_date_has_one_digest_in_a_sample_of_all_zones():
    zones = random.Random(1).sample(sorted(available_timezones()), 12)
    always = ["Europe/Berlin", "Africa/Cairo", "Asia/Beirut", "America/Santiago", "Australia/Lord_Howe"]
    names = [*always, "America/Havana", "Antarctica/Troll", *zones]
    checked = sum(check_zone(name, range(2025, 2028)) for name in names)
    assert checked > 1000, "zones without any clock change have nothing to check"


def test_a_date_that_a_zone_skipped_has_no_digest():
    assert due("daily 08:00", "Pacific/Apia", "2011-12-28 00:00", "2011-12-31 12:00") == [
        date(2011, 12, 28), date(2011, 12, 29), date(2011, 12, 31),
    ]  # fmt: skip
    assert check_zone("Pacific/Apia", range(2011, 2012))


def test_the_next_instant_is_the_one_at_which_the_date_comes_due():
    rule = schedule.parse("weekdays 02:30")
    now = utc("2026-01-01 00:00")
    while now < utc("2027-01-01 00:00"):
        later = schedule.next_due(rule, BERLIN, now)
        assert len(schedule.due_dates(rule, BERLIN, now, later)) == 1
        assert schedule.due_dates(rule, BERLIN, now, later - timedelta(seconds=1)) == []
        now = later
