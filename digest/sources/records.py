"""A record of named fields (an API's row, a table's line) as an entry, whatever its fields are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from digest.model import Entry, Paper, ShownDate
from digest.sources.shapes import DAY, arxiv_in, paper_url, shown_date
from digest.text import clean

_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "papertitle", "name", "headline"),
    "abstract": ("abstract", "summary", "description", "abstracttext", "content", "text", "body"),
    "summary": ("aisummary", "tldr", "summary"),
    "published": (
        "publishedat", "published", "publisheddate", "publishedon", "publicationdate", "date", "pubdate",
        "datepublished", "submittedon", "isodate",
    ),
    "upvotes": ("upvotes", "votes", "upvote", "upvotecount", "numupvotes", "likes", "points"),
    "num_comments": ("numcomments", "comments", "commentcount", "commentscount", "ncomments"),
    "num_authors": ("numauthors", "authorcount", "authorscount", "nauthors"),
    "authors": ("authors", "author", "authornames", "creators"),
    "arxiv_id": (
        "arxivid", "arxiv", "id", "paperid", "url", "link", "arxivurl", "paperurl", "href", "guid", "pdf", "pdfurl"
    ),
    "url": ("url", "link", "paperurl", "href", "arxivurl", "guid"),
    "code_url": ("githubrepo", "github", "codeurl", "code", "githuburl", "repo", "repository", "codelink"),
    "keywords": ("aikeywords", "keywords", "tags"),
    "organisation": ("organization", "organisation", "affiliation", "org"),
    "project_url": ("projectpage", "projecturl", "project", "homepage"),
    "stars": ("githubstars", "stars", "stargazerscount"),
    "submitter": ("submittedby", "submittedondailyby", "submitter"),
}  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\d])")
_RFC = re.compile(r"(?:[A-Z][a-z]{2,8},? )?(\d{1,2}) ([A-Z][a-z]{2})[a-z]* (\d{4})")
_DAY = re.compile(DAY + r"\b")
_VERSION = re.compile(r"\d{4}\.\d{4,5}v(\d{1,2})(?!\w)")
_SEPARATORS = re.compile(r"[^a-z0-9]")
_MANY = re.compile(r"\s*(?:;|\band\b|&|,)\s*")
_MOST = 20_000


def squeezed(name: str) -> str:
    """A field's name in lower case without its separators: "num_comments" and "numComments" are one."""
    return name.lower() if name.isalnum() else _SEPARATORS.sub("", name.lower())


def entry_of(record: Mapping[str, Any], around: Mapping[str, Any] | None = None) -> Entry | str:
    """Read *record*; *around* is what encloses it and knows some fields more. A sentence where it is no paper."""
    fields = _named(record)
    outer = _named(around or {})
    title = _text(_first(fields, "title")) or _text(_first(outer, "title"))
    if not title:
        return "a row without a title"
    abstract_name = next((name for name in _NAMES["abstract"] if _text(fields.get(name))), "")
    authors = _authors(_first(fields, "authors"))
    count = _count(_first(fields, "num_authors"))
    arxiv_id, version = _arxiv(fields)
    url = _url(_first(fields, "url"))
    paper = Paper(
        title=title,
        abstract=_text(fields.get(abstract_name)) or None,
        authors=authors,
        num_authors=len(authors) if count is None and authors is not None else count,
        url=paper_url(arxiv_id) if url is None else url,
        arxiv_id=arxiv_id,
        code_url=_url(_first(fields, "code_url")),
        upvotes=_count(_first(fields, "upvotes", outer)),
        num_comments=_count(_first(fields, "num_comments", outer)),
        keywords=_words(_first(fields, "keywords")),
        summary=_text(_other(fields, abstract_name)) or None,
        organisation=_named_by(_first(fields, "organisation", outer)),
        version=version,
        project_url=_url(_first(fields, "project_url", outer)),
        stars=_count(_first(fields, "stars", outer)),
        submitter=_named_by(_first(fields, "submitter", outer)),
    )
    return Entry(paper, _shown(_first(fields, "published")))


def _named(record: Mapping[str, Any]) -> dict[str, Any]:
    return {squeezed(str(name)): value for name, value in record.items()}


def _first(fields: Mapping[str, Any], wanted: str, outer: Mapping[str, Any] | None = None) -> Any:
    for place in (fields, outer or {}):
        for name in _NAMES[wanted]:
            value = place.get(name)
            if value is not None and value != "":
                return value
    return None


def _other(fields: Mapping[str, Any], abstract_name: str) -> Any:
    return next((fields[name] for name in _NAMES["summary"] if name != abstract_name and name in fields), None)


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    """A count of at least 0; digits in a string count, too. Anything else (1.3k, NaN, true) is not shown."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value.strip()) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return len(value) if isinstance(value, list) else None
    return int(value) if 0 <= value < 10**9 and value == int(value) else None


def _arxiv(fields: Mapping[str, Any]) -> tuple[str | None, int | None]:
    for name in _NAMES["arxiv_id"]:
        value = fields.get(name)
        if isinstance(value, str) and len(value) < 400 and (found := arxiv_in(value)) is not None:
            version = _VERSION.search(value) if "v" in value else None
            return found, int(version[1]) if version else None
    return None, None


def _url(value: Any) -> str | None:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")) or len(value) > 2000:
        return None
    return None if any(char.isspace() for char in value) else clean(value)


def _authors(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        value = [name for name in _MANY.split(value) if name] if len(value) < _MOST else None
    if not isinstance(value, list) or not value:
        return None
    names = (one.get("name") or one.get("fullname") if isinstance(one, Mapping) else one for one in value[:_MOST])
    return tuple(name for name in map(_text, names) if name) or None


def _words(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        value = re.split(r"[,;]", value)
    if not isinstance(value, list):
        return None
    return tuple(word for word in map(_text, value[:_MOST]) if word) or None


def _named_by(value: Any) -> str | None:
    """The name of an organisation or a person, given as text or as a record."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("fullname", "fullName", "name", "user") if value.get(name)), None)
    return _text(value) or None


def _shown(value: Any) -> ShownDate | None:
    """A date in any of the usual spellings; an instant counts in UTC."""
    if not isinstance(value, str) or len(value) > 80:
        return None
    day = iso_day(value)
    if day is not None:
        return ShownDate(day.month, day.day, day.year)
    if (found := _RFC.match(value)) is not None:
        return _checked(found[2], found[1], found[3])
    if (found := _DAY.search(value)) is not None:
        return shown_date(found["month"], found["day"], found["year"])
    return None


def _checked(month: str, day: str, year: str) -> ShownDate | None:
    return shown_date(month, day, year) if _DAY.match(f"{month} {day}, {year}") else None


def iso_day(value: str) -> date | None:
    """The day of "2026-6-30" or of an instant like "2026-06-30T22:00:00-04:00", in UTC."""
    found = _ISO.match(value)
    if found is None:
        return None
    try:
        if len(value) > 19 and "T" in value and not value.endswith(("Z", "+00:00")):
            instant = datetime.fromisoformat(value)
            return instant.astimezone(UTC).date() if instant.tzinfo else instant.date()
        return date(int(found[1]), int(found[2]), int(found[3]))
    except (ValueError, OverflowError):
        return None


def shown_fields(entries: Iterable[Entry]) -> frozenset[str]:
    """The fields of which at least one entry shows a value."""
    names = ("abstract", "authors", "num_authors", "url", "arxiv_id", "code_url", "upvotes", "num_comments",
             "keywords", "summary", "organisation")  # fmt: skip
    found = {"title"}
    for entry in entries:
        found |= {name for name in names if name not in found and getattr(entry.paper, name) is not None}
        if entry.shown is not None:
            found.add("published")
    return frozenset(found)
