"""Feeds of the editions in a folder, as Atom and as JSON Feed, made anew from the files that lie there."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
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
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    day: str
    title: str
    content: str


def feeds(folder: Path, name: str) -> dict[str, bytes]:
    """The feeds of *folder* by file name: its newest 30 editions, the newest first.

    Ids follow from *name* and the day alone, so they stay the same wherever the folder is moved and however
    often a feed is written. Raises OSError.
    """
    editions = (path for path in folder.iterdir() if _EDITION.fullmatch(path.name) and path.is_file())
    entries = list(_entries(sorted(editions, reverse=True)[:NEWEST], name))
    title = f"{wording.PRODUCT}: {clean(name)}"
    return {ATOM: _atom(entries, _urn(name, ""), title).encode(), JSON: _json(entries, title).encode()}


def _entries(paths: list[Path], name: str) -> Iterator[_Entry]:
    for path in paths:
        page = _NOT_XML.sub("", path.read_bytes().decode("utf-8", "replace"))
        title, body = _TITLE.search(page), _BODY.search(page)
        said = clean(unescape(title[1])) if title else f"{wording.PRODUCT}, {path.stem}"
        yield _Entry(_urn(name, path.stem), path.stem, said, (body[1] if body else page).strip())


def _urn(name: str, day: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'paper-digest:folder:{name}/{day}')}"


def _atom(entries: list[_Entry], own: str, title: str) -> str:
    updated = f"{entries[0].day if entries else '1970-01-01'}T00:00:00Z"
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f'<id>{own}</id><title>{escape(title)}</title><updated>{updated}</updated><link rel="self" href="{ATOM}"/>'
        f"<author><name>{wording.PRODUCT}</name></author>\n"
    )
    return head + "".join(map(_atom_entry, entries)) + "</feed>\n"


def _atom_entry(entry: _Entry) -> str:
    return (
        f"<entry><id>{entry.id}</id><title>{escape(entry.title)}</title><updated>{entry.day}T00:00:00Z</updated>"
        f'<link rel="alternate" type="text/html" href="{entry.day}.html"/>'
        f'<content type="html">{escape(entry.content)}</content></entry>\n'
    )


def _json(entries: list[_Entry], title: str) -> str:
    items = [
        {
            "id": entry.id,
            "title": entry.title,
            "content_html": entry.content,
            "date_published": f"{entry.day}T00:00:00Z",
        }
        for entry in entries
    ]
    value = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
