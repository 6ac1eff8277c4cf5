"""What the bot remembers: papers and where they were seen, editions, deliveries, passes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.model import Settlement
    from digest.store.joins import Joined
    from digest.store.queueing import pack
    from digest.store.store import Store
    from digest.store.values import (
        EditionState,
        Event,
        Offer,
        PackedEdition,
        Queued,
        QueuedEdition,
        Status,
        Told,
        Waiting,
    )
    from digest.store.writer import Writer

__all__ = [
    "EditionState",
    "Event",
    "Joined",
    "Offer",
    "PackedEdition",
    "Queued",
    "QueuedEdition",
    "Settlement",
    "Status",
    "Store",
    "Told",
    "Waiting",
    "Writer",
    "pack",
]

_AT = {"Joined": "joins", "Settlement": "deliveries", "Store": "store", "Writer": "writer", "pack": "queueing"}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: finding papers (`finding`) needs no SQLAlchemy, and a fifth of the time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT.get(name, 'values')}"), name)
