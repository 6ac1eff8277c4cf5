"""What a source shows: a dump, and what a reader found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

DatedBy = Literal["given", "filename", "fetch", "header", "guess", "corrected", "none"]
"""How the day of a dump is known; the first three are certain, a guess may be corrected by another dump."""


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
    *stars* are those of its code, *submitter* is who put it on the list.
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
    project_url: str | None = None
    stars: int | None = None
    submitter: str | None = None


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
