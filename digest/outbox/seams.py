"""What the outbox works with: channels, helpers that send in its place, and those who look on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from digest.model import Delivery, Message, Receipt
from digest.outbox.deciding import Outcome


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


class Helpers(Protocol):
    """Others who render and send for a channel, *width* messages at once."""

    width: int

    def attempt(self, delivery: Delivery, now: datetime) -> Outcome:
        """Try *delivery* once, as `attempting.attempt` does."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """Where others look in: *at* gets the name of each step, so that a test can kill the process there;
    *event* gets each outcome with its delivery and the words.
    """

    at: Callable[[str], None] = lambda step: None
    event: Callable[[str, Delivery, str], None] = lambda what, delivery, said: None
