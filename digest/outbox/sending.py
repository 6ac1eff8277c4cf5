"""The work of one pass of the outbox: try each claimed message, record how it ended, learn from it."""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from digest.errors import Deferred, DeliveryError, Paused, Rejected, StoreError, TemplateFault, Unconfirmed
from digest.model import Delivery, Failure, Message, Receipt, Settlement
from digest.outbox.deciding import Outcome, Policy, due_again, settlement, stale
from digest.store import Store


class Channel(Protocol):
    """Sends one message, or raises a DeliveryError that says what may be done next; never tries again by itself.

    A channel that can send several at once says how many in `width`.
    """

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        """Send *message*; *progress* holds the remote ids of what an earlier attempt got through."""
        ...

    def check(self) -> str:
        """Say that the account works, without sending; raises DeliveryError."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Asks(Protocol):
    """A channel whose server can be asked what it has of a message."""

    def confirm(self, message: Message, *, progress: tuple[str, ...] = ()) -> Receipt | None:
        """Return what is there, its remote ids in order, or None; raises DeliveryError when it cannot tell."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """Where others look in: *at* gets the name of each step, so that a test can kill the process there;
    *event* gets each outcome with its delivery and the words.
    """

    at: Callable[[str], None] = lambda step: None
    event: Callable[[str, Delivery, str], None] = lambda what, delivery, said: None


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What a pass did: counts of "sent", "deferred", "dead", "unknown", and what a person should see."""

    counts: Mapping[str, int]
    failures: tuple[Failure, ...]


class _Unrendered(Deferred):
    """A template is at fault: says nothing about the channel."""


class Sender:
    """One pass: what it has learned about channels and targets, and what it did. Its lock is free while it sends."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        render: Callable[[Delivery], Message],
        clock: Callable[[], datetime],
        rng: random.Random,
        policy: Policy,
        watch: Watch,
        stop: threading.Event,
    ) -> None:
        self.store, self.channels, self.render, self.clock, self.rng = store, channels, render, clock, rng
        self.policy, self.watch, self.stop = policy, watch, stop
        self._lock, self._broken = threading.Lock(), False
        now = clock()
        self.paused = dict(store.paused())
        self.resting = {name for name, pause in self.paused.items() if now < pause.since + policy.probe_after}
        self.proven: set[str] = set()  # channels that took something in this pass
        self.refusals: Counter[str] = Counter()
        self.suppressed = dict(store.suppressed())
        self.waiting: dict[str, datetime] = {}  # targets that were told to wait, until when
        self.laters: Counter[str] = Counter()  # "later" in a row, by channel
        self.due: dict[str, tuple[datetime, str]] = {}  # deferred in this pass: when they are due again, and channel
        self.patience = policy.patience
        self.counts = Counter(sent=0, deferred=0, dead=0, unknown=0)
        self.failed: list[Failure] = []
        self.deferred: dict[tuple[str, str], list[str]] = {}  # (channel, why): keys

    def claim(self) -> list[Delivery]:
        """Take the next messages that are due, but none of a channel that rests."""
        policy = self.policy
        return self.store.claim(self.clock(), lease=policy.lease, limit=policy.batch, skip=sorted(self.resting))

    def pause(self) -> float | None:
        """How many seconds to wait for the next deferred message; None when that is more than patience is left."""
        now = self.clock()
        waiting = [due_at for due_at, channel in self.due.values() if channel not in self.resting]
        seconds = max((min(waiting) - now).total_seconds(), 0.1) if waiting else self.patience + 1
        if seconds > self.patience:
            return None
        self.patience -= seconds
        return seconds

    def send_all(self, batch: Sequence[Delivery]) -> None:
        """Try each message of *batch*, several at once where the channel can; what was not tried goes back as it was.

        A channel proves itself with one message before it gets several.
        """
        left = deque(batch)
        try:
            while left:
                width = min(self._width(left[0]), len(left))
                if width == 1:
                    self._one(left.popleft())
                    continue
                self._side_by_side(left, width)
        finally:
            for delivery in left:
                self._give_back(delivery, self.clock())

    def _side_by_side(self, left: deque[Delivery], width: int) -> None:
        """Let *width* threads work on *left*; whatever breaks one ends them all after the message in hand."""
        with ThreadPoolExecutor(width) as pool:
            try:
                for worker in [pool.submit(self._several, left) for _ in range(width)]:
                    worker.result()
            except BaseException:
                self._broken = True
                raise

    def _several(self, left: deque[Delivery]) -> None:
        """The work of one thread: messages from *left* as long as they may be sent side by side."""
        while True:
            with self._lock:
                if self._broken or not left or self._width(left[0]) == 1:
                    return
                delivery = left.popleft()
            try:
                self._one(delivery)
            except BaseException:
                self._broken = True
                raise

    def _one(self, delivery: Delivery) -> None:
        with self._lock:
            until = self._not_now(delivery)
            if until is not None:
                self._give_back(delivery, until)
                return
        outcome = self._attempt(delivery)
        with self._lock:
            self._forget(delivery.key)
            self._settle(delivery, outcome)

    def _width(self, delivery: Delivery) -> int:
        channel = delivery.target.channel
        return int(getattr(self.channels[channel], "width", 1)) if channel in self.proven else 1

    def _not_now(self, delivery: Delivery) -> datetime | None:
        """Until when *delivery* must wait through no fault of its own, or None when it may be tried."""
        now, channel = self.clock(), delivery.target.channel
        if channel not in self.channels and channel not in self.resting:
            self.resting.add(channel)
            self.failed.append(Failure(channel, "messages wait for this channel, and the config has no account for it"))
        leased = delivery.leased_until
        too_late = leased is not None and now + self.policy.longest_send > leased
        if self.stop.is_set() or too_late or channel in self.resting:
            return now
        until = self.waiting.get(str(delivery.target), now)
        return until if until > now else None

    def _give_back(self, delivery: Delivery, until: datetime) -> None:
        untried = Settlement("queued", until, said=delivery.error, counts=False)
        if until > self.clock():
            self.due[delivery.key] = until, delivery.target.channel
        self.store.settle(delivery.key, delivery.token, untried, self.clock())

    # ------------------------------------------------------------ one message

    def _attempt(self, delivery: Delivery) -> Outcome:
        """Render and send; every way in which that can end is a value here, but for a store that fails."""
        why = self.suppressed.get(str(delivery.target))
        if why is not None:
            return Rejected(f"{delivery.target} is suppressed: {why}", scope="message")
        if (why := stale(delivery, self.clock(), self.policy)) is not None:
            return Rejected(why, scope="message")
        try:
            message = self.render(delivery)
        except StoreError:
            raise
        except TemplateFault as error:
            return _Unrendered(f"template: {error}")
        except Exception as error:
            return Rejected(f"cannot be rendered: {_place(error)}", scope="message")
        self.watch.at("rendered")
        return self._send(delivery, message)

    def _send(self, delivery: Delivery, message: Message) -> Outcome:
        channel, progress = self.channels[delivery.target.channel], delivery.remote_ids
        try:
            if delivery.doubts and isinstance(channel, Asks):
                found = channel.confirm(message, progress=progress)
                progress = found.remote_ids if found else ()
            receipt = channel.send(message, sent_at=self.clock(), progress=progress)
        except DeliveryError as error:
            return error
        except Exception as error:  # a bug of ours, and nobody knows how far it came
            return Unconfirmed(f"the channel broke: {_place(error)}", progress=progress)
        self.watch.at("sent-not-settled")
        return receipt

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Record how it ended at once, then learn from it."""
        now, channel = self.clock(), self.channels[delivery.target.channel]
        due_at = due_again(outcome, delivery.attempts, now, self.policy, self.rng)
        verdict = settlement(delivery, outcome, due_at, self.policy, can_ask=isinstance(channel, Asks))
        if not self.store.settle(delivery.key, delivery.token, verdict, now):
            self.watch.event("late", delivery, "the lease ran out and another worker has this message now")
        self.watch.at("settled")
        self.count("deferred" if verdict.state == "queued" else verdict.state, delivery, verdict.said)
        if verdict.state == "queued" and verdict.due_at is not None:
            self.due[delivery.key] = verdict.due_at, delivery.target.channel
        self._learn(delivery, outcome, now)

    def _learn(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """What an outcome says about the messages after it."""
        channel, target = delivery.target.channel, str(delivery.target)
        if isinstance(outcome, Receipt):
            self.proven.add(channel)
            self.refusals[channel] = self.laters[channel] = 0
            if self.paused.pop(channel, None) is not None:
                self.store.resume(channel)
        elif isinstance(outcome, Paused):
            self._pause(channel, outcome.why, now)
        elif isinstance(outcome, Rejected):
            self._learn_refusal(delivery, outcome, now)
        elif isinstance(outcome, Deferred) and outcome.scope == "channel":
            self.resting.add(channel)
        elif isinstance(outcome, Deferred) and outcome.retry_after is not None:
            self.waiting[target] = due_again(outcome, 0, now, self.policy, self.rng)
        elif isinstance(outcome, Deferred) and not isinstance(outcome, _Unrendered):
            self.laters[channel] += 1
            if self.laters[channel] >= self.policy.laters:
                self.resting.add(channel)  # it says so to everybody: no need to ask for each of ten thousand

    def _learn_refusal(self, delivery: Delivery, refusal: Rejected, now: datetime) -> None:
        channel, target = delivery.target.channel, str(delivery.target)
        if refusal.scope == "address":
            self.store.suppress(target, refusal.why, now)
            self.suppressed[target] = refusal.why
        elif refusal.scope == "channel":
            self.refusals[channel] += 1
            if self.refusals[channel] >= self.policy.refusals:
                self._pause(channel, f"{refusal.why} ({self.policy.refusals} in a row)", now)

    def _pause(self, channel: str, why: str, now: datetime) -> None:
        self.resting.add(channel)
        self.store.resume(channel)  # a pause counts from the last refusal, so that it is tried once an hour
        self.store.pause(channel, why, now)

    # ------------------------------------------------------------ the report

    def count(self, what: str, delivery: Delivery, said: str) -> None:
        """Count an outcome; what a person should see becomes a failure."""
        self.counts[what] += 1
        self.watch.event(what, delivery, said)
        if what == "deferred":
            self.deferred.setdefault((delivery.target.channel, said), []).append(delivery.key)
        elif what != "sent":
            self.failed.append(Failure(delivery.key, f"{what}: {said}", passing=what == "unknown"))

    def _forget(self, key: str) -> None:
        """What was deferred earlier in this pass is tried again: how that ends is what counts."""
        if self.due.pop(key, None) is None:
            return
        for keys in self.deferred.values():
            if key in keys:
                keys.remove(key)
                self.counts["deferred"] -= 1

    def report(self) -> Deliveries:
        """Say what was done; a paused channel is one failure, and so are a thousand messages with one cause to wait."""
        failures, paused = list(self.failed), self.store.paused()
        for name, pause in paused.items():
            failures.append(Failure(name, f"paused, last refused {pause.since:%Y-%m-%d %H:%M} UTC: {pause.why}"))
        for (channel, why), keys in self.deferred.items():
            if channel not in paused and keys:
                where = keys[0] if len(keys) == 1 else f"{channel}: {len(keys)} messages"
                failures.append(Failure(where, f"will be tried again: {why}", passing=True))
        return Deliveries(dict(self.counts), tuple(failures))


def _place(error: Exception) -> str:
    """Name a bug by its kind and place; its text is left out, since it may hold what is secret."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return type(error).__name__ + (
        f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    )
