"""FAULTS 18 to 28: what the clock does to a schedule and to a service."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from digest import schedule


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(rule, zone, since, now):
    return schedule.due_dates(schedule.parse(rule), ZoneInfo(zone), utc(since), utc(now))


RULES = ["daily {0}:{1}", "{1} {0} * * *"]


@pytest.mark.parametrize("rule", RULES)
def test_fault_18_a_time_in_the_spring_gap_is_due_at_the_first_instant_that_exists(rule):
    night = rule.format("02", "30")
    assert due(night, "Europe/Berlin", "2026-03-29 00:59:59", "2026-03-29 01:00") == [date(2026, 3, 29)]
    assert due(night, "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 00:59:59") == []
    assert due(night, "Europe/Berlin", "2026-03-29 01:00", "2026-03-30 00:29") == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("zone", "hour", "first"),
    [("Europe/Berlin", "02", "2026-10-25 00:30"), ("America/New_York", "01", "2026-11-01 05:30")],
)
def test_fault_19_a_time_that_autumn_repeats_is_due_once_at_its_first(rule, zone, hour, first):
    parsed, instant = schedule.parse(rule.format(hour, "30")), utc(first)
    day = instant.astimezone(ZoneInfo(zone)).date()
    assert schedule.next_due(parsed, ZoneInfo(zone), instant.replace(hour=0, minute=0)) == instant
    until = instant.replace(hour=23)
    assert schedule.due_dates(parsed, ZoneInfo(zone), instant.replace(hour=0, minute=0), until) == [day]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("minute", ["00", "30"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "US/Pacific", "Australia/Sydney"])
def test_fault_20_no_midnight_of_a_year_is_skipped_or_doubled(rule, minute, zone):
    days = due(rule.format("0", minute), zone, "2025-12-31 12:00", "2026-12-31 14:00")
    assert days == sorted(set(days))
    assert len({day for day in days if day.year == 2026}) == 365


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("zone", "day", "hour", "minute", "instant"),
    [
        ("Africa/Cairo", date(2026, 4, 24), "0", "00", "2026-04-23 22:00"),
        ("Asia/Beirut", date(2026, 3, 29), "0", "30", "2026-03-28 22:00"),
        ("America/Santiago", date(2026, 9, 6), "0", "00", "2026-09-06 04:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "2", "15", "2026-10-03 15:30"),
    ],
)
def test_fault_21_a_gap_at_midnight_or_of_half_an_hour_has_one_run_on_its_date(rule, zone, day, hour, minute, instant):
    parsed, at = schedule.parse(rule.format(hour, minute)), utc(instant)
    assert schedule.next_due(parsed, ZoneInfo(zone), at.replace(day=at.day - 1)) <= at
    before = schedule.due_dates(parsed, ZoneInfo(zone), at.replace(hour=0), at.replace(hour=at.hour - 1))
    assert day not in before
    assert schedule.due_dates(parsed, ZoneInfo(zone), at.replace(hour=at.hour - 1), at) == [day]


def test_fault_22_a_process_that_was_down_at_the_time_finds_it_due_after():
    assert due("daily 08:00", "UTC", "2026-11-20 07:55", "2026-11-20 08:40") == [date(2026, 11, 20)]
    assert due("daily 08:00", "UTC", "2026-11-20 08:40", "2026-11-20 23:00") == []


def test_fault_23_three_days_down_lists_three_dates_of_which_the_last_is_the_edition():
    assert due("daily 08:00", "UTC", "2026-11-17 08:40", "2026-11-20 08:40")[-1] == date(2026, 11, 20)
