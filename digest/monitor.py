"""A cron monitor from outside: it hears of every pass, and calls when it hears nothing (as healthchecks does)."""

from __future__ import annotations

from datetime import datetime, timedelta

TIMEOUT = 5.0
"""Seconds that a ping may take; a monitor that is away costs a pass no more than that, twice."""
MOST = 10_000
"""Bytes of a report that are sent along."""
EVERY = timedelta(minutes=5)
"""How often a service that has nothing to do says that it lives."""


class Monitor:
    """Pings *url*, *url*/start and *url*/fail. No method raises; each returns "" or why the ping failed."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self._url, self._timeout = url, timeout
        self._last: tuple[datetime, bool] | None = None

    def start(self) -> str:
        """Say that a pass begins."""
        return self._ping("/start", "")

    def finish(self, body: str, *, failed: bool) -> str:
        """Say that a pass ended, with its report."""
        return self._ping("/fail" if failed else "", body)

    def heartbeat(self, now: datetime, body: str, *, failed: bool, quiet: bool) -> str:
        """Say how a pass of a service ended: at once when there is something to say, else now and then."""
        last, self._last = self._last, (now, failed)
        if last and quiet and last[1] == failed and timedelta() <= now - last[0] < EVERY:
            self._last = last
            return ""
        return self.finish(body, failed=failed)

    def _ping(self, end: str, body: str) -> str:
        import httpx  # a tenth of a second, spent only by who has a monitor

        content = body.encode()[:MOST]
        try:
            httpx.post(self._url + end, content=content, timeout=self._timeout).raise_for_status()
        except httpx.HTTPStatusError as error:
            return f"the monitor answered {error.response.status_code}"
        except Exception as error:  # whatever it is, a pass goes on; the address stays out of the words
            return f"the monitor cannot be reached ({type(error).__name__})"
        return ""
