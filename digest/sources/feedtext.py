"""Style "feed": RSS and Atom, of any site; of arXiv also what is new, cross-listed or a new version."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from digest import matching
from digest.errors import DumpRefused, SourceFailed
from digest.model import Entry, Listing, Paper, ShownDate
from digest.sources.records import shown_fields
from digest.sources.rows import MAX_ABSTRACT, Draft
from digest.sources.stamps import Checked
from digest.text import clean

SHOWS = frozenset({"title", "abstract", "authors", "num_authors", "published", "url", "arxiv_id"})
MOST = 20_000
"""Entries; arXiv's own limit is 2,000."""
_ROOT = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<(?:!--.{0,2000}?--|\?[^>]{0,500}|!DOCTYPE[^>\[]{0,500})>\s*)*"
    r"<(?P<root>rss|feed|rdf:RDF|(?:atom|a):feed)[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_ROW = re.compile(r"<(?:\w{1,10}:)?(?:entry|item)[\s>]")
_ANNOUNCED = re.compile(r"arXiv:(?P<id>\S{1,40})\s+Announce Type:\s*(?P<type>[a-z-]{1,20})\s+(?:Abstract:)?\s*")
_OLD_TITLE = re.compile(r"\s*\(arXiv:(\S{1,40}?)(?: \[[\w.-]{1,20}\])?( UPDATED)?\)\s*$")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|div|dl|dt|dd|em|figure|figcaption|font|h[1-6]|hr|i|img|li|ol|p"
    r"|pre|q|s|section|small|span|strong|sub|sup|table|tbody|td|th|tr|tt|u|ul)\b[^<>]{0,3000}/?>",
    re.IGNORECASE,
)
_MANY = re.compile(r"\s*(?:;|,|\band\b)\s*")
_VERSIONED = re.compile(r"https?://arxiv\.org/abs/([\w./-]{5,30}?)v\d{1,2}$")
"""The API links to the version of the day; a link that stays is to the paper."""


def recognises(text: str) -> bool:
    """Whether *text* begins as a feed does."""
    return _ROOT.match(text[:8000]) is not None


def checked_rows(content: bytes, where: str) -> Checked:
    """Count the entries of a fetched feed, without reading them. Raises SourceFailed for what is no whole feed."""
    text = content.decode("utf-8", "replace").lstrip("\ufeff")
    if not recognises(text):
        raise SourceFailed(where, "the answer is no feed")
    if not _is_closed(text):
        raise SourceFailed(where, "the answer is cut off: the feed does not close")
    return Checked(sum(1 for _ in _ROW.finditer(text)))


def read(text: str, where: str) -> Listing:
    """Read every entry; one without a title is a reject. Refuses a feed that does not close or is no XML."""
    if not _is_closed(text):
        raise DumpRefused(where, "cut off: the feed does not close")
    found = _parsed(text, where)
    draft = Draft("feed", where, SHOWS)
    for number, entry in enumerate(found.get("entries", ())[:MOST], start=1):
        row = _entry(entry)
        if isinstance(row, str):
            draft.reject(number, f"entry {number}: {row}")
        else:
            draft.add(row, number, f"entry {number}: ")
    made = found.get("feed", {})
    draft.header = _moment(made, first="updated_parsed")
    draft.shows = SHOWS | shown_fields(draft.entries)
    return draft.listing()


def _is_closed(text: str) -> bool:
    root = _ROOT.match(text[:8000])
    return root is not None and re.search(rf"</{root['root']}\s*>\s*(?:<!--[^>]*-->\s*)*\Z", text[-2000:]) is not None


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    """What feedparser makes of *text*; from memory, so that it never takes the text for an address."""
    import feedparser

    source = io.BytesIO(text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        found: Mapping[str, Any] = feedparser.parse(
            source, response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:  # whatever a third-party parser does with a hostile text, one dump is refused
        raise DumpRefused(where, f"not readable as a feed: {type(error).__name__}") from None
    if found.get("bozo") and not found.get("entries"):
        raise DumpRefused(where, "not readable as a feed")
    return found


def _entry(entry: Mapping[str, Any]) -> Entry | str:
    title = _plain(_text(entry, "title"))
    old_style = _OLD_TITLE.search(title)
    title = title[: old_style.start()] if old_style else title
    if not title:
        return "without a title"
    text, announced = _abstract(entry)
    names = (_text(entry, "id"), announced["id"] if announced else "", old_style[1] if old_style else "", _link(entry))
    arxiv_id, version = _arxiv(names)
    kind = _text(entry, "arxiv_announce_type") or (announced["type"] if announced else "")
    revision = kind.startswith("replace") or bool(old_style and old_style[2])
    authors = _authors(entry)
    paper = Paper(
        title=title,
        abstract=text or None,
        authors=authors,
        num_authors=len(authors) if authors else None,
        url=_link(entry) or (f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else None),
        arxiv_id=arxiv_id,
        version=version,
    )
    # What a revision shows is the day of the announcement, not that of the paper.
    shown = None if revision else _moment(entry)
    return Entry(paper, shown, revision)


def _abstract(entry: Mapping[str, Any]) -> tuple[str, re.Match[str] | None]:
    """The text of an entry, and arXiv's line before it."""
    bodies = [_text(entry, "summary")]
    content = entry.get("content")
    for one in content[:3] if isinstance(content, list) else ():
        bodies.append(_text(one, "value") if isinstance(one, Mapping) else "")
    raw = next((body for body in bodies if body.strip()), "")
    announced = _ANNOUNCED.match(raw.lstrip()[:400])
    if announced is not None:
        raw = raw.lstrip()[announced.end() :]
    return _plain(raw[: 4 * MAX_ABSTRACT]), announced


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Words without markup; a "<" of a formula stays."""
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text)).replace("\u00a0", " ")
    return clean(text)


def _arxiv(names: Iterable[str]) -> tuple[str | None, int | None]:
    """The first arXiv id that is named, with the version that any of *names* shows of it."""
    short = [name[:400].removeprefix("oai:arXiv.org:") for name in names if name]
    found = [one for name in short if (one := matching.arxiv_id(name)) is not None]
    if not found:
        return None, None
    return found[0][0], next((version for id_, version in found if id_ == found[0][0] and version is not None), None)


def _link(entry: Mapping[str, Any]) -> str:
    link = _VERSIONED.sub(r"https://arxiv.org/abs/\1", _text(entry, "link").strip())
    usable = link.startswith(("http://", "https://")) and len(link) <= 2000 and not any(c.isspace() for c in link)
    return clean(link) if usable else ""


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Names, one by one; a feed may give all of them as one."""
    listed = entry.get("authors")
    names = [
        _plain(one["name"])
        for one in (listed[:2000] if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and isinstance(one.get("name"), str)
    ]
    if len(names) == 1 and len(names[0]) < 100_000:
        names = _MANY.split(names[0])
    return tuple(name for name in names if name) or None


def _moment(made: Mapping[str, Any], first: str = "published_parsed") -> ShownDate | None:
    """The day of an entry or a feed; read from the plain dictionary, since feedparser takes one name for another."""
    plain = dict(made)
    return _day(plain.get(first)) or _day(plain.get("updated_parsed")) or _day(plain.get("published_parsed"))


def _day(moment: Any) -> ShownDate | None:
    try:
        day = date(moment[0], moment[1], moment[2])
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return ShownDate(day.month, day.day, day.year) if 1900 <= day.year <= 2200 else None
