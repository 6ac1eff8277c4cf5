"""arXiv's announcements by category from its feed, and past days from its API, both at the pace that it asks for.

The feed holds one day and costs one request for all categories. What it showed on days on which it was not read is
asked of the API by the day of submission, which also serves the history: OAI-PMH lists a paper under its last change
alone, so a range of it would lack whatever was revised since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from urllib.parse import urlencode

from digest.errors import SourceFailed
from digest.model import Looked, SourceSettings
from digest.sources import calendar
from digest.sources.feedtext import checked_rows
from digest.sources.live import Asking, Found, Visit
from digest.sources.stamps import Checked, stamp_of
from digest.sources.web import Rate, Web

FEED = "https://rss.arxiv.org/atom/"
API = "https://export.arxiv.org/api/query"
RATE = Rate("arxiv", 1, 3.0)
"""One request every three seconds, whatever is asked, over one connection."""
PAGE, PAGES = 1000, 30
"""Papers in one answer (2,000 are allowed), and answers to one question: the API shows no more than 30,000."""
LAG = 4
"""Days from a submission to the announcement, at most, unless it is held: what comes in on Friday is out on Monday."""
LATEST = 30
"""Days of announcements that are made up for when the bot was off; more is for `digest backfill`."""
MISSED = "missed"
"""Under this name it is remembered since which day announcements are missing."""
_TOTAL = re.compile(r"<opensearch:totalResults[^>]{0,200}>\s*(\d{1,9})\s*<")
_ERROR = re.compile(r"<id>\s*https?://[^<\s]{1,60}/api/errors")


class Arxiv:
    """The feed of the categories that the config names, and the days of their past."""

    def __init__(self, settings: SourceSettings, web: Web, *, max_bytes: int) -> None:
        self.name = settings.name
        self._settings, self._web, self._max_bytes = settings, web, max_bytes
        base = settings.url.rstrip("/")
        self._url = (f"{base}/" if base else FEED) + "+".join(settings.categories)
        self._api = f"{base}/api/query" if base else API

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield the feed when it is new, then what was announced while nobody read it.

        An empty feed is explained by arXiv's calendar, or fails the source.
        """
        asking = Asking(self._settings, self._web, rate=RATE, max_bytes=self._max_bytes, now=now)
        why = calendar.silence(now, self._settings.holidays)
        today = now.astimezone(calendar.EASTERN).date()
        feed = Visit(self._url, lambda content: self._checked(content, why), today)
        missed = self._missed(now, known)
        days = _days(missed[0] - timedelta(days=LAG), missed[-1] - timedelta(days=1)) if missed else []
        if missed and known.get(MISSED) != str(missed[0]):
            yield Looked(self.name, MISSED, str(missed[0]))
        failed = False
        for found in asking.round(chain([feed], self._history(days, known)), known):
            failed = failed or isinstance(found, SourceFailed)
            empty = isinstance(found, Looked) and found.where == self._url
            yield replace(found, said=why) if empty and isinstance(found, Looked) else found
        if missed and not failed:
            yield Looked(self.name, MISSED, "")

    def between(self, first: date, last: date, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield what was submitted on these days and not read before, newest first: for the history."""
        asking = Asking(self._settings, self._web, rate=RATE, max_bytes=self._max_bytes, now=now, past=True)
        yield from asking.round(self._history(reversed(_days(first, last)), known), known)

    def settles_before(self, today: date) -> date:
        """The last day whose papers were all announced before today's feed: what is before it is history."""
        return today - timedelta(days=LAG + 1)

    def _missed(self, now: datetime, known: Mapping[str, str]) -> list[date]:
        """The days of feeds that nobody read, oldest first: from the last one that was read up to yesterday."""
        read_at = stamp_of(known.get(self._url)).read_at
        if read_at is None:
            return []
        today, last = _feed_day(now), _feed_day(read_at)
        if left := known.get(MISSED):
            last = min(last, date.fromisoformat(left) - timedelta(days=1))
        after = max(last, today - timedelta(days=LATEST))
        return list(calendar.announcements(after, today - timedelta(days=1), self._settings.holidays))

    def _history(self, days: Iterable[date], known: Mapping[str, str]) -> Iterator[Visit]:
        """Visits of the days of submission; a page that was read when all was announced is left alone."""
        for day in days:
            yield from self._pages(day, known)

    def _pages(self, day: date, known: Mapping[str, str]) -> Iterator[Visit]:
        """Visits of one day, another one as long as the last was full."""
        rows: int | None = None

        def check(content: bytes) -> Checked:
            nonlocal rows
            checked = checked_slice(content, url, start)
            rows = checked.rows
            return checked

        for number in range(PAGES):
            start = number * PAGE
            url = self._slice(day, start)
            old, rows = stamp_of(known.get(url)), None
            if old.read_at is None or old.read_at.date() <= day + timedelta(days=LAG):
                yield Visit(url, check, day)
            if (old.rows if rows is None else rows) < PAGE:
                return

    def _slice(self, day: date, start: int) -> str:
        named = " OR ".join(f"cat:{one}" for one in self._settings.categories)
        query = f"({named}) AND submittedDate:[{day:%Y%m%d}0000 TO {day:%Y%m%d}2359]"
        order = {"sortBy": "submittedDate", "sortOrder": "ascending"}
        return f"{self._api}?{urlencode({'search_query': query, 'start': start, 'max_results': PAGE, **order})}"

    def _checked(self, content: bytes, why: str) -> Checked:
        checked = checked_rows(content, self._url)
        if checked.rows:
            return checked
        if not why:
            raise SourceFailed(self._url, "the list is empty, although arXiv announced last evening by its calendar")
        return Checked(0, whole=False)  # without validators: it must be seen again whether it is still empty


def checked_slice(content: bytes, where: str, start: int, *, page: int = 0) -> Checked:
    """Count the papers of one answer of the API. Raises SourceFailed for what is no list, or not all of it.

    *start* and *page* are what was asked for (0: `PAGE`). The API says how many papers there are, and now and then
    answers with fewer, or with none.
    """
    checked = checked_rows(content, where)
    head = content[:4000].decode("utf-8", "replace")
    if _ERROR.search(head):
        raise SourceFailed(where, "the API answers with an error instead of a list")
    total = _TOTAL.search(head)
    missing = min(page or PAGE, int(total[1]) - start) - checked.rows if total else 0
    if missing > 0:
        raise SourceFailed(where, f"the list is not whole: {missing:,} papers are missing; ask again later")
    return checked


def _feed_day(instant: datetime) -> date:
    """The day of the feed that is surely there at *instant*."""
    return (instant.astimezone(calendar.EASTERN) - timedelta(hours=calendar.REBUILT)).date()


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
