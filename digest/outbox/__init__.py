"""Queued messages -> sent ones. The one place that decides about a second attempt.

    queued ──claim──> sending ──settle──> sent | dead
      ^                  │ └── no answer, or the process died ──> unknown ──claim──> sending
      └──── deferred ────┘

A row is claimed (durably) before anything is sent and settled right after, so a crash leaves a visible
`sending`, never a message that went out unseen. docs/reliability.md says what each state promises.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from digest.model import Delivery, Message
from digest.outbox.attempting import attempt
from digest.outbox.deciding import Policy, settlement
from digest.outbox.seams import Asks, Channel, Helpers, Watch
from digest.outbox.sending import Sender
from digest.outbox.tally import Deliveries
from digest.store import Store

__all__ = ["Asks", "Channel", "Deliveries", "Helpers", "Policy", "Watch", "attempt", "deliver", "resend", "settlement"]

UNWATCHED = Watch()
USUAL = Policy()
NOBODY: Mapping[str, Helpers] = {}


def deliver(
    store: Store,
    channels: Mapping[str, Channel],
    render: Callable[[Delivery], Message],
    clock: Callable[[], datetime],
    rng: random.Random,
    *,
    watch: Watch = UNWATCHED,
    stop: threading.Event | None = None,
    policy: Policy = USUAL,
    wait: Callable[[float], object] | None = None,
    helpers: Mapping[str, Helpers] = NOBODY,
    among: Collection[str] | None = None,
) -> Deliveries:
    """Send every message that is due, once, and record each outcome at once.

    With *wait*, which takes seconds, what becomes due within `Policy.patience` is waited for and tried again, so
    that a server's "in half a minute" does not mean tomorrow; without it (a frozen clock) nothing is tried twice
    in one call. A channel whose server is away costs one attempt; a paused one
    none, or one an hour. *stop* ends the work after the messages in flight. *helpers*, by channel, try messages in
    our place once the channel has taken one. With *among* only the messages of these keys are sent.
    Raises StoreError when an outcome cannot be recorded: what is in flight is then found in doubt later.
    """
    stop = stop or threading.Event()
    with store.delivering(clock()) as doubtful:
        store.note_flights()
        sender = Sender(store, channels, render, clock, rng, policy, watch, stop, helpers, among)
        for delivery in doubtful:
            sender.tally.count("unknown", delivery, "a process died while this was on its way; it may have arrived")
        watch.at("expired")
        while True:
            while not stop.is_set() and (batch := sender.claim()):
                watch.at("claimed")
                sender.send_all(batch)
            if wait is None or stop.is_set() or (pause := sender.pause()) is None:
                return sender.report()
            wait(pause)


def resend(store: Store, key: str, now: datetime) -> bool:
    """Queue the message *key* once more, and lift what keeps its target from getting it; False if there is none."""
    delivery = store.delivery(key)
    if delivery is None or not store.retry(key, now):
        return False
    store.unsuppress(str(delivery.target))
    store.resume(delivery.target.channel)
    return True
