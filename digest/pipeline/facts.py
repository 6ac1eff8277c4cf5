"""The facts that troubles are read from, gathered from the store at one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from digest.model import Delivery, DoubtedClock, Pause, RunReport, Settings, SourceHealth
from digest.store import Store, Waiting

LOST_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Facts:
    """What troubles are read from. *refused* maps a dump that still lies there to why.

    *last* is the newest pass, *worked* the newest one that had something to do.
    """

    settings: Settings
    now: datetime
    restored_at: datetime | None = None
    clock: DoubtedClock | None = None
    paused: Mapping[str, Pause] | None = None
    suppressed: Mapping[str, str] | None = None
    waiting: Mapping[str, Waiting] | None = None
    lost: Sequence[Delivery] = ()
    sources: Mapping[str, SourceHealth] | None = None
    refused: Mapping[str, str] | None = None
    last_news: datetime | None = None
    last: RunReport | None = None
    worked: RunReport | None = None


def gather(store: Store, settings: Settings, now: datetime, last: RunReport | None = None) -> Facts:
    """Read the facts; *last* is the pass that is just ending, else the last one that is remembered."""
    passes = [*([last] if last else []), *store.reports(5)]
    return Facts(
        settings,
        now,
        restored_at=store.restored_at(),
        clock=store.doubted_clock(),
        paused=store.paused(),
        suppressed=store.suppressed(),
        waiting=store.waiting(now),
        lost=store.lost(now - LOST_SINCE),
        sources=store.source_health(),
        refused=_still_there(store, settings),
        last_news=store.last_news() or store.first_pass(),
        last=next(iter(passes), None),
        worked=next((one for one in passes if not one.quiet), None),
    )


def _still_there(store: Store, settings: Settings) -> dict[str, str]:
    refused = {where: why for source in settings.sources for where, why in store.refusals(source.name).items()}
    return {where: why for where, why in refused.items() if Path(where).exists()}


def when(instant: datetime) -> str:
    """An instant for a person, in UTC."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"
