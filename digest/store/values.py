"""What goes in and out of the store beside the values of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from digest.model import Cause, ChangeKind, Delivery, DeliveryState, Digest, Pause, RunReport, Target

EditionState = Literal["queued", "empty"]
Queued = Literal["queued", "empty", "exists"]


@dataclass(frozen=True, slots=True)
class QueuedEdition:
    """An edition to be remembered with what follows from it.

    *cursor* is the newest change considered; *since* the profile's cursor when it was composed:
    if that has moved meanwhile, another pass served the profile and this edition is not taken.
    None takes it whatever the cursor is.
    """

    digest: Digest
    targets: tuple[Target, ...]
    cursor: int
    since: int | None = None


@dataclass(frozen=True, slots=True)
class PackedEdition:
    """A `QueuedEdition` made ready to be written: small, so that it can be made in another process.

    *data* is the stored digest and *papers* the snapshots that it shows (`packing`), *sent* whether there is something
    to send; *offers* holds the id and the cause of each paper that is shown, in full or in a line.
    """

    profile: str
    day: date
    data: bytes
    papers: tuple[tuple[int, bytes], ...]
    sent: bool
    picks: int
    considered: int
    offers: tuple[tuple[str, Cause], ...]
    targets: tuple[Target, ...]
    cursor: int
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One stored change of a paper, for its history."""

    id: int
    kind: ChangeKind
    cause: Cause
    fields: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """One time that a profile was shown a paper."""

    profile: str
    day: date
    cause: Cause


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one channel: how many messages, the oldest queued when, and the last words of the server."""

    count: int
    since: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator was told of; an *event* is not said to be over."""

    what: str
    at: datetime
    event: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """A profile gets nothing until the local date *until*, which is the first day that counts again."""

    profile: str
    until: date
    since: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The facts of ``digest status``; *dead* and *unknown* hold the newest deliveries of their state.

    *rests* are those that are not over everywhere, *left* the targets that unsubscribed, by profile. *due* counts
    the deliveries whose time has come; *next_due* and *oldest_due* leave paused channels out
    and in.
    """

    counts: Mapping[str, int]
    deliveries: Mapping[DeliveryState, int]
    due: int = 0
    next_due: datetime | None = None
    oldest_due: datetime | None = None
    paused: Mapping[str, Pause] = field(default_factory=dict)
    suppressed: Mapping[str, str] = field(default_factory=dict)
    rests: Mapping[str, Rest] = field(default_factory=dict)
    left: Mapping[str, frozenset[str]] = field(default_factory=dict)
    dead: tuple[Delivery, ...] = ()
    unknown: tuple[Delivery, ...] = ()
    reports: tuple[RunReport, ...] = ()
