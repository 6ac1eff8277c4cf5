"""Channels whose servers may say anything, our own secret included: their words are cleared before they are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from digest.errors import DeliveryError
from digest.model import Message, Receipt
from digest.outbox import Asks, Channel

T = TypeVar("T")


def careful(channel: Channel, hide: Callable[[str], str]) -> Channel:
    """Return *channel* with the server's words cleared of what *hide* knows."""
    return _Asked(channel, hide) if isinstance(channel, Asks) else _Careful(channel, hide)


class _Careful:
    def __init__(self, channel: Channel, hide: Callable[[str], str]) -> None:
        self._channel, self._hide = channel, hide
        self.width = int(getattr(channel, "width", 1))

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        receipt = self._cleared(lambda: self._channel.send(message, sent_at=sent_at, progress=progress))
        return replace(receipt, said=self._hide(receipt.said))

    def check(self) -> str:
        return self._cleared(self._channel.check)

    def close(self) -> None:
        self._channel.close()

    def _cleared(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except DeliveryError as error:
            error.why = self._hide(error.why)
            error.args = (error.why,)
            raise


class _Asked(_Careful):
    def confirm(self, message: Message, *, progress: tuple[str, ...] = ()) -> Receipt | None:
        channel = self._channel
        assert isinstance(channel, Asks)  # noqa: S101 a promise to the type checker; `careful` looked
        return self._cleared(lambda: channel.confirm(message, progress=progress))
