"""Titles and abstracts that follow each other line by line: the ground under the three text layouts."""

from __future__ import annotations

import re

from digest.sources.facts import facts_of
from digest.sources.rows import Draft, Row
from digest.sources.shapes import FURNITURE, day_line, ends_well, is_heading, is_prose

TEXT_SHOWS = frozenset({"title", "abstract"})


_FOOTER = re.compile(r"^\W{0,6}\d{1,5} authors?\W{0,6}$", re.MULTILINE)


def is_bare(text: str) -> bool:
    """Whether *text* begins with the page's furniture and shows neither links nor footers."""
    head = text[:6000]
    if head.lstrip().startswith("<"):
        return False
    return "Get trending papers in your email inbox" in head and "](" not in head and _FOOTER.search(head) is None


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """The lines of *text* that hold anything, stripped, with their numbers from 1."""
    return [(number, line) for number, line in enumerate(map(str.strip, text.split("\n")), start=1) if line]


def skip_header(lines: list[tuple[int, str]], draft: Draft) -> int:
    """Index of the first line that is not the page's own furniture; the day of the page goes into *draft*."""
    for index, (_, line) in enumerate(lines):
        if line.lower() in FURNITURE:
            continue
        day = day_line(line)
        if day is None or draft.header is not None:
            return index
        draft.header = day[0]
    return len(lines)


def take_pairs(lines: list[tuple[int, str]], draft: Draft, *, whole: bool) -> None:
    """Read *lines* as titles, each followed by its abstract, into *draft*.

    With *whole* false (no line end closes the text) it may be cut there, and the last record must end well.
    """
    row: Row | None = None
    for position, (number, line) in enumerate(lines):
        if len(line) < 60 and facts_of(line) is not None:
            draft.reject(number, "a line that this layout does not have")
        elif is_prose(line) or (row is not None and not row.abstract and not _starts_pair(lines, position)):
            if row is None:
                draft.reject(number, "a paragraph without a title")
            else:
                row.abstract.append(line)
        else:
            _settle(row, draft)
            row = Row(line, number)
    if row is not None and not whole and not (row.abstract and ends_well(row.abstract[-1])):
        draft.cut_off(row.line)
    else:
        _settle(row, draft)


def _starts_pair(lines: list[tuple[int, str]], position: int) -> bool:
    """Whether the line at *position*, below a title, is one itself: it looks so, and prose follows."""
    return is_heading(lines[position][1]) and position + 1 < len(lines) and is_prose(lines[position + 1][1])


def _settle(row: Row | None, draft: Draft) -> None:
    if row is None:
        return
    if row.abstract and is_heading(row.title):
        draft.take(row)
    else:
        draft.reject(row.line, "a title without an abstract" if not row.abstract else "not the shape of a title")
