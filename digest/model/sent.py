"""What is sent: picks, digests, messages, and how each delivery fares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from digest.model.news import Change
from digest.model.shown import Paper
from digest.model.wishes import Target

Day: TypeAlias = date
"""Stands where a field is itself called "date", which would hide the type from whoever resolves the annotations."""

OPERATOR = "operator:"
"""How the profiles that stand for notices to the operator begin; no profile of a reader may hold a colon."""

LETTER = "letter:"
"""How the profiles begin that stand for one mail to one reader about their profile."""

DeliveryState = Literal["queued", "sending", "sent", "dead", "unknown"]

ReasonKind = Literal["words", "keywords", "like", "vote", "author", "organisation", "popular", "update", "surprise"]


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
    """A paper chosen for a profile; *score* in [0, 1]; *interest* "" where none is named.

    *fits* names the members of a team whom it fits, the best first.
    """

    change: Change
    score: float
    interest: str = ""
    reasons: tuple[Reason, ...] = ()
    parts: tuple[Part, ...] = ()
    fits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Picks of one interest, best first."""

    name: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Risen:
    """A paper that was offered before, and how many upvotes it has now; *gained* of them since."""

    paper: Paper
    gained: int


@dataclass(frozen=True, slots=True)
class LookBack:
    """The seven days up to the date of an edition: what was *saved*, what took off since, how often was voted."""

    saved: tuple[Paper, ...] = ()
    risen: tuple[Risen, ...] = ()
    more: int = 0
    less: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """One edition: what one profile is shown for one local date.

    *also* lists picks above the floor that did not fit; *considered* counts candidates before
    mute, floor and limit; *left_out* those not shown at all; *notes* are sentences for the reader
    (a late edition, a source that failed). *first* marks the one that welcomes a reader, *unanswered* one
    after weeks without a vote; *look_back* shows papers again, and offers none.
    """

    profile: str
    date: Day
    sections: tuple[Section, ...] = ()
    also: tuple[Pick, ...] = ()
    considered: int = 0
    left_out: int = 0
    notes: tuple[str, ...] = ()
    first: bool = False
    unanswered: bool = False
    look_back: LookBack | None = None

    @property
    def picks(self) -> tuple[Pick, ...]:
        """Every pick shown in full, in the order of the page."""
        return tuple(pick for section in self.sections for pick in section.picks)

    @property
    def is_sent(self) -> bool:
        """Whether there is something to send: papers, a look back, or a note that says why there are none."""
        return bool(self.picks or self.notes or self.look_back)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one reader about their profile, not about papers.

    *url* with *button*, the words of the link, is what it is for ("" where there is nothing to press); *why* tells the
    reader why it comes.
    """

    heading: str
    lines: tuple[str, ...]
    why: str
    url: str = ""
    button: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The letter as the notes of a digest, which is how it is kept."""
        return self.heading, self.why, self.url, self.button, *self.lines

    @classmethod
    def of(cls, notes: tuple[str, ...]) -> Letter:
        """The letter that was kept as *notes*."""
        heading, why, url, button, *lines = notes
        return cls(heading, tuple(lines), why, url, button)


@dataclass(frozen=True, slots=True)
class Post:
    """One Slack post: *blocks* as the Web API takes them, *text* the fallback that screen readers read."""

    text: str
    blocks: tuple[Mapping[str, Any], ...]


def message_key(profile: str, day: date, target: Target) -> str:
    """The name of one message, for ever: "ada/2026-11-20/email:ada@example.org"."""
    return f"{profile}/{day.isoformat()}/{target}"


@dataclass(frozen=True, slots=True)
class Message:
    """An edition rendered for one target. *key* is "ada/2026-11-20/email:ada@example.org".

    *headers* are extra mail headers in order; *posts* holds the parent first, then its thread; *files* are endings and
    contents of what a folder holds beside it. *body* is what a mail has below its headers, where that was written
    ahead, in place of *html* and *text*.
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
    files: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def stem(self) -> str:
        """What a file that holds it is called: the date, and for a notice or a letter its number."""
        _, alone, number = self.profile.partition(":")
        return f"{self.date}.{number}" if alone else str(self.date)


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
