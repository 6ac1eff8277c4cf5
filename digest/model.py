"""The frozen values that walk through the house: dump -> papers -> changes -> picks -> digest -> message -> delivery.

Instants are aware and in UTC; sequences are tuples; ``None`` means "not shown", 0 is a count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

Day: TypeAlias = date
"""Stands where a field is itself called "date", which would hide the type from whoever resolves the annotations."""

OPERATOR = "operator:"
"""How the profiles that stand for notices to the operator begin; no profile of a reader may hold a colon."""

DatedBy = Literal["given", "filename", "fetch", "header", "guess", "corrected", "none"]
"""How the day of a dump is known; the first three are certain, a guess may be corrected by another dump."""

ChangeKind = Literal["new", "updated"]
Cause = Literal["new", "text", "code", "surge"]
Quiet = Literal["silent", "note", "auto"]
"""What a reader gets on a day without papers: nothing, a note, or a note only when something may be broken."""
DeliveryState = Literal["queued", "sending", "sent", "dead", "unknown"]
ReasonKind = Literal["words", "keywords", "like", "author", "organisation", "popular", "update", "surprise"]


# ---------------------------------------------------------------- what a source shows


@dataclass(frozen=True, slots=True)
class RawDump:
    """The bytes of one saved copy of a source, before anyone read them.

    *source* names the configured source ("seeds", "file", "-"), *where* the path or URL.
    *given_on* is the day that the caller states; *fetched_live* says that the bytes come
    from the network now, so the page's own day must lie within two days of *fetched_at*.
    *stamp* is the source's cheap proof that nothing changed (size and mtime, an ETag): the
    pipeline keeps it and hands it back, so an unchanged file is not read again.
    """

    source: str
    where: str
    content: bytes
    fetched_at: datetime
    given_on: date | None = None
    fetched_live: bool = False
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A place was asked and holds nothing that must be read (again); *stamp* is kept and handed back like a dump's.

    *said* explains an empty answer to a person.
    """

    source: str
    where: str
    stamp: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date as a page shows it: "Oct 15" has no year, "Oct 10, 2023" has one."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One work. *id* is ours, opaque and permanent; "" for a paper that was only read, not yet matched.

    *arxiv_id* is without its version; *version* is that of the texts ("2611.00001v2": 2), None where not shown.
    """

    title: str
    abstract: str | None = None
    authors: tuple[str, ...] | None = None
    num_authors: int | None = None
    published: date | None = None
    url: str | None = None
    arxiv_id: str | None = None
    code_url: str | None = None
    upvotes: int | None = None
    num_comments: int | None = None
    keywords: tuple[str, ...] | None = None
    summary: str | None = None
    organisation: str | None = None
    id: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a listing as shown: the paper with *published* still unknown, and the date shown beside it.

    *revision*: the row announces a new version of a paper that appeared before, so by itself it is no new paper.
    """

    paper: Paper
    shown: ShownDate | None = None
    revision: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """A row, or one field of a row, that could not be taken; *where* is "003.txt:301"."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a capture style's reader found in a text: pure, before any year is inferred.

    *shows* names the Paper fields that this style can show at all, so that "no code link"
    can be told from "this page never shows code links".
    """

    style: str
    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...] = ()
    header: ShownDate | None = None
    shows: frozenset[str] = frozenset()


def place_of(where: str) -> str:
    """*where* when it is an address that can be read again, "" for a file."""
    return where if where.startswith(("http://", "https://")) else ""


@dataclass(frozen=True, slots=True)
class Dump:
    """One saved copy of a source at one time; *id* is the sha256 of its bytes in hex."""

    id: str
    source: str
    where: str
    style: str
    captured_on: date | None
    dated_by: DatedBy
    fetched_at: datetime
    header: ShownDate | None = None
    shows: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """The address that it was fetched from; "" for a file."""
        return place_of(self.where)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One paper in one dump: what the dump shows of it, the date as shown, its place from 0, and Entry.revision."""

    paper: Paper
    position: int
    shown: ShownDate | None = None
    revision: bool = False


@dataclass(frozen=True, slots=True)
class Capture:
    """A dump that was read: its day settled, its rows dated, what could not be taken named."""

    dump: Dump
    sightings: tuple[Sighting, ...]
    rejects: tuple[Reject, ...] = ()

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers in the order of the page."""
        return tuple(s.paper for s in self.sightings)


# ---------------------------------------------------------------- what is news


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

    *fields* names what changed ("abstract", "code_url"); empty for a new paper.
    """

    paper: Paper
    kind: ChangeKind
    cause: Cause = "new"
    fields: tuple[str, ...] = ()
    id: int = 0


# ---------------------------------------------------------------- who wants what


@dataclass(frozen=True, slots=True)
class Interest:
    """One topic of a profile; *about* is prose, *keywords* words and phrases, *like* arXiv ids, URLs or titles.

    *authors* and *organisations* are followed: what comes from them fits. *avoid* lowers a score, *weight* is
    the interest's share of the room.
    """

    name: str
    about: str = ""
    keywords: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    weight: float = 1.0
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a digest goes: *address* is a mail address, a Slack channel ID or a folder name."""

    channel: str
    address: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


@dataclass(frozen=True, slots=True)
class Profile:
    """A subscriber, as the config file states it. *floor* in [0, 1]: papers that score less are not sent.

    A paper known to have fewer upvotes or comments than the least asked for is not offered. *surprise* is how many
    papers from outside the interests are offered beside the others.
    """

    name: str
    timezone: str
    schedule: str
    deliver: tuple[Target, ...]
    interests: tuple[Interest, ...] = ()
    limit: int = 10
    floor: float = 0.5
    mute: tuple[str, ...] = ()
    updates: tuple[Cause, ...] = ("code", "surge")
    title: str = ""
    enabled: bool = True
    least_upvotes: int = 0
    least_comments: int = 0
    surprise: int = 0
    quiet: Quiet = "auto"


# ---------------------------------------------------------------- what is sent


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a paper is there, as facts: *names* are words of the paper, a liked title, an author."""

    kind: ReasonKind
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a score, for `digest explain`: the parts of a pick add up to its score."""

    name: str
    value: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A paper chosen for a profile; *score* in [0, 1]; *interest* "" where none is named."""

    change: Change
    score: float
    interest: str = ""
    reasons: tuple[Reason, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Picks of one interest, best first."""

    name: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One edition: what one profile is shown for one local date.

    *also* lists picks above the floor that did not fit; *considered* counts candidates before
    mute, floor and limit; *left_out* those not shown at all; *notes* are sentences for the reader
    (a late edition, a source that failed).
    """

    profile: str
    date: Day
    sections: tuple[Section, ...] = ()
    also: tuple[Pick, ...] = ()
    considered: int = 0
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def picks(self) -> tuple[Pick, ...]:
        """Every pick shown in full, in the order of the page."""
        return tuple(pick for section in self.sections for pick in section.picks)

    @property
    def is_sent(self) -> bool:
        """Whether there is something to send: papers, or a note that says why there are none."""
        return bool(self.picks or self.notes)


@dataclass(frozen=True, slots=True)
class Post:
    """One Slack post: *blocks* as the Web API takes them, *text* the fallback that screen readers read."""

    text: str
    blocks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """An edition rendered for one target. *key* is "ada/2026-11-20/email:ada@example.org".

    *headers* are extra mail headers in order; *posts* holds the parent first, then its thread.
    """

    key: str
    profile: str
    date: Day
    target: Target
    subject: str
    html: str = ""
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    posts: tuple[Post, ...] = ()

    @property
    def stem(self) -> str:
        """What a file that holds it is called: the date, and for a notice to the operator its number."""
        notice = self.profile.removeprefix(OPERATOR)
        return str(self.date) if notice == self.profile else f"{self.date}.{notice}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message was accepted: the remote ids (Message-ID, one ``ts`` per post, a path), and the server's words."""

    remote_ids: tuple[str, ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way, as the outbox remembers it. *token* fences a late worker off.

    *doubts* counts the attempts that may have been accepted all the same: the answer never came, or
    the process died meanwhile.
    """

    key: str
    profile: str
    date: Day
    target: Target
    state: DeliveryState
    due_at: datetime
    attempts: int = 0
    token: int = 0
    leased_until: datetime | None = None
    remote_ids: tuple[str, ...] = ()
    error: str = ""
    doubts: int = 0
    queued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an attempt ended. *due_at* says when a queued or unknown message may be tried again.

    *remote_ids* replace the stored ones unless empty; *said* holds the server's words, good or bad;
    *counts* false takes the attempt back: the message was not tried, or was only told to wait.
    """

    state: Literal["queued", "sent", "dead", "unknown"]
    due_at: datetime | None = None
    remote_ids: tuple[str, ...] = ()
    said: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """A channel that waits for a person, the server's words, and since when."""

    channel: str
    why: str
    since: datetime


# ---------------------------------------------------------------- what an operator must know


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source fared: *failing_since* is None while it answers, *failures* counts those in a row."""

    name: str
    last_success: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should look at. *cause* names it, so that one cause is told once.

    *what*, *since* and *todo* are for that person; *event* says that it happened rather than lasts, so nobody
    is told that it is over. *places* are the "where" of failures that mean the same.
    """

    cause: str
    what: str
    since: datetime | None
    todo: str
    event: bool = False
    places: frozenset[str] = frozenset()


# ---------------------------------------------------------------- the checked config


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One place where dumps appear. *path* and *pattern* are for kind "folder", *url* for the others.

    *interval* and *timeout* in seconds, *max_bytes* of one answer (0: as for any dump); *allow_private* says that
    an address inside one's own network is meant. *lists* and *days* (re-read until they have settled) are for
    "huggingface", *categories* and *holidays* for "arxiv".
    """

    kind: Literal["folder", "huggingface", "arxiv", "feed", "url"]
    name: str
    path: Path = Path()
    pattern: str = "*"
    url: str = ""
    interval: float = 1800.0
    timeout: float = 60.0
    max_bytes: int = 0
    allow_private: bool = False
    lists: tuple[str, ...] = ("daily",)
    days: int = 14
    categories: tuple[str, ...] = ()
    holidays: tuple[Day, ...] = ()

    @property
    def place(self) -> str:
        """Where a person would look: the folder, the address, or the service."""
        return str(self.path) if self.kind == "folder" else self.url or self.kind


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """How mail is signed: *key* is an RSA private key in PEM, its public half in DNS at *selector*."""

    domain: str
    selector: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How mail leaves. *security*: "tls" from the first byte, "starttls" required, "clear" for loopback only.

    At most *connections* at once and *per_minute* mails (0: no limit). *unsubscribe* is a mail address, "" for
    the sender's own.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "clear"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 60.0
    connections: int = 4
    per_minute: int = 0
    unsubscribe: str = ""
    dkim: DkimSettings | None = None


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How Slack is reached; *base_url* differs from the default only for tests and proxies."""

    token: str = field(repr=False)
    base_url: str = "https://slack.com/api/"
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """Whom to tell when something is wrong; *quiet_days* working days without anything new are wrong, 0 never."""

    alert: tuple[Target, ...] = ()
    quiet_days: int = 3


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """For how many days things are remembered that only people look at; what prevents a repeat is kept for good."""

    sightings: int = 400
    editions: int = 90
    deliveries: int = 90
    rejects: int = 90
    reports: int = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole checked config. *templates* is a folder that overrides single templates; *warnings*: odd but usable.

    *ping_url* is told of every pass; *contact* is what servers are told of who asks; *log_format* is "" where none
    is asked for. *library* holds the papers of files of references that profiles like, by the title that stands
    among the likes.
    """

    where: Path
    state: Path
    store_url: str = field(repr=False)
    timezone: str = "UTC"
    public_url: str = ""
    sources: tuple[SourceSettings, ...] = ()
    profiles: tuple[Profile, ...] = ()
    email: EmailSettings | None = None
    slack: SlackSettings | None = None
    templates: Path | None = None
    max_dump_bytes: int = 256 * 2**20
    operator: OperatorSettings = OperatorSettings()
    keep: KeepSettings = KeepSettings()
    ping_url: str = field(default="", repr=False)
    contact: str = ""
    log_format: Literal["", "json", "text"] = ""
    library: Mapping[str, Paper] = field(default_factory=dict)
    warnings: tuple[Failure, ...] = ()


# ---------------------------------------------------------------- what a pass did


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
    """Every count of a pass; printed, stored, and the source of the exit code. Warnings do not change the code."""

    started_at: datetime
    finished_at: datetime
    ingest: tuple[DumpReport, ...] = ()
    editions: tuple[EditionReport, ...] = ()
    deliveries: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    warnings: tuple[Failure, ...] = ()
    forced: bool = False

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
