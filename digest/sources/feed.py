"""A feed on the web: one address, asked with what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from digest.model import SourceSettings
from digest.sources.feedtext import checked_rows
from digest.sources.live import Asking, Found, Visit
from digest.sources.web import Rate, Web


def host_rate(url: str) -> Rate:
    """One request a second for each host that documents no other."""
    return Rate(urlsplit(url).netloc, 1, 1.0)


class Feed:
    """Any RSS or Atom feed."""

    def __init__(self, settings: SourceSettings, web: Web, *, max_bytes: int) -> None:
        self.name = settings.name
        self._settings, self._web, self._max_bytes = settings, web, max_bytes

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield the feed when it is new or changed."""
        url = self._settings.url
        asking = Asking(self._settings, self._web, rate=host_rate(url), max_bytes=self._max_bytes, now=now)
        visit = Visit(url, lambda content: checked_rows(content, url), now.astimezone(UTC).date())
        yield from asking.round([visit], known)
