"""What a pass of the outbox did: its counts, what waits, and what a person should see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.model import Delivery, Failure, Pause


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What a pass did: counts of "sent", "deferred", "dead", "unknown", and what a person should see."""

    counts: Mapping[str, int]
    failures: tuple[Failure, ...]


class Tally:
    """Grows while a pass goes on; *event* gets each outcome with its delivery and the words."""

    def __init__(self, event: Callable[[str, Delivery, str], None]) -> None:
        self._event = event
        self._counts = Counter(sent=0, deferred=0, dead=0, unknown=0)
        self._failed: list[Failure] = []
        self._deferred: dict[tuple[str, str], list[str]] = {}  # (channel, why): keys
        self._due: dict[str, tuple[datetime, str]] = {}  # deferred in this pass: when they are due again, and channel

    def count(self, what: str, delivery: Delivery, said: str) -> None:
        """Count an outcome; what a person should see becomes a failure."""
        self._counts[what] += 1
        self._event(what, delivery, said)
        if what == "deferred":
            self._deferred.setdefault((delivery.target.channel, said), []).append(delivery.key)
        elif what != "sent":
            self._failed.append(Failure(delivery.key, f"{what}: {said}", passing=what == "unknown"))

    def fail(self, failure: Failure) -> None:
        """Add what is not the outcome of one message."""
        self._failed.append(failure)

    def waits(self, delivery: Delivery, until: datetime) -> None:
        """Remember when *delivery* may be tried again."""
        self._due[delivery.key] = until, delivery.target.channel

    def forget(self, key: str) -> None:
        """What was deferred earlier in this pass is tried again: how that ends is what counts."""
        if self._due.pop(key, None) is None:
            return
        for keys in self._deferred.values():
            if key in keys:
                keys.remove(key)
                self._counts["deferred"] -= 1

    def next_due(self, resting: Collection[str]) -> datetime | None:
        """When the first message that waits may be tried again, those of *resting* channels left out."""
        return min((due_at for due_at, channel in self._due.values() if channel not in resting), default=None)

    def report(self, paused: Mapping[str, Pause]) -> Deliveries:
        """Say what was done; a paused channel is one failure, and so are a thousand messages with one cause to wait."""
        failures = list(self._failed)
        for name, pause in paused.items():
            failures.append(Failure(name, f"paused, last refused {pause.since:%Y-%m-%d %H:%M} UTC: {pause.why}"))
        for (channel, why), keys in self._deferred.items():
            if channel not in paused and keys:
                where = keys[0] if len(keys) == 1 else f"{channel}: {len(keys)} messages"
                failures.append(Failure(where, f"will be tried again: {why}", passing=True))
        return Deliveries(dict(self._counts), tuple(failures))
