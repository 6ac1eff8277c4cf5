"""Style "barelinks": text in which every link's address stands alone in the line below its words."""

from __future__ import annotations

import re

from digest.model import Listing
from digest.sources.firecrawl import SHOWS
from digest.sources.rows import Draft, Row
from digest.sources.shapes import day_line, unescaped

_PAPER = re.compile(r"(https?://(?:www\.)?huggingface\.co/papers/(\d{4}\.\d{4,5}))(?:v\d+)?(#community)?")
_LOGIN = re.compile(r"https?://(?:www\.)?huggingface\.co/login\?next=%2Fpapers%2F(\d{4}\.\d{4,5})")
_VOTE = re.compile(r"\[-\] (\d{1,6})")
_AUTHORS = re.compile(r"(\d{1,5}) authors?\]\(\S{1,200}\)")
_RECOGNISED = re.compile(r"^https?://huggingface\.co/papers/\d{4}\.\d{4,5}[ \t]*\r?$", re.MULTILINE)


def recognises(text: str) -> bool:
    """Whether addresses of papers stand alone in lines, among votes behind "[-]"."""
    return "[-] " in text and _RECOGNISED.search(text) is not None


def read(text: str, where: str) -> Listing:
    """Read every record; a last record without its day was cut off."""
    reader = _Reader(Draft("barelinks", where, SHOWS))
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        if line:
            reader.line(number, line)
    reader.settle(last=True)
    return reader.draft.listing()


class _Reader:
    """Words wait in *pending* until the address below them says what they are."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.row: Row | None = None
        self.votes: int | None = None
        self.pending: list[tuple[int, str]] = []

    def line(self, number: int, line: str) -> None:
        if line.startswith("http"):
            self._address(line)
            self.pending.clear()
        elif len(line) > 250 or not self._fact(line):
            self.pending.append((number, line))

    def _address(self, line: str) -> None:
        if _LOGIN.fullmatch(line) is not None:
            vote = _VOTE.fullmatch(self.pending[-1][1]) if self.pending else None
            if vote is not None:
                self.settle(last=False)
                self.votes = int(vote[1])
            return
        paper = _PAPER.fullmatch(line)
        if paper is None:
            return
        words = " ".join(text for _, text in self.pending)
        if paper[3]:
            if self.row is not None and words.isascii() and words.isdigit() and len(words) < 7:
                self.row.num_comments = int(words)
        elif self.row is None or self.row.arxiv_id != paper[2]:
            self._title(paper[1], paper[2])
        elif words and not self.row.abstract:
            self.row.abstract.append(unescaped(words))

    def _title(self, url: str, arxiv_id: str) -> None:
        if not self.pending:
            return
        self.settle(last=False)
        number, title = self.pending[-1]
        self.row = Row(unescaped(title), number, upvotes=self.votes, arxiv_id=arxiv_id, url=url)
        self.votes = None

    def _fact(self, line: str) -> bool:
        """Whether *line* is a day or a number of authors, and was put where it belongs."""
        day = day_line(line)
        if self.row is None:
            if day is not None and self.draft.header is None:
                self.draft.header = day[0]
            return day is not None
        if day is not None and self.row.abstract and self.row.shown is None:
            self.row.shown, self.row.num_comments = day[0], day[1] or 0
            return True
        authors = _AUTHORS.fullmatch(line)
        if authors is not None:
            self.row.num_authors = int(authors[1])
        return authors is not None or line in {"[", "·"}

    def settle(self, *, last: bool) -> None:
        if self.row is not None:
            self.draft.settle(self.row, whole=not last or self.row.shown is not None)
        self.row = None
