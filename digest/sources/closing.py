"""Filled rows are looked at together: what decorates every title is taken off, and a cut last row is told."""

from __future__ import annotations

from digest.sources.rows import Draft, Row
from digest.sources.shapes import ends_well


def undecorate(rows: list[Row]) -> None:
    """Take off what stands around every title alike: a mark before it, or quotation marks."""
    for opening, closing in (('"', '"'), ("“", "”"), ("'", "'"), ("«", "»")):
        if rows and all(row.title[:1] == opening and row.title[-1:] == closing for row in rows):
            for row in rows:
                row.title = row.title[1:-1]
    if len(rows) < 2:
        return
    lead = rows[0].title.split(" ", 1)[0]
    if lead and not any(map(str.isalnum, lead)) and all(row.title.startswith(lead + " ") for row in rows):
        for row in rows:
            row.title = row.title[len(lead) + 1 :].lstrip()


def settle(rows: list[tuple[Row, bool]], draft: Draft) -> None:
    """Take the rows; the last one was cut off when it lacks what the others have, or ends amid a sentence."""
    footed = sum(whole for _, whole in rows[:-1])
    usual = len(rows) > 3 and footed * 10 >= (len(rows) - 1) * 8
    for position, (row, whole) in enumerate(rows, start=1):
        last = position == len(rows)
        if not row.abstract and row.arxiv_id is None:
            draft.reject(row.line, "a title without an abstract")
        elif last and row.abstract and ((usual and not whole) or (not whole and not ends_well(row.abstract[-1]))):
            draft.cut_off(row.line)
        else:
            draft.take(row)
