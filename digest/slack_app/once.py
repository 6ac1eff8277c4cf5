"""What came before: Slack sends again what it believes unheard, and so may who recorded a request."""

from __future__ import annotations

import threading

REMEMBERED = 600.0
"""Seconds: twice what a signature is good for."""


class Once:
    """Knows the names of what was heard lately; safe to share between threads."""

    def __init__(self) -> None:
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()

    def first(self, name: str, now: float) -> bool:
        """Whether *name* comes for the first time within ten minutes; *now* in seconds from anywhere."""
        with self._lock:
            while self._heard and now - next(iter(self._heard.values())) > REMEMBERED:
                del self._heard[next(iter(self._heard))]
            if name in self._heard:
                return False
            self._heard[name] = now
            return True
