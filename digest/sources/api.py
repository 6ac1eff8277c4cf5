"""Style "api": the JSON of the daily papers API, read row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from digest.model import Entry, Listing, ShownDate
from digest.sources.jsontext import BadRow, looks_like_json, rows_of
from digest.sources.records import entry_of, iso_day, shown_fields
from digest.sources.rows import Draft

SHOWS = frozenset(
    {"title", "abstract", "authors", "num_authors", "published", "num_comments", "upvotes", "arxiv_id", "url"}
)
_PAPER = re.compile(r"""["']paper\\?["']\s*:\s*\{""")


def recognises(text: str) -> bool:
    """Whether *text* is JSON whose rows hold a paper."""
    return looks_like_json(text) and _PAPER.search(text, 0, 200_000) is not None


def read(text: str, where: str) -> Listing:
    """Read every row: it is a paper, or a reject that names it. Refuses a text that does not close."""
    return listing_of("api", rows_of(text, where), where)


def listing_of(style: str, rows: Iterable[Any], where: str) -> Listing:
    """Rows of the API, also those that a page carries, as a listing."""
    draft = Draft(style, where, SHOWS)
    days: set[str] = set()
    repositories = False
    for number, row in enumerate(rows, start=1):
        found = _entry(row, days)
        if isinstance(found, str):
            draft.reject(number, f"row {number}: {found}")
            continue
        repositories = repositories or "githubRepo" in row.get("paper", row)
        draft.add(found, number, f"row {number}: ")
    if len(days) == 1 and (day := iso_day(days.pop())) is not None:
        draft.header = ShownDate(day.month, day.day, day.year)
    draft.shows = SHOWS | shown_fields(draft.entries) | ({"code_url"} if repositories else frozenset())
    return draft.listing()


def _entry(row: Any, days: set[str]) -> Entry | str:
    if isinstance(row, BadRow):
        return row.why
    if not isinstance(row, Mapping):
        return "not a record"
    paper = row.get("paper", row)
    if not isinstance(paper, Mapping):
        return "not a record"
    listed = paper.get("submittedOnDailyAt")
    if isinstance(listed, str):
        days.add(listed[:10])
    found = entry_of(paper, row if paper is not row else None)
    return found
