"""Quiet or broken? What a reader is told on a day without papers, and when a source is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model import Digest, Profile, SourceHealth, SourceSettings
from digest.render import wording_notes
from digest.sources import calendar
from digest.store import Store

FAILED_FOR = timedelta(days=1)
"""A source that fails for so long may be why nothing comes: a reader is told even on a quiet day."""
EMPTY_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stands around the editions of a pass: sources that fail now, when something last came in, empty runs.

    *pauses* says of sources with a calendar of their own why they have nothing today.
    """

    now: datetime
    failing: tuple[SourceHealth, ...] = ()
    last_news: datetime | None = None
    empty_runs: Mapping[str, int] = field(default_factory=dict)
    last_days: Mapping[str, date] = field(default_factory=dict)
    pauses: tuple[str, ...] = ()


def circumstances(
    store: Store, sources: Iterable[SourceSettings], profiles: Iterable[str], now: datetime
) -> Circumstances:
    """Read them; of these *sources*, and of *profiles* by name."""
    sources = list(sources)
    health = store.source_health()
    failing = [health[one.name] for one in sources if one.name in health and health[one.name].failing_since]
    names = list(profiles)
    runs, days = store.empty_runs(names), store.last_edition_day(names)
    pauses = dict.fromkeys(calendar.pause(now, one.holidays) for one in sources if one.kind == "arxiv")
    said = tuple(f"{pause}." for pause in pauses if pause)
    return Circumstances(now, tuple(failing), store.last_news(), runs, days, said)


def noted(digest: Digest, profile: Profile, around: Circumstances) -> Digest:
    """Return *digest* with what its reader should know; without papers and without a cause to say so it has no notes.

    A digest that has neither papers nor notes is not sent.
    """
    zone = ZoneInfo(profile.timezone)
    failing = tuple(
        wording_notes.source_failing(one.name, _day(one.failing_since, zone))
        for one in around.failing
        if one.failing_since
    )
    if digest.picks:
        return replace(digest, notes=(*digest.notes, *failing))
    counted = around.last_days.get(profile.name) == digest.date  # an empty one of today, which this one replaces
    row = max(1, around.empty_runs.get(profile.name, 0) + (not counted))
    cause = _cause(profile, around, row)
    if not cause:
        return replace(digest, notes=())
    news = around.last_news
    silent_since = (wording_notes.last_news(_day(news, zone)),) if news and not digest.considered else ()
    pauses = () if digest.considered else around.pauses
    return replace(digest, notes=(*digest.notes, *failing, *silent_since, *pauses, cause))


def _cause(profile: Profile, around: Circumstances, row: int) -> str:
    """Why a note is sent on a day without papers, in words; "" when none is."""
    if profile.quiet == "note":
        return wording_notes.NOTE_WISHED
    if profile.quiet == "silent":
        return ""
    if any(one.failing_since and around.now - one.failing_since >= FAILED_FOR for one in around.failing):
        return wording_notes.NOTE_FAILING
    return wording_notes.note_row(row) if row % EMPTY_IN_A_ROW == 0 else ""


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
