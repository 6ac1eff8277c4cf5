"""What a pass did, and what an operator must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from digest.model.sent import Day


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source fared: *failing_since* is None while it answers; *failures* counts those that are not yet forgotten.

    Each failure adds one, each answer after it takes one of the last three away.
    """

    name: str
    last_success: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class DoubtedClock:
    """The clock of a service said *said* when it should have been about *likely*; nothing is sent meanwhile."""

    said: datetime
    likely: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should look at. *cause* names it, so that one cause is told once.

    *what*, *since* and *todo* are for that person; *event* says that it happened rather than lasts, so nobody
    is told that it is over; *early*: it may pass, so nobody is told yet. *places* are the "where" of failures that
    mean the same.
    """

    cause: str
    what: str
    since: datetime | None
    todo: str
    event: bool = False
    early: bool = False
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DumpReport:
    """What became of one dump in a pass; *error* is "" unless it was refused."""

    source: str
    where: str
    style: str = ""
    papers: int = 0
    new: int = 0
    updated: int = 0
    seen: int = 0
    rejected: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class EditionReport:
    """What became of one profile in a pass."""

    profile: str
    date: Day
    picks: int
    considered: int
    state: Literal["queued", "empty", "exists"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that a person should look at; any failure makes the exit code 1.

    *passing*: it is expected to mend itself, since the bot tries again.
    """

    where: str
    why: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class RunReport:
    """Every count of a pass; printed, stored, and the source of the exit code. Warnings do not change the code.

    *summaries* says how many a model was "asked" for, gave before ("kept"), did not give ("failed"), and was not asked
    for because the budget of the pass was spent ("left").
    """

    started_at: datetime
    finished_at: datetime
    ingest: tuple[DumpReport, ...] = ()
    editions: tuple[EditionReport, ...] = ()
    deliveries: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    warnings: tuple[Failure, ...] = ()
    forced: bool = False
    summaries: Mapping[str, int] = field(default_factory=dict)

    @property
    def quiet(self) -> bool:
        """Whether nothing was there to be done and nothing went wrong."""
        return not (self.ingest or self.editions or self.failures or self.forced or any(self.deliveries.values()))

    @property
    def idle(self) -> bool:
        """Whether nothing was taken in, made or sent; what failed may have failed before."""
        taken = any(not dump.error for dump in self.ingest)
        return not (taken or self.editions or self.forced or any(self.deliveries.values()))

    @property
    def exit_code(self) -> int:
        """0 when all went well, 1 when a person should look at a failure."""
        return 1 if self.failures else 0
