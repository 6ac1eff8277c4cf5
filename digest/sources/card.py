"""Style "card": title, abstract, "• N authors", "·", a date and the number of comments, line by line."""

from __future__ import annotations

import re

from digest.model import Listing
from digest.sources.pairs import numbered_lines, skip_header, take_pairs
from digest.sources.rows import Draft, Row
from digest.sources.shapes import authors_line, day_line, is_heading, is_prose

SHOWS = frozenset({"title", "abstract", "num_authors", "published", "num_comments"})
_AUTHORS = re.compile(r"^[ \t]*• \d+ authors?[ \t]*\r?$", re.MULTILINE)

_UNWRAPPED = 160


def recognises(text: str) -> bool:
    """Whether *text* is plain text, not wrapped, that counts authors behind a bullet."""
    head = text[:20_000]
    if "](" in head[:3000] or "huggingface.co/" in head[:3000] or _AUTHORS.search(text) is None:
        return False
    return any(len(line) > _UNWRAPPED for line in head.split("\n"))


def read(text: str, where: str) -> Listing:
    """Read every record; a record in the midst may lack its footer, the last one without it was cut off."""
    draft = Draft("card", where, SHOWS)
    lines = numbered_lines(text)
    body: list[tuple[int, str]] = []
    footer: Row | None = None
    for number, line in lines[skip_header(lines, draft) :]:
        if len(line) > 40:
            _close_undated(footer, body, draft)
            footer = None
            body.append((number, line))
            continue
        count = authors_line(line)
        if count is not None:
            footer = Row("", number, num_authors=count)
        elif line == "·":
            continue
        elif footer is not None and footer.shown is None and (day := day_line(line)) is not None:
            footer.shown, footer.num_comments = day[0], day[1] or 0
            _close(footer, body, draft)
        else:
            _close_undated(footer, body, draft)
            footer = None
            body.append((number, line))
    _end(footer, body, draft)
    return draft.listing()


def _close_undated(footer: Row | None, body: list[tuple[int, str]], draft: Draft) -> None:
    """A new record begins: one whose footer showed no day is closed without it."""
    if footer is not None and footer.shown is None and body:
        _close(footer, body, draft)


def _close(footer: Row, body: list[tuple[int, str]], draft: Draft) -> None:
    """Take what stands in *body*: the last record owns the footer, those before it have none."""
    start = _last_title(body)
    if start > 0:
        take_pairs(body[:start], draft, whole=True)
    if not body or not is_heading(body[start][1]):
        draft.reject(body[start][0] if body else footer.line, "a record without a title")
    else:
        footer.line, footer.title = body[start]
        footer.abstract = [line for _, line in body[start + 1 :]]
        draft.take(footer)
    body.clear()


def _last_title(body: list[tuple[int, str]]) -> int:
    """Index of the title of the last record in *body*: its last short line before the prose that ends it."""
    if len(body) <= 2:
        return 0
    for index in range(len(body) - 2, 0, -1):
        if is_heading(body[index][1]) and is_prose(body[index - 1][1]):
            return index
    return 0


def _end(footer: Row | None, body: list[tuple[int, str]], draft: Draft) -> None:
    """The text ended before the footer of its last record did: it was cut off."""
    if not body:
        return
    start = _last_title(body)
    if start > 0:
        take_pairs(body[:start], draft, whole=True)
    draft.cut_off(body[start][0])
