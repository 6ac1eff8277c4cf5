"""Who gets an edition now, and for which local date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest import schedule
from digest.model import EditionReport, Profile
from digest.pipeline.wishes import Wishes
from digest.store import Store

MISSED_WITHIN = timedelta(days=62)
"""How far back a missed due date is looked for: two monthly rules; whatever was missed gives one catch-up edition."""

Due = tuple[Profile, date]


def due_editions(
    store: Store, profiles: Sequence[Profile], now: datetime, wishes: Wishes, *, due_only: bool
) -> tuple[list[Due], list[EditionReport]]:
    """List who gets an edition now and for which local date, and report who has theirs already."""
    last = store.last_edition_day([profile.name for profile in profiles])
    days = {}
    for profile in profiles:
        begins = wishes.begins(profile)
        day = _due_day(profile, last.get(profile.name), now, begins) if due_only else today(profile, now)
        if day is not None:
            days[profile.name] = day
    states = store.edition_states(days)
    cursors, newest = store.cursors(list(days)), store.last_change()
    due, reports = [], []
    for profile in profiles:
        if profile.name not in days:
            continue
        day, state = days[profile.name], states.get(profile.name)
        if state is None or (state == "empty" and day == today(profile, now) and cursors.get(profile.name, 0) < newest):
            due.append((profile, day))
        elif not due_only:
            reports.append(EditionReport(profile.name, day, 0, 0, "empty" if state == "empty" else "exists"))
    return due, reports


def today(profile: Profile, now: datetime) -> date:
    """The local date of *profile* at *now*."""
    return now.astimezone(ZoneInfo(profile.timezone)).date()


def _due_day(profile: Profile, last: date | None, now: datetime, begins: date | None) -> date | None:
    """Return the last due date without an edition: one catch-up, however many were missed.

    A profile that has no edition yet missed nothing before today, one that rested nothing before it *begins* again.
    """
    rule, zone = schedule.parse(profile.schedule), ZoneInfo(profile.timezone)
    first = max(last, now.astimezone(zone).date() - MISSED_WITHIN) if last else today(profile, now)
    first = max(first, begins) if begins else first
    since = datetime(first.year, first.month, first.day, tzinfo=zone) - timedelta(seconds=1)
    missed = [day for day in schedule.due_dates(rule, zone, since, now) if day >= first]
    return missed[-1] if missed else None
