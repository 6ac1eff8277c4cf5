"""One attempt at one message: render, ask where there is doubt, send. However it ends, it ends in a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from digest.errors import Deferred, DeliveryError, Rejected, StoreError, TemplateFault, Unconfirmed
from digest.model import Delivery, Message
from digest.outbox.deciding import Outcome
from digest.outbox.seams import Asks, Channel


class Unrendered(Deferred):
    """A template is at fault: says nothing about the channel."""


def attempt(
    delivery: Delivery,
    channel: Channel,
    render: Callable[[Delivery], Message],
    clock: Callable[[], datetime],
    at: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Render *delivery* and send it through *channel*; *at* gets the name of each step.

    Raises StoreError when the store cannot be read.
    """
    try:
        message = render(delivery)
    except StoreError:
        raise
    except TemplateFault as error:
        return Unrendered(f"template: {error}")
    except Exception as error:
        return Rejected(f"cannot be rendered: {_place(error)}", scope="message")
    at("rendered")
    progress = delivery.remote_ids
    try:
        if delivery.doubts and isinstance(channel, Asks):
            found = channel.confirm(message, progress=progress)
            progress = found.remote_ids if found else ()
        receipt = channel.send(message, sent_at=clock(), progress=progress)
    except DeliveryError as error:
        return error
    except Exception as error:  # a bug of ours, and nobody knows how far it came
        return Unconfirmed(f"the channel broke: {_place(error)}", progress=progress)
    at("sent-not-settled")
    return receipt


def _place(error: Exception) -> str:
    """Name a bug by its kind and place; its text is left out, since it may hold what is secret."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return type(error).__name__ + (
        f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    )
