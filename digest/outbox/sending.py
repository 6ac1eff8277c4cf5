"""The work of one pass of the outbox: try each claimed message, record how it ended, learn from it."""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from digest.errors import Deferred, Paused, Rejected
from digest.model import Delivery, Failure, Message, Receipt, Settlement
from digest.outbox.attempting import Unrendered, attempt
from digest.outbox.deciding import Outcome, Policy, due_again, settlement, stale
from digest.outbox.seams import Asks, Channel, Helpers, Watch
from digest.outbox.tally import Deliveries, Tally
from digest.store import Store


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
        helpers: Mapping[str, Helpers],
        among: Collection[str] | None,
    ) -> None:
        self.store, self.channels, self.render, self.clock, self.rng = store, channels, render, clock, rng
        self.policy, self.watch, self.stop, self.helpers, self.among = policy, watch, stop, helpers, among
        self._lock, self._broken = threading.Lock(), False
        now = clock()
        self.paused = dict(store.paused())
        self.resting = {name for name, pause in self.paused.items() if now < pause.since + policy.probe_after}
        self.proven: set[str] = set()  # channels that took something in this pass
        self.refusals: Counter[str] = Counter()
        self.suppressed = dict(store.suppressed())
        self.waiting: dict[str, datetime] = {}  # targets that were told to wait, until when
        self.laters: Counter[str] = Counter()  # "later" in a row, by channel
        self.patience = policy.patience
        self.tally = Tally(watch.event)

    def claim(self) -> list[Delivery]:
        """Take the next messages that are due, but none of a channel that rests."""
        policy, resting = self.policy, sorted(self.resting)
        return self.store.claim(self.clock(), lease=policy.lease, limit=policy.batch, skip=resting, among=self.among)

    def pause(self) -> float | None:
        """How many seconds to wait for the next deferred message; None when that is more than patience is left."""
        now = self.clock()
        due_at = self.tally.next_due(self.resting)
        if due_at is None or (seconds := max((due_at - now).total_seconds(), 0.1)) > self.patience:
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
        with self.store.flying(delivery):
            outcome = self._attempt(delivery)
            with self._lock:
                self.tally.forget(delivery.key)
                self._settle(delivery, outcome)

    def _width(self, delivery: Delivery) -> int:
        channel = delivery.target.channel
        if channel not in self.proven:
            return 1
        return int(getattr(self.helpers.get(channel) or self.channels[channel], "width", 1))

    def _not_now(self, delivery: Delivery) -> datetime | None:
        """Until when *delivery* must wait through no fault of its own, or None when it may be tried."""
        now, channel = self.clock(), delivery.target.channel
        if channel not in self.channels and channel not in self.resting:
            self.resting.add(channel)
            self.tally.fail(Failure(channel, "messages wait for this channel, and the config has no account for it"))
        leased = delivery.leased_until
        too_late = leased is not None and now + self.policy.longest_send > leased
        if self.stop.is_set() or too_late or channel in self.resting:
            return now
        until = self.waiting.get(str(delivery.target), now)
        return until if until > now else None

    def _give_back(self, delivery: Delivery, until: datetime) -> None:
        untried = Settlement("queued", until, said=delivery.error, counts=False)
        if until > self.clock():
            self.tally.waits(delivery, until)
        self.store.settle(delivery.key, delivery.token, untried, self.clock())

    # ------------------------------------------------------------ one message

    def _attempt(self, delivery: Delivery) -> Outcome:
        """Try it here, or have a helper do it where the channel has proven itself."""
        why = self.suppressed.get(str(delivery.target))
        if why is not None:
            return Rejected(f"{delivery.target} is suppressed: {why}", scope="message")
        if (why := stale(delivery, self.clock(), self.policy)) is not None:
            return Rejected(why, scope="message")
        channel = delivery.target.channel
        if channel in self.proven and channel in self.helpers:
            return self.helpers[channel].attempt(delivery, self.clock())
        return attempt(delivery, self.channels[channel], self.render, self.clock, self.watch.at)

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Record how it ended at once, then learn from it."""
        now, channel = self.clock(), self.channels[delivery.target.channel]
        due_at = due_again(outcome, delivery.attempts, now, self.policy, self.rng)
        verdict = settlement(delivery, outcome, due_at, self.policy, can_ask=isinstance(channel, Asks))
        if not self.store.settle(delivery.key, delivery.token, verdict, now):
            self.watch.event("late", delivery, "the lease ran out and another worker has this message now")
        self.watch.at("settled")
        self.tally.count("deferred" if verdict.state == "queued" else verdict.state, delivery, verdict.said)
        if verdict.state == "queued" and verdict.due_at is not None:
            self.tally.waits(delivery, verdict.due_at)
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
        elif isinstance(outcome, Deferred) and not isinstance(outcome, Unrendered):
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

    def report(self) -> Deliveries:
        """Say what was done."""
        return self.tally.report(self.store.paused())
