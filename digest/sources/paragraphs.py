"""Lines -> paragraphs: what a text browser or a mail program wrapped is put together again."""

from __future__ import annotations

import re
from collections import Counter

LEAD = re.compile(r"(?:(?:[-*+•◦▪‣–>]|\[[ xX-]\])\s+|>)+")
_FIELD = re.compile(
    r"(?:Title|Abstract|Authors?|Published|Date|Submitted|Up-?[vV]otes?|Votes|Comments|[aA]rXiv|URL|ID)\b"
    r"[\w *()-]{0,20}:(?:\s|$)"
)
_LISTED = re.compile(r"\d{1,3}\.\s")

_ENDS = ".!?:;)"
_WIDEST = 1100
"""The widest that text browsers are told to be: links takes 512, lynx 1024."""
_BULLETS = frozenset("-*+•◦▪‣–")
_OVER = 4
"""Characters by which a line may be longer than the width: marks that the writer did not count."""
_SAMPLE = 20_000
"""So many lines tell how wide the text is."""


def paragraphs_of(text: str) -> list[tuple[int, str]]:
    """Lines with their numbers; wrapped lines are put together."""
    lines = text.split("\n")
    width = _wrap_width(lines[:_SAMPLE])
    wide = 0 if width else _wide_width(lines[:_SAMPLE])
    if not width and not wide:
        return [(number, line.strip()) for number, line in enumerate(lines, start=1) if line and not line.isspace()]
    found: list[tuple[int, list[str]]] = []
    previous = ""
    for number, line in enumerate(lines, start=1):
        words = line.strip()
        if (
            words
            and found
            and previous.strip()
            and _continues(previous, line, width or wide)
            and not (wide and previous.rstrip()[-1] in _ENDS)
        ):
            found[-1][1].append(words)
        elif words:
            found.append((number, [words]))
        previous = line
    hyphens = sum(part[-1:] == "-" and part[-2:-1].isalpha() for _, parts in found for part in parts[:-1])
    breaks = hyphens * 100 >= sum(len(parts) - 1 for _, parts in found)
    return [(number, _joined(parts, breaks)) for number, parts in found]


def _wrap_width(lines: list[str]) -> int:
    """The column at which *lines* were wrapped, 0 where they were not: no line is long, and many are nearly so."""
    lengths = Counter(len(line.rstrip()) for line in lines if line and not line.isspace() and not _is_address(line))
    total = lengths.total()
    if total < 8 or sum(count for length, count in lengths.items() if length > 200) * 50 > total:
        return 0
    # Some writers wrap paragraphs and leave headings as long as they are.
    width = max(lengths, key=lambda length: (_full(lengths, length), length))
    most = max(lengths[length] for length in range(max(0, width - 14), width + 1))
    while lengths[width] * 8 < most:
        width -= 1
    beyond = sum(count for length, count in lengths.items() if length > width)
    if width >= 40 and _full(lengths, width) * 5 >= 2 * total and beyond * 8 < total:
        return width
    width = remaining = 0
    for length in sorted(lengths, reverse=True):
        remaining += lengths[length]
        if remaining * 100 >= total:
            width = length
            break
    return width if width >= 40 and _full(lengths, width) * 4 >= total else 0


def _wide_width(lines: list[str]) -> int:
    """The column at which a few very long lines were cut amid a sentence, where all else has lines of its own."""
    width = max((len(line.rstrip()) for line in lines), default=0)
    cut = sum(width - 14 <= len(line.rstrip()) and line.rstrip()[-1:] not in _ENDS for line in lines)
    return width if 300 <= width <= _WIDEST and cut > 1 else 0


def _full(lengths: Counter[int], width: int) -> int:
    """How many lines end where a word of the next one may not have fitted into *width*."""
    return sum(lengths[length] for length in range(max(0, width - 14), width + 1))


def _is_address(line: str) -> bool:
    """Whether *line* ends in an address that could not be wrapped."""
    return "http" in line and len(line) < 400 and " " not in line[line.rfind("http") :].rstrip()


def _continues(previous: str, line: str, width: int) -> bool:
    """Whether *line* goes on where *previous* was wrapped: its first word did not fit there."""
    words = line.lstrip()
    end = words.find(" ")
    if len(previous.rstrip()) > width + _OVER and "http" not in previous:
        return False  # it was not wrapped at all
    if len(previous.rstrip()) + 1 + (end if end > 0 else len(words.rstrip())) <= width:
        return False
    first = words[0]
    if words.rstrip() in _BULLETS:
        return False
    if first.islower():
        return True
    if first in "#|`-*+•◦▪‣–>[" and (words.startswith(("#", "|", "```")) or LEAD.match(words)):
        return False
    if first.isdigit() and _LISTED.match(words) and previous.rstrip()[-1] in ".:;!?":
        return False
    return not (first.isupper() and ":" in words[:32] and _FIELD.match(words))


def _in_address(last: str, part: str) -> bool:
    """Whether an address was broken behind a slash between the two."""
    if not last.endswith("/"):
        return False
    begun, first = last.rsplit(" ", 1)[-1], part.split(" ", 1)[0]
    return begun.endswith("://") or ("://" in begun and not first.rstrip(".,;)").isalpha())


def _joined(parts: list[str], breaks: bool) -> str:
    """Parts of a paragraph as one line; where the writer *breaks* words after a hyphen, they are whole again."""
    if len(parts) == 1:
        return parts[0]
    out = [parts[0]]
    for part in parts[1:]:
        last = out[-1]
        broken = breaks and last.endswith("-") and last[-2:-1].isalnum() and part[:1].isalnum()
        broken = broken or _in_address(last, part)
        if not broken or part.split(" ", 1)[0] in {"and", "or", "to", "und"}:
            out.append(" ")
        out.append(part)
    return "".join(out)
