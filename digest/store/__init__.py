"""What the bot remembers: papers and where they were seen, editions, deliveries, passes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.model import Opinion, Settlement, Vote
    from digest.store.asking import Term, by_author, terms
    from digest.store.joins import Joined
    from digest.store.measures import Measures, Sent
    from digest.store.mutes import Mute, MuteKind
    from digest.store.queueing import pack
    from digest.store.searching import Found, Wanted
    from digest.store.store import Store
    from digest.store.texts import Form, Standing, StoredText
    from digest.store.totals import SLOWEST
    from digest.store.values import (
        EditionState,
        Event,
        Offer,
        PackedEdition,
        Queued,
        QueuedEdition,
        Rest,
        Status,
        Told,
        Waiting,
    )
    from digest.store.writer import Writer

__all__ = [
    "SLOWEST",
    "EditionState",
    "Event",
    "Form",
    "Found",
    "Joined",
    "Measures",
    "Mute",
    "MuteKind",
    "Offer",
    "Opinion",
    "PackedEdition",
    "Queued",
    "QueuedEdition",
    "Rest",
    "Sent",
    "Settlement",
    "Standing",
    "Status",
    "Store",
    "StoredText",
    "Term",
    "Told",
    "Vote",
    "Waiting",
    "Wanted",
    "Writer",
    "by_author",
    "pack",
    "terms",
]

_AT = {
    "SLOWEST": "totals",
    "Form": "texts",
    "Found": "searching",
    "Joined": "joins",
    "Mute": "mutes",
    "MuteKind": "mutes",
    "Measures": "measures",
    "Opinion": "votes",
    "Sent": "measures",
    "Settlement": "deliveries",
    "Standing": "texts",
    "Store": "store",
    "StoredText": "texts",
    "Term": "asking",
    "Vote": "votes",
    "Wanted": "searching",
    "Writer": "writer",
    "by_author": "asking",
    "pack": "queueing",
    "terms": "asking",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: finding papers (`finding`) needs no SQLAlchemy, and a fifth of the time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT.get(name, 'values')}"), name)
