"""The daily papers of Hugging Face by its API: each day's list, re-read until it has settled, and other lists.

A day's list fills up during the day, papers are admitted for two weeks, and votes and comments go on. So today and
the days before it are asked for again, with what is known of them, and a day is left alone once it was read after
its two weeks. A day that was missed meanwhile (the bot was off, the server down) is read late, not never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from digest.errors import DumpRefused, SourceFailed
from digest.model import SourceSettings
from digest.sources.decode import decoded
from digest.sources.jsontext import rows_of
from digest.sources.live import Asking, Found, Visit
from digest.sources.stamps import Checked, stamp_of
from digest.sources.web import Rate, Web

BASE = "https://huggingface.co"
RATE = Rate("huggingface", 500, 300.0)
"""Anonymous calls per address, as the site documents them."""
PAGE, PAGES = 100, 20
LATEST = 120
"""Days back to which a missed day is still read; more is for `digest backfill`."""


class HuggingFace:
    """The lists that the config names: "daily", "trending", "week", "month"."""

    def __init__(self, settings: SourceSettings, web: Web, *, max_bytes: int) -> None:
        self.name = settings.name
        self._settings, self._web, self._max_bytes = settings, web, max_bytes
        self._base = (settings.url or BASE).rstrip("/")

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield each list that is new or changed; a day that fails does not stop the others."""
        today = now.astimezone(UTC).date()
        asking = Asking(self._settings, self._web, rate=RATE, max_bytes=self._max_bytes, now=now)
        yield from asking.round(self._visits(today, known), known)

    def between(self, first: date, last: date, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield the days of a range that were not read since they settled, newest first: for the history."""
        asking = Asking(self._settings, self._web, rate=RATE, max_bytes=self._max_bytes, now=now, past=True)
        days = [last - timedelta(days=n) for n in range((last - first).days + 1)]
        wanted = [day for day in days if not self._is_settled(day, known)]
        yield from asking.round((visit for day in wanted for visit in self._pages({"date": day}, day, known)), known)

    def settles_before(self, today: date) -> date:
        """The last day that an ordinary pass leaves alone: what is before it is history."""
        return today - timedelta(days=self._settings.days + 1)

    def _visits(self, today: date, known: Mapping[str, str]) -> Iterator[Visit]:
        for kind in self._settings.lists:
            if kind == "daily":
                for day in self._days(today, known):
                    yield from self._pages({"date": day}, day, known)
            elif kind == "trending":
                yield from self._pages({"sort": "trending"}, today, known)
            elif kind == "week":
                yield from self._pages({"week": today.strftime("%G-W%V")}, today, known)
            else:
                yield from self._pages({"month": today.strftime("%Y-%m")}, today, known)

    def _days(self, today: date, known: Mapping[str, str]) -> Iterator[date]:
        """The days to ask for, newest first: the unsettled ones, and back to the oldest day that was ever read."""
        back = [today - timedelta(days=n) for n in range(LATEST)]
        stamps = {day: stamp_of(known.get(self._url({"date": day}))) for day in back}
        oldest = min((day for day, stamp in stamps.items() if stamp.at and not stamp.past), default=today)
        for age, day in enumerate(back):
            if age <= self._settings.days or (day >= oldest and not self._is_settled(day, known)):
                yield day

    def _is_settled(self, day: date, known: Mapping[str, str]) -> bool:
        """Whether *day* was read when nothing could be added to it any more."""
        at = stamp_of(known.get(self._url({"date": day}))).read_at
        return at is not None and at.date() > day + timedelta(days=self._settings.days)

    def _pages(self, query: dict[str, Any], day: date, known: Mapping[str, str]) -> Iterator[Visit]:
        """The pages of one list: another one as long as the last was full, and was not the one before over again."""
        before = b""
        full: bool | None = True

        def check(content: bytes) -> Checked:
            nonlocal before, full
            checked = checked_rows(content, url)
            full = checked.rows >= PAGE and content != before
            before = content
            return checked

        for number in range(PAGES):
            url = self._url({**query, "p": number} if number else query)
            full = None
            yield Visit(url, check, day, absent=frozenset({400, 404}))
            if full is None:  # unchanged: as many rows as last time
                full = stamp_of(known.get(url)).rows >= PAGE
            if not full:
                return

    def _url(self, query: Mapping[str, Any]) -> str:
        return f"{self._base}/api/daily_papers?{urlencode({**query, 'limit': PAGE})}"


def checked_rows(content: bytes, where: str) -> Checked:
    """Count the papers of a list. Raises SourceFailed for what is no list, or not all of it."""
    try:
        rows = rows_of(decoded(content, where), where)
    except DumpRefused as refused:
        raise SourceFailed(where, f"the answer cannot be used: {refused.why}") from None
    good = sum(_is_paper(row) for row in rows)
    if rows and not good:
        raise SourceFailed(where, "the answer cannot be used: no papers in it")
    return Checked(good, whole=good == len(rows))


def _is_paper(row: Any) -> bool:
    paper = row.get("paper", row) if isinstance(row, Mapping) else None
    return isinstance(paper, Mapping) and isinstance(paper.get("title") or row.get("title"), str)
