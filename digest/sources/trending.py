"""Style "trending": Markdown with linked headings, abstracts as paragraphs and an Upvote link below each."""

from __future__ import annotations

import re

from digest.model import Listing
from digest.sources.firecrawl import _TITLE
from digest.sources.rows import Draft, Row
from digest.sources.shapes import DAY, authors_line, day_line, is_furniture, shown_date, unescaped

SHOWS = frozenset({"title", "abstract", "num_authors", "published", "upvotes", "arxiv_id", "url", "code_url"})
_DAY = re.compile(r"· (?:Published on )?" + DAY)
_VOTES = re.compile(r"(\d{1,6})\]\(https?://(?:www\.)?huggingface\.co/login\?next=%2Fpapers%2F\d{4}\.\d{4,5}\)")
_CODE = re.compile(r"\[GitHub[^\]\[]{0,20}\]\((https?://[^)\s]{1,300})\)")


def recognises(text: str) -> bool:
    """Whether *text* is Markdown with linked headings and links that say Upvote."""
    return "[Upvote" in text and "](https://huggingface.co/papers/" in text and "### [" in text


def read(text: str, where: str) -> Listing:
    """Read every record; a last record without its votes was cut off."""
    draft = Draft("trending", where, SHOWS)
    row: Row | None = None
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        if not line:
            continue
        if line[0] == "#" and (title := _TITLE.fullmatch(line)) is not None:
            draft.settle(row, whole=True)
            row = Row(unescaped(title["text"]), number, arxiv_id=title["id"], url=title["url"])
        elif row is not None:
            _fill(row, line)
        elif draft.header is None and (day := day_line(line)) is not None:
            draft.header = day[0]
    draft.settle(row, whole=row is not None and row.upvotes is not None)
    return draft.listing()


def _fill(row: Row, line: str) -> None:
    """Put what *line* says of the open record where it belongs."""
    if row.shown is None and line[0] == "·" and (day := _DAY.fullmatch(line)) is not None:
        row.shown = shown_date(day["month"], day["day"], day["year"])
    elif row.num_authors is None and (count := authors_line(line)) is not None:
        row.num_authors = count
    elif len(line) < 300 and row.upvotes is None and (votes := _VOTES.fullmatch(line)) is not None:
        row.upvotes = int(votes[1])
    elif row.upvotes is not None:
        if row.code_url is None and (code := _CODE.match(line)) is not None:
            row.code_url = code[1]
    elif row.num_authors is None and row.shown is None and line[0] not in "[-" and not is_furniture(line):
        row.abstract.append(unescaped(line))
