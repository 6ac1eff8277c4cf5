"""Listings of an unknown layout that have named fields: JSON, comma or tab separated, Markdown tables, feeds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from digest.errors import DumpRefused
from digest.sources import yamllist
from digest.sources.blocks import LINK
from digest.sources.jsontext import BadRow, looks_like_json, rows_of
from digest.sources.records import entry_of, squeezed
from digest.sources.rows import Draft
from digest.sources.shapes import ends_well, unescaped

_TITLES = frozenset({"title", "papertitle", "paper", "name"})
_TEXTS = frozenset({"abstract", "summary", "description", "aisummary"})
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*|<\?[^>]{0,300}\?>\s*)*<(?:rss|feed|rdf:RDF|channel)\b", re.S
)
_CELL = re.compile(r"(?<!\\)\|")


def recognises(text: str) -> bool:
    """Whether *text* names the fields of its rows."""
    if yamllist.recognises(text):
        return True
    return looks_like_json(text) or _FEED.match(text[:5000]) is not None or _delimiter(text) is not None or _piped(text)


def read(text: str, draft: Draft) -> None:
    """Read every row into *draft* as an entry or a reject. Raises DumpRefused for what does not close."""
    if looks_like_json(text):
        rows: Iterable[Any] = rows_of(text, draft.where)
    elif _FEED.match(text[:5000]) is not None:
        rows = _items(text, draft.where)
    elif yamllist.recognises(text):
        rows = yamllist.rows(text)
    elif (delimiter := _delimiter(text)) is not None:
        rows = _separated(text, delimiter)
    else:
        rows = _table(text)
    number = 0
    for number, row in enumerate(rows, start=1):
        _take(row, number, draft)
    if not text.endswith(("\n", "]", "}", ">", "|")) and draft.entries:
        _check_last(number, draft)


def _check_last(number: int, draft: Draft) -> None:
    """The last row of a text without a line end at its end was cut off where it lacks what the first one has."""
    first, last = draft.entries[0].paper, draft.entries[-1].paper
    missing = any(
        getattr(last, name) is None and getattr(first, name) is not None for name in ("abstract", "arxiv_id", "url")
    )
    if len(draft.entries) > 1 and (missing or not ends_well(last.abstract or ".")):
        draft.entries.pop()
        draft.reject(number, f"row {number}: cut off: the last record is not whole")


def _take(row: Any, number: int, draft: Draft) -> None:
    if isinstance(row, BadRow) or not isinstance(row, Mapping):
        draft.reject(number, f"row {number}: {row.why if isinstance(row, BadRow) else 'not a record'}")
        return
    inner = row.get("paper")
    found = entry_of(inner, row) if isinstance(inner, Mapping) else entry_of(row)
    if isinstance(found, str):
        draft.reject(number, f"row {number}: {found}")
    else:
        draft.add(found, number, f"row {number}: ")


def _delimiter(text: str) -> str | None:
    """The mark between the fields, if the first line names a title and a text."""
    head = text[:4000].lstrip().split("\n", 1)[0]
    for mark in ("\t", ",", ";"):
        names = {squeezed(name) for name in head.split(mark)}
        if len(names) > 1 and names & _TITLES and (names & _TEXTS or names & {"url", "arxivid", "id", "link"}):
            return mark
    return None


def _separated(text: str, delimiter: str) -> Iterator[Any]:
    """Rows of a separated text; one whose number of fields is not that of the first line is bad."""
    csv.field_size_limit(2**24)
    reader = csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter)
    names = [name.strip() for name in next(reader)]
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield BadRow("not readable")
            continue
        if len(cells) == len(names):
            yield dict(zip(names, cells, strict=True))
        elif cells:
            yield BadRow("cut off, or of another number of fields")


def _piped(text: str) -> bool:
    """Whether *text* holds a Markdown table with a column of titles."""
    return "|" in text[:20_000] and any(_head(line) for line in text[:20_000].split("\n"))


def _head(line: str) -> bool:
    names = {squeezed(cell) for cell in _CELL.split(line)} if line.count("|") >= 2 else set()
    return bool(names & _TITLES) and len(names) > 2


def _table(text: str) -> Iterator[Any]:
    names: list[str] = []
    for line in map(str.strip, text.split("\n")):
        if "|" not in line:
            continue
        cells = [unescaped(cell.strip()) for cell in _CELL.split(line.removeprefix("|").removesuffix("|"))]
        if not names:
            names = cells if _head(line) else []
        elif set(line) <= set("|-: +="):
            continue
        elif len(cells) == len(names):
            yield _row(dict(zip(names, cells, strict=True)))
        else:
            yield BadRow("cut off, or of another number of fields")


def _row(cells: dict[str, str]) -> dict[str, Any]:
    """Cells without their links; what a link leads to becomes a field of its own."""
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        found = LINK.search(cell) if "](" in cell else None
        if found is not None:
            row.setdefault("url", found[2])
            cell = LINK.sub(r"\1", cell)
        row[name] = cell.strip("* ")
    if "title" not in {squeezed(name) for name in row} and "Paper" in row:
        row["title"] = row.pop("Paper")
    return row


def _items(text: str, where: str) -> list[Any]:
    """The items of a feed. Refuses one that does not close, or that defines entities of its own."""
    if "<!ENTITY" in text[:20_000]:
        raise DumpRefused(where, "a feed that defines its own entities is not read")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 entities are refused above, and expat caps their growth
    except (ElementTree.ParseError, ValueError, RecursionError):
        raise DumpRefused(where, "cut off: the feed does not close") from None
    return [_item(node) for node in root.iter() if _local(node.tag) in {"item", "entry"}]


def _item(node: ElementTree.Element) -> dict[str, Any]:
    row: dict[str, Any] = {}
    authors: list[str] = []
    for child in node:
        name, words = _local(child.tag), (child.text or "").strip()
        if name == "link":
            words = words or child.get("href", "")
        if name in {"author", "creator"}:
            named = [one.text or "" for one in child if _local(one.tag) == "name"]
            authors += named or [words]
        elif words:
            row.setdefault(name, words)
    if authors:
        row["authors"] = authors
    return row


def _local(tag: Any) -> str:
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
