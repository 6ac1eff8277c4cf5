"""Which day is a capture from, and which day does a date on it mean? Pure; the rules are in order of trust."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from digest.model import DatedBy, Listing, ShownDate

_LIVE_DAYS = timedelta(days=2)
_ENOUGH = 5
"""So many papers that carry the newest year make it certain that the page was saved in the year after."""
_ISO = re.compile(r"(?<![0-9A-Za-z])(\d{4})-(\d{1,2})-(\d{1,2})(?![0-9])")


def capture_day(
    listing: Listing,
    *,
    where: str,
    given_on: date | None,
    fetched_live: bool,
    fetched_at: datetime,
    first_seen: datetime,
) -> tuple[date | None, DatedBy]:
    """Settle the day of a capture and say how it is known; instants are aware.

    In order: what the caller says; an ISO date in the last part of *where*; a header that names its year;
    for a live fetch the header's day within two days of it; the header's day in a year between
    (newest year shown on a paper) + 1 and the last that is not after *first_seen*; without such a year
    the latest, as a guess.
    """
    if given_on is not None:
        return given_on, "given"
    named = day_in_name(where)
    if named is not None:
        return named, "filename"
    header = listing.header
    if header is None:
        return None, "none"
    if header.year is not None:
        return _day(header, header.year), "header"
    if fetched_live and (near := _near(header, fetched_at.date())) is not None:
        return near, "fetch"
    return _inferred(header, (entry.shown for entry in listing.entries), first_seen.date())


def day_in_name(where: str) -> date | None:
    """The delimited ISO date in the last part of a path or URL, or None."""
    name = re.split(r"[/\\]", where.rstrip("/\\"))[-1]
    for found in _ISO.finditer(name):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
    return None


def published_on(shown: ShownDate, captured_on: date | None) -> date | None:
    """The day that *shown* means on a page of *captured_on*: a date without a year takes the page's own."""
    year = shown.year or (captured_on.year if captured_on else None)
    return None if year is None else _day(shown, year)


def corrected_day(
    header: ShownDate | None, evidence: Iterable[tuple[ShownDate, date]], *, first_seen: datetime
) -> date | None:
    """Correct a guessed day by other dumps that show the year of the same papers; None where nothing proves it.

    *evidence* pairs the date of a paper as this dump shows it with the day known from elsewhere.
    Only a date without a year proves anything, and only where month and day agree: its year is the year
    of this dump. The year proved most often counts; no proof, or a draw, corrects nothing.
    """
    if header is None or header.year is not None:
        return None
    years = Counter(
        known.year
        for shown, known in evidence
        if shown.year is None and (shown.month, shown.day) == (known.month, known.day)
    )
    best = years.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    day = _day(header, best[0][0])
    return day if day is not None and day <= first_seen.date() else None


def _day(shown: ShownDate, year: int) -> date | None:
    """The day in *year*, or None where that year does not have it (29 February)."""
    try:
        return date(year, shown.month, shown.day)
    except ValueError:
        return None


def _near(header: ShownDate, fetched: date) -> date | None:
    """The header's day that lies within two days of the fetch, across a turn of the year, too."""
    for year in (fetched.year, fetched.year - 1, fetched.year + 1):
        day = _day(header, year)
        if day is not None and abs(day - fetched) <= _LIVE_DAYS:
            return day
    return None


def _inferred(header: ShownDate, shown: Iterable[ShownDate | None], seen: date) -> tuple[date | None, DatedBy]:
    """The day of a header without a year, by the years that its papers show; None where the calendar has none."""
    years = Counter(one.year for one in shown if one is not None and one.year is not None)
    newest = max(years, default=None)
    possible = [
        day
        for year in range(seen.year, max(seen.year - 40, newest or 0), -1)
        if (day := _day(header, year)) is not None and day <= seen
    ]
    if newest is not None and possible:
        return (possible[-1] if years[newest] >= _ENOUGH else possible[0]), "header"
    possible = possible or [
        day for year in range(seen.year, seen.year - 9, -1) if (day := _day(header, year)) is not None and day <= seen
    ]
    return (possible[0], "guess") if possible else (None, "none")
