"""arXiv's announcements by category, from its feed: one request for all categories, at the pace that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from digest.errors import SourceFailed
from digest.model import Looked, SourceSettings
from digest.sources import calendar
from digest.sources.feedtext import checked_rows
from digest.sources.live import Asking, Found, Visit
from digest.sources.stamps import Checked
from digest.sources.web import Rate, Web

BASE = "https://rss.arxiv.org/atom/"
RATE = Rate("arxiv", 1, 3.0)
"""One request every three seconds, whatever is asked, over one connection."""


class Arxiv:
    """The feed of the categories that the config names."""

    def __init__(self, settings: SourceSettings, web: Web, *, max_bytes: int) -> None:
        self.name = settings.name
        self._settings, self._web, self._max_bytes = settings, web, max_bytes
        base = settings.url.rstrip("/") + "/" if settings.url else BASE
        self._url = base + "+".join(settings.categories)

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield the feed when it is new; an empty one is explained by arXiv's calendar, or fails the source."""
        asking = Asking(self._settings, self._web, rate=RATE, max_bytes=self._max_bytes, now=now)
        why = calendar.silence(now, self._settings.holidays)
        day = now.astimezone(calendar.EASTERN).date()
        visit = Visit(self._url, lambda content: self._checked(content, why), day)
        for found in asking.round([visit], known):
            empty = isinstance(found, Looked) and found.where == self._url
            yield replace(found, said=why) if empty and isinstance(found, Looked) else found

    def _checked(self, content: bytes, why: str) -> Checked:
        checked = checked_rows(content, self._url)
        if checked.rows:
            return checked
        if not why:
            raise SourceFailed(self._url, "the list is empty, although arXiv announced last evening by its calendar")
        return Checked(0, whole=False)  # without validators: it must be seen again whether it is still empty
