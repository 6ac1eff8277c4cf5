"""Style "firecrawl": Markdown in which each title is a linked heading and each abstract a link."""

from __future__ import annotations

import re

from digest.model import Listing
from digest.sources.rows import Draft, Row
from digest.sources.shapes import DAY, day_line, shown_date, unescaped

SHOWS = frozenset({"title", "abstract", "num_authors", "published", "num_comments", "upvotes", "arxiv_id", "url"})
_TO_PAPER = r"\]\((?P<url>https?://(?:www\.)?huggingface\.co/papers/(?P<id>\d{4}\.\d{4,5}))(?:v\d+)?[^)\s]{0,80}\)"
_VOTE = re.compile(r"\[(\d{1,6})\]\(https?://(?:www\.)?huggingface\.co/login\?next=%2Fpapers%2F\d{4}\.\d{4,5}\)")
_TITLE = re.compile(r"#{1,6} \[(?P<text>.*)" + _TO_PAPER)
_LINKED_END = re.compile(_TO_PAPER + r"$")
_AUTHORS = re.compile(r"(?:\[?- )?(\d{1,5}) authors?" + _TO_PAPER)
_DAY = re.compile(DAY + r"\s*(?:\[(?P<count>\d{1,6})\]\([^)\s]+#community\))?")


def recognises(text: str) -> bool:
    """Whether *text* is Markdown with linked headings, and with votes that link to the login."""
    return "### [" in text and "[Upvote" not in text and _VOTE.search(text) is not None


def read(text: str, where: str) -> Listing:
    """Read every record; a last record without its day was cut off."""
    draft = Draft("firecrawl", where, SHOWS)
    row: Row | None = None
    votes: int | None = None
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        if not line:
            continue
        if line[0] == "#" and (title := _TITLE.fullmatch(line)) is not None:
            draft.settle(row, whole=True)
            row = Row(unescaped(title["text"]), number, upvotes=votes, arxiv_id=title["id"], url=title["url"])
            votes = None
        elif len(line) < 200 and (vote := _VOTE.fullmatch(line)) is not None:
            votes = int(vote[1])
        elif row is not None:
            _fill(row, line)
        elif draft.header is None and (day := day_line(line)) is not None:
            draft.header = day[0]
    draft.settle(row, whole=row is not None and row.shown is not None)
    return draft.listing()


def _fill(row: Row, line: str) -> None:
    """Put what *line* says of the open record where it belongs."""
    if row.num_authors is None and len(line) < 200 and (authors := _AUTHORS.fullmatch(line)) is not None:
        row.num_authors = int(authors[1])
    elif row.shown is None and len(line) < 200 and (day := _DAY.fullmatch(line)) is not None:
        row.shown = shown_date(day["month"], day["day"], day["year"])
        row.num_comments = int(day["count"] or 0)
    elif not row.abstract and line[0] == "[" and not line.startswith("[- "):
        end = _LINKED_END.search(line, max(0, len(line) - 200))
        if end is not None:
            row.abstract.append(unescaped(line[1 : end.start()]))
