"""What becomes of a message after an attempt: pure, so that every case can be looked at."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.errors import Deferred, DeliveryError, Paused, Rejected, Unconfirmed
from digest.model import Delivery, Receipt, Settlement

Outcome = Receipt | DeliveryError
"""How an attempt ended, as a value."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient the outbox is."""

    batch: int = 200  # what was claimed and not begun when a process dies is not in doubt
    lease: timedelta = timedelta(minutes=30)
    longest_send: timedelta = timedelta(minutes=12)  # ten of them for the answer after the final dot
    first_wait: float = 300.0  # seconds; first and longest wait as Postfix has them, nearly
    longest_wait: float = 4 * 3600.0
    attempts: int = 100
    resends: int = 1  # after no answer, where the server cannot be asked
    stale_after: timedelta = timedelta(days=3)
    refusals: int = 3  # in a row, that look meant for everything we send: the channel is paused
    probe_after: timedelta = timedelta(hours=1)
    laters: int = 20  # "later" in a row, for one message after the other: the channel rests for this pass
    patience: float = 60.0  # seconds that one pass waits in all for what becomes due meanwhile

    def wait(self, attempts: int, rng: random.Random) -> timedelta:
        """How long to wait after attempt number *attempts*: exponential with full jitter, at least a second."""
        longest = min(self.longest_wait, self.first_wait * 2.0 ** min(max(attempts - 1, 0), 30))
        return timedelta(seconds=rng.uniform(1.0, max(longest, 1.0)))


def due_again(outcome: Outcome, attempts: int, now: datetime, policy: Policy, rng: random.Random) -> datetime:
    """When a message may be tried again: what the server named, to the letter, else a backoff; at once when paused."""
    if isinstance(outcome, Deferred) and outcome.retry_after is not None:
        return now + timedelta(seconds=outcome.retry_after)
    return now if isinstance(outcome, Paused) else now + policy.wait(attempts, rng)


def settlement(delivery: Delivery, outcome: Outcome, due_at: datetime, policy: Policy, *, can_ask: bool) -> Settlement:
    """Decide what becomes of *delivery*; *due_at* is when it may be tried again, if at all.

    Silence after the hand-over is doubt. Where the server can be asked (*can_ask*) the message stays
    `unknown` until it was; elsewhere it is sent once more, under the same Message-ID, and then given up.
    """
    if isinstance(outcome, Receipt):
        return Settlement("sent", remote_ids=outcome.remote_ids, said=outcome.said)
    kept = Settlement("queued", due_at, outcome.progress or delivery.remote_ids, outcome.why)
    dead = replace(kept, state="dead", due_at=None)
    told_to_wait = isinstance(outcome, Deferred) and outcome.retry_after is not None
    if isinstance(outcome, Paused) or told_to_wait:
        return replace(kept, counts=False)
    if isinstance(outcome, Rejected):
        return dead
    if delivery.attempts >= policy.attempts:
        return replace(dead, said=f"{outcome.why} (given up after {delivery.attempts} tries)")
    if not isinstance(outcome, Unconfirmed):
        return kept
    if not can_ask and delivery.doubts >= policy.resends:
        return replace(dead, said=f"{outcome.why}, again; it may have arrived")
    return replace(kept, state="unknown")


def stale(delivery: Delivery, now: datetime, policy: Policy) -> str | None:
    """Say why *delivery* is too old to be sent, or None: a digest of last week is no news."""
    queued_at = delivery.queued_at
    if queued_at is None or now - queued_at <= policy.stale_after:
        return None
    return f"stale: it waited for {(now - queued_at).days} days. The last answer was: {delivery.error or 'none'}"
