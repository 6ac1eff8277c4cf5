"""A dump's bytes -> a capture: its style told, its rows read and dated, its day settled. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from digest import dates
from digest.errors import DumpRefused
from digest.model import Capture, Dump, Entry, Listing, Paper, RawDump, Reject, Sighting
from digest.sources import api, barelinks, card, feedtext, firecrawl, generic, glued, page, plain, trending
from digest.sources.decode import decoded
from digest.sources.jsontext import looks_like_json
from digest.sources.likeness import lists_papers
from digest.sources.shapes import label


@dataclass(frozen=True, slots=True)
class Style:
    """A capture style: how it is told, and how it is read."""

    recognises: Callable[[str], bool]
    read: Callable[[str, str], Listing]


STYLES: dict[str, Style] = {
    "api": Style(api.recognises, api.read),
    "feed": Style(feedtext.recognises, feedtext.read),
    "page": Style(page.recognises, page.read),
    "barelinks": Style(barelinks.recognises, barelinks.read),
    "trending": Style(trending.recognises, trending.read),
    "firecrawl": Style(firecrawl.recognises, firecrawl.read),
    "card": Style(card.recognises, card.read),
    "glued": Style(glued.recognises, glued.read),
    "plain": Style(plain.recognises, plain.read),
    "generic": Style(generic.recognises, generic.read),
}
"""Every style in the order in which they are asked."""
_STRUCTURED = frozenset({"api", "feed", "page"})
_ALWAYS = frozenset({"num_authors", "upvotes", "arxiv_id"})
"""Facts that stand with every paper of a page that shows them."""
_FOOTER = re.compile(r"^\W{0,6}\d{1,5} authors?\W{0,6}$", re.MULTILINE)


def dump_id(content: bytes) -> str:
    """What a dump is known by: the sha256 of its bytes in hex."""
    return hashlib.sha256(content).hexdigest()


def read(raw: RawDump, first_seen: datetime) -> Capture:
    """Read a dump whole. Raises DumpRefused, with one line that says why, for what is no listing of papers.

    *first_seen* is the aware instant when these bytes were first met: an inferred day is never after it.
    """
    listing = listing_of(decoded(raw.content, raw.where), raw.where)
    captured_on, dated_by = dates.capture_day(
        listing,
        where=raw.where,
        given_on=raw.given_on,
        fetched_live=raw.fetched_live,
        fetched_at=raw.fetched_at,
        first_seen=first_seen,
    )
    dump = Dump(
        id=dump_id(raw.content),
        source=raw.source,
        where=raw.where,
        style=listing.style,
        captured_on=captured_on,
        dated_by=dated_by,
        fetched_at=raw.fetched_at,
        header=listing.header,
        shows=listing.shows,
    )
    sightings, misdated = _dated(_once(listing.entries), captured_on, label(raw.where))
    return Capture(dump, sightings, listing.rejects + misdated)


def listing_of(text: str, where: str) -> Listing:
    """Tell the style of *text* and read it; what is understood by less than half is refused as a whole.

    A text that only looks like a known style, and of which that style's reader leaves more than a few rows,
    is read as an unknown layout, if that leaves fewer.
    """
    found: Listing | None = None
    for name, style in STYLES.items():
        if name != "generic" and style.recognises(text):
            listing = style.read(text, label(where))
            found = listing if understood(listing, text) else None
            break
    if found is not None and (found.style in _STRUCTURED or is_convincing(found, text)):
        return found
    try:
        other = generic.read(text, label(where))
    except DumpRefused:
        if found is None or not lists_papers(list(found.entries), text):
            raise
        return found
    return other if found is None or _worth(other) > _worth(found) else found


def is_convincing(listing: Listing, text: str) -> bool:
    """Whether the reader of a known text style left few rows, and found the facts that this style shows."""
    taken = len(listing.entries)
    if len(listing.rejects) > 2 + taken // 20 or len(_FOOTER.findall(text)) > 1 + 1.3 * (taken + len(listing.rejects)):
        return False
    papers = [entry.paper for entry in listing.entries]
    if len({paper.title for paper in papers}) * 5 < taken * 4:
        return False
    for name in sorted(listing.shows & _ALWAYS):
        if sum(getattr(paper, name) is None for paper in papers) * 2 > taken:
            return False
    return True


def _worth(listing: Listing) -> tuple[int, int]:
    """Which of two listings of a text is the better one: that leaves fewer rows, then that knows more of them."""
    facts = sum(getattr(entry.paper, name) is not None for entry in listing.entries for name in _ALWAYS)
    return -len(listing.rejects), len(listing.entries) + facts


def understood(listing: Listing, text: str) -> bool:
    """Whether at least half of the rows were read, and for a text at least half of what it says in prose."""
    taken, rejected = len(listing.entries), len(listing.rejects)
    if not taken or rejected > taken:
        return False
    if listing.style in _STRUCTURED or looks_like_json(text):
        return True
    held = sum(len(entry.paper.title) + len(entry.paper.abstract or "") for entry in listing.entries)
    prose = sum(len(line) for line in text.split("\n") if len(line) > 80 and not line.lstrip().startswith("http"))
    return 2 * held >= prose


def _once(entries: tuple[Entry, ...]) -> list[Entry]:
    """Each paper once, at its first place; a repeat only fills in what the first did not show."""
    found: list[Entry] = []
    places: dict[str, int] = {}
    for entry in entries:
        names = [entry.paper.title.casefold()] + ([entry.paper.arxiv_id] if entry.paper.arxiv_id else [])
        place = next((places[name] for name in reversed(names) if name in places), None)
        if place is not None and _differ(found[place].paper, entry.paper):
            place = None
        if place is None:
            place = len(found)
            found.append(entry)
        else:
            found[place] = _filled(found[place], entry)
        for name in names:
            places.setdefault(name, place)
    return found


def _differ(one: Paper, other: Paper) -> bool:
    """Whether two papers of one title have different arXiv ids: then they are two."""
    return one.arxiv_id is not None and other.arxiv_id is not None and one.arxiv_id != other.arxiv_id


def _filled(first: Entry, repeat: Entry) -> Entry:
    missing = {
        field.name: getattr(repeat.paper, field.name)
        for field in fields(Paper)
        if getattr(first.paper, field.name) is None and getattr(repeat.paper, field.name) is not None
    }
    paper = replace(first.paper, **missing) if missing else first.paper
    return Entry(paper, first.shown or repeat.shown, first.revision and repeat.revision)


def _dated(
    entries: list[Entry], captured_on: date | None, where: str
) -> tuple[tuple[Sighting, ...], tuple[Reject, ...]]:
    """Give each row its date; one after the day of the capture is wrong, and is left out by name."""
    sightings: list[Sighting] = []
    rejects: list[Reject] = []
    for position, entry in enumerate(entries):
        paper, shown = entry.paper, entry.shown
        day = dates.published_on(shown, captured_on) if shown is not None else None
        if day is not None and captured_on is not None and day > captured_on:
            why = f"row {position + 1}: the date {day} is after {captured_on}, the day of the page ({paper.title[:60]})"
            rejects.append(Reject(where, why))
            day = shown = None
        dated = replace(paper, published=day) if day else paper
        sightings.append(Sighting(dated, position, shown, entry.revision))
    return tuple(sightings), tuple(rejects)
