"""How often somebody may ask: pure, with a bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST = 10_000
"""Askers that are remembered; of more the one that was quiet longest is forgotten, which gives it a full bucket."""


class Bucket:
    """Each asker has a bucket of *room* tokens that fills with *per_second*; asking takes one."""

    def __init__(self, room: float, per_second: float) -> None:
        self._room, self._rate = room, per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, who: str, now: float) -> bool:
        """Whether *who* could ask now; takes nothing."""
        with self._lock:
            left, at = self._left.get(who, (self._room, now))
            return min(self._room, left + max(0.0, now - at) * self._rate) >= 1

    def take(self, who: str, now: float) -> bool:
        """Whether *who* may ask now; *now* counts seconds from anywhere."""
        with self._lock:
            left, at = self._left.pop(who, (self._room, now))
            left = min(self._room, left + max(0.0, now - at) * self._rate)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > MOST:
                self._left.popitem(last=False)
            return left >= 1
