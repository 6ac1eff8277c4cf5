"""A page on the web that one of the readers understands: asked with what is known of it, if its robots.txt permits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from digest.errors import DumpRefused, SourceFailed
from digest.model import Looked, SourceSettings
from digest.sources.feed import host_rate
from digest.sources.live import Asking, Found, Visit
from digest.sources.stamps import Checked, instant
from digest.sources.web import Manners, Web

AGENT = "paper-digest"
ROBOTS_BYTES = 500 * 1024
ROBOTS_HOLD = timedelta(days=1)
"""How long a word of robots.txt is taken for granted (RFC 9309, 2.4)."""


class Page:
    """One page."""

    def __init__(self, settings: SourceSettings, web: Web, *, max_bytes: int) -> None:
        self.name = settings.name
        self._settings, self._web, self._max_bytes = settings, web, max_bytes
        parts = urlsplit(settings.url)
        self._robots = f"{parts.scheme}://{parts.netloc}/robots.txt"

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield the page when it is new or changed; one that its site closes to robots fails the source."""
        url = self._settings.url
        try:
            asked = self._ask_robots(now, known)
        except SourceFailed as failed:
            yield SourceFailed(self.name, f"robots.txt cannot be read, so the page is left alone: {failed.why}")
            return
        if isinstance(asked, Looked):
            yield asked
        if (asked.stamp if isinstance(asked, Looked) else asked).startswith("no"):
            yield SourceFailed(self.name, f"{url}: the site's robots.txt closes this page to us")
            return
        asking = Asking(self._settings, self._web, rate=host_rate(url), max_bytes=self._max_bytes, now=now)
        yield from asking.round([Visit(url, lambda _: Checked(1))], known)

    def _ask_robots(self, now: datetime, known: Mapping[str, str]) -> Looked | str:
        """What robots.txt says of this page ("yes …" or "no …"): as it was asked within a day, else asked now."""
        before = known.get(self._robots, "")
        at = instant(before.partition(" ")[2])
        if at is not None and timedelta() <= now - at < ROBOTS_HOLD:
            return before
        rate = host_rate(self._settings.url)
        manners = Manners(self._settings.timeout, ROBOTS_BYTES, self._settings.allow_private, rate=rate)
        try:
            answer = self._web.get(self._robots, manners)
        except DumpRefused as refused:
            raise SourceFailed(refused.where, refused.why) from None
        rules = answer.content.decode("utf-8", "replace") if answer.status == 200 else ""
        verdict = "yes" if allowed(rules, self._settings.url) else "no"
        return Looked(self.name, self._robots, f"{verdict} {now.isoformat()}")


def allowed(rules: str, url: str) -> bool:
    """Whether the text of a robots.txt permits us to fetch *url*; no rules permit everything."""
    parser = RobotFileParser()
    parser.parse(rules.splitlines())
    return parser.can_fetch(AGENT, url)
