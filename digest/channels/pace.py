"""No faster than a server wants it: each name has its own pace, and one that is waited for holds up no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol


class Turns(Protocol):
    """Whoever says when it is whose turn."""

    def turn(self, name: str = "") -> None:
        """Wait until it is the turn of *name*, and take it."""


class Pace:
    """Lets *per_second* turns through for each name, after *burst* at once; safe to share between threads.

    *wait* takes seconds; one that returns early (the bot is told to stop) lets the turn through.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        *,
        wait: Callable[[float], object] = time.sleep,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step, self._burst, self._wait, self._steady = 1.0 / per_second, burst, wait, steady
        self._free: dict[str, float] = {}  # when the next turn of each name would be due at an even pace
        self._lock = threading.Lock()

    def turn(self, name: str = "") -> None:
        """Wait until it is the turn of *name*, and take it."""
        with self._lock:
            now = self._steady()
            free = max(self._free.get(name, now), now)
            self._free[name] = free + self._step
        early = free - (self._burst - 1) * self._step - now
        if early > 0:
            self._wait(early)
