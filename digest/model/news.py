"""What is known of a paper, and what is news about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from digest.model.shown import DatedBy, Paper, ShownDate

ChangeKind = Literal["new", "updated"]

SPLIT = ("split",)
"""The fields of a paper that is new because it was split off another one: some readers may have been offered it."""

Cause = Literal["new", "text", "code", "surge"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier sighting of a known paper, without its texts: enough to say which count, date and text win.

    *place* and *read_at* are the address and the instant of a dump that was fetched by its address, else "" and
    None: what is read there later replaces what was read there before.
    """

    dump_id: str
    captured_on: date | None
    dated_by: DatedBy
    shown: ShownDate | None = None
    published: date | None = None
    upvotes: int | None = None
    num_comments: int | None = None
    version: int | None = None
    place: str = ""
    read_at: datetime | None = None

    @property
    def as_of(self) -> date | None:
        """The day of its counts: that of the fetch where there was one, since a day's list goes on counting."""
        return self.read_at.date() if self.read_at else self.captured_on


@dataclass(frozen=True, slots=True)
class Known:
    """A paper as the store remembers it, with what is needed to merge a further sighting in any order.

    *texts_from* maps a merged field ("title", "abstract", ...) to the id of the dump that it came
    from; *shows* is the union of the fields that its dumps' styles can show; *titles* holds every
    normalised title it was seen under; *causes* the update causes already announced; *names* its other
    permanent names ("doi:...", "openreview:...").
    """

    paper: Paper
    seen: tuple[Seen, ...] = ()
    texts_from: Mapping[str, str] = field(default_factory=dict)
    shows: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()
    causes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Join:
    """A sighting, or by hand a paper, that was taken for another paper although its title or abstract differs.

    *found* is what was taken, with its own texts and sightings; *before* the paper as it was then. *reason* is that of
    the match or "by hand", *similarity* lies in [0, 1].
    """

    found: Known
    before: Known
    reason: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Change:
    """News about a paper. *id* is the store's ever-growing number of it (0 before it is stored).

    *fields* names what changed ("abstract", "code_url"); empty for a new paper, `SPLIT` for one that was split off.
    """

    paper: Paper
    kind: ChangeKind
    cause: Cause = "new"
    fields: tuple[str, ...] = ()
    id: int = 0
