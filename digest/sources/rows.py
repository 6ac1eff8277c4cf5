"""A row while it is being read, and the listing that readers fill row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.model import Entry, Listing, Paper, Reject, ShownDate
from digest.sources.shapes import paper_url
from digest.text import clean

MAX_URL = 2000
MAX_TITLE = 500
MAX_ABSTRACT = 20_000
"""Characters; the longest of 5,841 real ones are 168 and 1,923."""


@dataclass(slots=True)
class Row:
    """One record of a text as far as it was read; *line* counts from 1."""

    title: str
    line: int
    abstract: list[str] = field(default_factory=list)
    num_authors: int | None = None
    shown: ShownDate | None = None
    upvotes: int | None = None
    num_comments: int | None = None
    arxiv_id: str | None = None
    url: str | None = None
    code_url: str | None = None
    authors: tuple[str, ...] | None = None
    version: int | None = None
    keywords: tuple[str, ...] | None = None
    summary: str | None = None
    organisation: str | None = None

    def entry(self) -> Entry:
        """The row as a value, its strings cleaned."""
        return Entry(
            Paper(
                title=clean(self.title),
                abstract=clean(" ".join(self.abstract)) or None,
                authors=self.authors,
                num_authors=len(self.authors) if self.authors and self.num_authors is None else self.num_authors,
                url=_web(self.url) or paper_url(self.arxiv_id),
                arxiv_id=self.arxiv_id,
                code_url=_web(self.code_url),
                upvotes=self.upvotes,
                num_comments=self.num_comments,
                keywords=self.keywords,
                summary=self.summary,
                organisation=self.organisation,
                version=self.version,
            ),
            self.shown,
        )


def _web(url: str | None) -> str | None:
    """*url* when it is an address of the web and nothing else."""
    usable = url is not None and url.startswith(("http://", "https://")) and len(url) <= MAX_URL
    return clean(url) if url is not None and usable and not any(map(str.isspace, url)) else None


@dataclass(slots=True)
class Draft:
    """A listing in the making: rows and rejects in the order of the text."""

    style: str
    where: str
    shows: frozenset[str]
    entries: list[Entry] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    header: ShownDate | None = None

    def take(self, row: Row) -> None:
        """Add a whole row; one without a readable title becomes a reject."""
        entry = row.entry()
        if not entry.paper.title:
            self.reject(row.line, "a row without a title")
        else:
            self.add(entry, row.line)

    def add(self, entry: Entry, number: int, name: str = "") -> None:
        """Add an entry; one beyond all measure becomes a reject, under *name* ("row 3: ") if it has one."""
        if len(entry.paper.title) > MAX_TITLE or len(entry.paper.abstract or "") > MAX_ABSTRACT:
            self.reject(number, f"{name}longer than any title or abstract")
        else:
            self.entries.append(entry)

    def settle(self, row: Row | None, *, whole: bool) -> None:
        """Take the record that ends here, if one is open; one that is not *whole* was cut off with the text."""
        if row is None:
            return
        if whole:
            self.take(row)
        else:
            self.cut_off(row.line)

    def cut_off(self, line: int) -> None:
        """Note that the text ends within the record that begins at *line*."""
        self.reject(line, "cut off: the last record is not whole")

    def reject(self, line: int, why: str) -> None:
        """Note that what stands at *line* could not be taken."""
        self.rejects.append(Reject(f"{self.where}:{line}", why))

    def listing(self) -> Listing:
        """The finished value."""
        return Listing(self.style, tuple(self.entries), tuple(self.rejects), self.header, self.shows)
