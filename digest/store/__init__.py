"""What the bot remembers: papers and where they were seen, editions, deliveries, passes."""

from digest.model import Settlement
from digest.store.joins import Joined
from digest.store.store import Store
from digest.store.values import EditionState, Event, Offer, Queued, QueuedEdition, Status, Told, Waiting
from digest.store.writer import Writer

__all__ = [
    "EditionState",
    "Event",
    "Joined",
    "Offer",
    "Queued",
    "QueuedEdition",
    "Settlement",
    "Status",
    "Store",
    "Told",
    "Waiting",
    "Writer",
]
