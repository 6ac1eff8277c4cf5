"""The shapes of lines that every capture style shares: days, counts, furniture, and the addresses of papers."""

from __future__ import annotations

import re
from calendar import monthrange

from digest.model import ShownDate
from digest.text import clean

PAPERS = "https://huggingface.co/papers/"
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
DAY = rf"(?P<month>{MONTH}) (?P<day>\d{{1,2}})(?:, (?P<year>\d{{4}}))?"
_DAY_LINE = re.compile(rf"{DAY}(?: +(?P<count>\d{{1,6}}))?")
_AUTHORS = re.compile(r"(\d{1,5}) authors?")
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?:v\d{1,2})?(?![\d.]*\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY_IN = re.compile(DAY + r"(?!\d)")
_END = frozenset(".!?…。！？\"'”’)]}»$*`|")
_URL_AT_END = re.compile(r"(?:https?://|www\.)\S{3,300}$")

# What stands around the papers on the page itself, in lower case; a line of these is understood and says nothing.
_FURNITURE = """new|subscribe|daily papers|trending papers|papers|hf papers
get trending papers in your email inbox!
byak and the research community|by ak and the research community|by|ak|and the research community
get trending papers in your email inbox once a day!
daily|weekly|monthly|today|yesterday|previous|next|load more|view all papers|sort by|search|menu
hugging face|hugging face's logo|models|datasets|spaces|buckets|posts|docs|enterprise|pricing|log in|sign up
community|solutions|company|website|tos|privacy|about|jobs|careers|terms|system theme|blog|learn|forum
daily papers - hugging face|trending papers - hugging face
·|•|-|*|[image]|submitted by|upvote|upvoted|comments
github|project page|arxiv page|view pdf|view arxiv page|pdf"""
FURNITURE = frozenset(_FURNITURE.replace("\n", "|").split("|"))


def shown_date(month: str, day: str, year: str | None) -> ShownDate | None:
    """The date made of words of a page, or None where the calendar has no such day."""
    number = _MONTHS[month[:3].lower()]
    if not 1 <= int(day) <= monthrange(int(year) if year else 2024, number)[1]:
        return None
    return ShownDate(number, int(day), int(year) if year else None)


def day_line(line: str) -> tuple[ShownDate, int | None] | None:
    """Read "Oct 3, 2024 4": the day, and the count that stands after it; None for any other line."""
    if len(line) > 40:
        return None
    found = _DAY_LINE.fullmatch(line)
    if found is None:
        return None
    day = shown_date(found["month"], found["day"], found["year"])
    return None if day is None else (day, int(found["count"]) if found["count"] else None)


def authors_line(line: str) -> int | None:
    """Read "• 6 authors" (the bullet may be missing); None for any other line."""
    if len(line) > 30:
        return None
    found = _AUTHORS.fullmatch(line.lstrip("•-* \t"))
    return int(found[1]) if found else None


def arxiv_in(text: str) -> str | None:
    """The arXiv id in *text*, without its version; None where there is none."""
    found = _ARXIV.search(text)
    if found is None or not 1 <= int(found[1][2:4]) <= 12:
        return None
    return found[1]


def paper_url(arxiv_id: str | None) -> str | None:
    """Where the page links a paper to."""
    return PAPERS + arxiv_id if arxiv_id else None


def is_furniture(line: str) -> bool:
    """Whether *line* (stripped) belongs to the page and not to a paper."""
    return len(line) < 60 and (line.lower() in FURNITURE or day_line(line) is not None)


_MASTHEAD = frozenset(
    [
        "hugging",
        "face",
        "huggingface",
        "hf",
        "daily",
        "papers",
        "paper",
        "trending",
        "today",
        "todays",
        "s",
        "of",
        "the",
        "day",
        "week",
        "month",
        "top",
        "latest",
        "new",
        "digest",
        "arxiv",
        "ai",
        "ml",
        "research",
        "list",
        "for",
        "on",
        "from",
        "summary",
        "weekly",
        "monthly",
        "hot",
        "popular",
    ]
)
_DATED = re.compile(
    rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}} {MONTH}(?: \d{{4}})?|\d{{4}}-\d\d?-\d\d?"
)


def is_masthead(line: str) -> bool:
    """Whether *line* names the page ("Hugging Face Daily Papers – June 18, 2024") rather than a paper."""
    if len(line) > 80:
        return False
    words = re.findall(r"\w+", _DATED.sub(" ", line).lower())
    return not words or (
        all(word in _MASTHEAD for word in words) and not {"paper", "papers", "daily"}.isdisjoint(words)
    )


def day_in(line: str) -> ShownDate | None:
    """The day that a masthead names somewhere, or None."""
    found = _ISO.search(line) or _DAY_IN.search(line)
    if found is None:
        return None
    if found.re is _ISO:
        if not 1 <= int(found[2]) <= 12:
            return None
        name = list(_MONTHS)[int(found[2]) - 1]
        return shown_date(name, found[3], found[1])
    return shown_date(found["month"], found["day"], found["year"])


def ends_well(text: str) -> bool:
    """Whether *text* ends like a whole abstract: a mark that ends a sentence, or an address."""
    text = text.rstrip()
    return bool(text) and (text[-1] in _END or _URL_AT_END.search(text[-320:]) is not None)


def is_prose(line: str) -> bool:
    """Whether *line* has the shape of an abstract: long, or a sentence of some length with its end mark."""
    return len(line) > 240 or (len(line) >= 60 and line[-1] == ".")


def is_heading(line: str) -> bool:
    """Whether *line* has the shape of a title: short, one line, no full stop at its end."""
    return 3 <= len(line) <= 300 and not is_prose(line) and any(map(str.isalpha, line))


# A backslash before one of these is an escape of the Markdown writer; before another it is LaTeX (\&, \%, \{).
_ESCAPED = re.compile(r"\\([\\*_`\[\]#+\-.!<>~|])")


def unescaped(text: str) -> str:
    """Undo the backslash escapes of a Markdown writer; the rest stays as written."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def label(where: str) -> str:
    """A short name of a dump for messages: the file's name, or the address as it is."""
    return where if "://" in where else clean(where.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]) or where
