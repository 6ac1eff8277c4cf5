"""One pace for all workers: the turns that `channels.pace.Pace` gives within a process, kept in the store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from digest.store import Store


class SharedPace:
    """Lets *per_second* turns through for each name, after *burst* at once, over all processes with this store.

    *wait* takes seconds; one that returns early (the worker is told to stop) lets the turn through. Where turns
    come by the second or faster, those of a second are taken together, so that the store is not asked for each.
    """

    def __init__(
        self,
        store: Store,
        server: str,
        per_second: float,
        burst: int,
        *,
        wait: Callable[[float], object],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._server, self._wait, self._clock = store, server, wait, clock
        self._step, self._burst = timedelta(seconds=1.0 / per_second), burst
        self._at_once = max(1, int(per_second)) if burst == 1 else 1
        self._taken: dict[str, list[datetime]] = {}  # turns that are ours, by name, the last first
        self._lock = threading.Lock()

    def turn(self, name: str = "") -> None:
        """Wait until it is the turn of *name*, and take it."""
        with self._lock:
            now = self._clock()
            # A turn of long ago must not be caught up on: it was not used.
            mine = [due for due in self._taken.get(name, []) if due >= now - timedelta(seconds=1)]
            if not mine:
                first = self._store.take_turns(f"{self._server}/{name}", self._at_once, self._step, now)
                mine = [first + n * self._step for n in reversed(range(self._at_once))]
            due = mine.pop()
            self._taken[name] = mine
        early = (due - (self._burst - 1) * self._step - now).total_seconds()
        if early > 0:
            self._wait(early)
