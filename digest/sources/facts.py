"""Short lines of any layout as facts: counts, days, ids; and addresses by what they lead to."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from digest.model import ShownDate
from digest.sources.shapes import FURNITURE, MONTH, arxiv_in, shown_date

_WHEN = rf"""(?:(?:published|submitted|posted|released|added|updated|date)\s*(?:on|at|:)?\s*)?
    (?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}}\.?,?\s+)?
    (?:(?P<m1>{MONTH})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y1>(?:19|20)\d\d))?
      |(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{MONTH})(?:,?\s+(?P<y2>(?:19|20)\d\d))?
      |(?P<y3>(?:19|20)\d\d)[-/](?P<n3>\d{{1,2}})[-/](?P<d3>\d{{1,2}})(?:[T\s][\d:.]{{5,15}}(?:Z|[+-]\d\d:?\d\d)?)?)"""
_UP = "(?:▲|△|⬆|↑|⇧|👍|❤|♥|🔥|🤗|⭐️?\\s*upvotes)\ufe0f?"
_TALK = "(?:💬|🗨|🗪)\ufe0f?"
_PART = re.compile(
    rf"""(?:(?P<authors>\d{{1,5}})\s+authors?
      |{_WHEN}
      |{_UP}\s*(?P<v1>\d{{1,6}})|(?:up-?)?votes?\s*:?\s*(?P<v2>\d{{1,6}})
      |(?P<v3>\d{{1,6}})\s*(?:up-?votes?|votes?|likes?|points?|{_UP})
      |{_TALK}\s*(?P<c1>\d{{1,6}})|comments?\s*:?\s*(?P<c2>\d{{1,6}})|(?P<c3>\d{{1,6}})\s*(?:comments?|replies|{_TALK})
      |(?:arxiv\s*(?:id)?\s*:?\s*)?(?P<id>\d{{4}}\.\d{{4,5}})(?:v(?P<version>\d{{1,2}}))?
      |(?P<idle>(?:about\s+)?\d{{1,3}}\s+(?:second|minute|hour|day|week|month)s?\s+ago
        |(?:github|stars?|⭐\ufe0f?)\s*:?\s*[\d.,]{{1,9}}k?|[\d.,]{{1,9}}k?\s*(?:stars?|⭐\ufe0f?)
        |\+\d{{1,4}}(?:\s+(?:more|authors))?|(?:view\s+)?(?:arxiv|project|paper)\s+page|(?:view\s+)?pdf|upvotes?|comments?
        |arxiv(?!\s*:?\s*\d)|github|code|paper|html|project|demo|website|hugging\s?face|hf)
      |(?P<number>\d{{1,6}}))(?![\w.%]|,\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN = re.compile(r"(?:[^\w$€£%+▲△⬆↑⇧👍❤♥🔥🤗⭐💬🗨🗪]|_)*")
_CODE = re.compile(r"https?://(?:www\.)?(?:github|gitlab)\.com/[\w.-]+/[\w.-]+")
_COMMUNITY = re.compile(r"/papers/\d{4}\.\d{4,5}(?:v\d+)?#community")
_PAPER = re.compile(
    r"(?:^|//(?:www\.)?(?:huggingface\.co|hf\.co))/papers/\d{4}\.\d{4,5}"
    r"|//(?:www\.|export\.)?(?:arxiv|alphaxiv)\.org/(?:abs|pdf|html|overview)/\d{4}\.\d{4,5}"
)
_ROOM = 200
_SHORT = 40
_PLAIN_ROOM = 60
"""A line of words alone that is longer says no fact."""

LinkKind = Literal["paper", "vote", "community", "code", "other"]


@dataclass(slots=True)
class Facts:
    """What a short line says; *number* is a count that does not say of what."""

    votes: int | None = None
    comments: int | None = None
    authors: int | None = None
    shown: ShownDate | None = None
    arxiv_id: str | None = None
    version: int | None = None
    number: int | None = None


def facts_of(text: str) -> Facts | None:
    """Read a short line that holds nothing but facts and furniture; None for any other line."""
    if len(text) <= _SHORT:
        found = _of_short(text)
        return copy(found) if found is not None else None
    if len(text) > _ROOM:
        return None
    if len(text) > _PLAIN_ROOM and text.isascii() and text[0].isalpha() and not any(map(str.isdigit, text)):
        return None
    return _read(text)


@lru_cache(maxsize=4096)
def _of_short(text: str) -> Facts | None:
    """Short lines repeat in a listing ("6 authors", "Jun 3"), so each is read once."""
    return _read(text)


def _read(text: str) -> Facts | None:
    if text.lower() in FURNITURE:
        return Facts()
    facts = Facts()
    position = 0 if text[:1].isalnum() else _skip(text, 0)
    while position < len(text):
        found = _PART.match(text, position)
        if found is None or not _note(found, facts):
            return None
        position = _skip(text, found.end())
    return facts


def copy(facts: Facts) -> Facts:
    """A Facts of its own: readers take numbers out of them."""
    return Facts(facts.votes, facts.comments, facts.authors, facts.shown, facts.arxiv_id, facts.version, facts.number)


def _skip(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return found.end() if found else position


def _note(found: re.Match[str], facts: Facts) -> bool:
    """Put one part into *facts*; False where it contradicts the calendar or repeats what is there."""
    kind = found.lastgroup or ""
    if found["m1"] or found["m2"] or found["y3"]:
        day = _day(found)
        facts.shown = facts.shown or day
        return day is not None
    if found["id"]:
        facts.arxiv_id = arxiv_in(found["id"])
        facts.version = int(found["version"]) if found["version"] else None
        return facts.arxiv_id is not None
    if found["idle"]:
        return True
    name = {"v": "votes", "c": "comments", "a": "authors", "n": "number"}[kind[0]]
    if getattr(facts, name) is not None:
        return False
    setattr(facts, name, int(found[kind]))
    return True


def _day(found: re.Match[str]) -> ShownDate | None:
    if found["m1"]:
        return shown_date(found["m1"], found["d1"], found["y1"])
    if found["m2"]:
        return shown_date(found["m2"], found["d2"], found["y2"])
    year, month, day = int(found["y3"]), int(found["n3"]), int(found["d3"])
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return ShownDate(month, day, year)


def link_kind(url: str) -> LinkKind:
    """What an address on a page of papers leads to."""
    if "/login?next=" in url:
        return "vote"
    if _COMMUNITY.search(url) is not None:
        return "community"
    if _PAPER.search(url) is not None:
        return "paper"
    return "code" if _CODE.match(url) is not None else "other"


def linked_id(url: str) -> str | None:
    """The arXiv id that an address names, also where its slashes are encoded."""
    return arxiv_in(url[-200:].replace("%2F", "/"))
