"""Feeds of the editions in a folder, as Atom and as JSON Feed, made anew from the files that lie there."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from digest.render import wording
from digest.text import clean

NEWEST = 30
ATOM, JSON = "feed.atom", "feed.json"

_EDITION = re.compile(r"\d{4}-\d{2}-\d{2}\.html")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)
_ENTRY, _ITEM = b"<entry><updated>", b'{"date_published": "'
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One edition in a feed: *content* is HTML, *url* where it stands as a page."""

    id: str
    day: str
    title: str
    content: str
    url: str


def feeds(folder: Path, name: str, changed: str) -> dict[str, bytes]:
    """The feeds of *folder* by file name: its newest 30 editions, the newest first.

    Only the edition of the day *changed*, and what the last feeds lack, is read from its page: thirty pages are a
    megabyte. Ids follow from *name* and the day alone, so they stay the same wherever the folder is moved and however
    often a feed is written. Raises OSError.
    """
    days = sorted(path.stem for path in folder.iterdir() if _EDITION.fullmatch(path.name) and path.is_file())
    days = days[: -NEWEST - 1 : -1]
    atoms, items = _written(folder / ATOM, _ENTRY), _written(folder / JSON, _ITEM)
    for day in days:
        if day == changed or day not in atoms or day not in items:
            entry = _entry(folder / f"{day}.html", name)
            atoms[day], items[day] = atom_entry(entry).encode(), json_item(entry).encode()
    title = f"{wording.PRODUCT}: {clean(name)}"
    return {
        ATOM: atom([atoms[day] for day in days], days, urn(name, ""), title, ATOM),
        JSON: json_feed([items[day] for day in days], title),
    }


def _written(feed: Path, begins: bytes) -> dict[str, bytes]:
    """What the last feed holds of each day, a line each; nothing of one that is missing or of another form."""
    try:
        lines = feed.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    ours = (line.removesuffix(b",") for line in lines if line.startswith(begins) and line.endswith((b">", b"}", b"},")))
    return {line[len(begins) :][:10].decode("ascii", "replace"): line for line in ours}


def _entry(page: Path, name: str) -> Entry:
    text = fit_for_xml(page.read_bytes().decode("utf-8", "replace"))
    title, body = _TITLE.search(text), _BODY.search(text)
    said = clean(unescape(title[1])) if title else f"{wording.PRODUCT}, {page.stem}"
    return Entry(urn(name, page.stem), page.stem, said, (body[1] if body else text).strip(), page.name)


def fit_for_xml(text: str) -> str:
    """*text* without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def urn(name: str, day: str) -> str:
    """The permanent id of the edition of *day*, or with "" of the whole feed."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'paper-digest:folder:{name}/{day}')}"


def atom(entries: Sequence[bytes], days: Sequence[str], own: str, title: str, address: str) -> bytes:
    """An Atom feed (RFC 4287) of *entries*, those of *days*, with the id *own*, found at *address*."""
    updated = f"{days[0] if days else '1970-01-01'}T00:00:00Z"
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{own}</id><title>{escape(title)}</title><updated>{updated}</updated>"
        f'<link rel="self" href="{escape(address)}"/>'
        f"<author><name>{wording.PRODUCT}</name></author>"
    )
    return b"\n".join([head.encode(), *entries, b"</feed>\n"])


def atom_entry(entry: Entry) -> str:
    """One entry in one line, as `_written` finds it again: a line break in the page is a character of its own."""
    return (
        f"<entry><updated>{entry.day}T00:00:00Z</updated><id>{entry.id}</id><title>{escape(entry.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(entry.url)}"/>'
        f'<content type="html">{_in_line(entry.content)}</content></entry>'
    )


def _in_line(text: str) -> str:
    return escape(text).replace("\n", "&#10;").replace("\r", "&#13;")


def json_feed(items: Sequence[bytes], title: str) -> bytes:
    """A JSON Feed, version 1.1, of *items*."""
    head = {"version": "https://jsonfeed.org/version/1.1", "title": title}
    opening = json.dumps(head, ensure_ascii=False)[:-1] + ', "items": [\n'
    return opening.encode() + b",\n".join(items) + b"\n]}\n"


def json_item(entry: Entry) -> str:
    """One item in one line, as `_written` finds it again."""
    day = f"{entry.day}T00:00:00Z"
    item = {
        "date_published": day,
        "id": entry.id,
        "title": entry.title,
        "url": entry.url,
        "content_html": entry.content,
    }
    return json.dumps(item, ensure_ascii=False)
