"""Plain text for mail: lines of at most 72 columns, counted as a terminal shows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WIDTH = 72

# Where characters begin that take two columns or none: combining marks, Hangul, CJK, full-width forms, emoji.
_NOT_ONE_COLUMN = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u1fff\u200b-\u200f\u2329-\u23ff\u25fd-\uffff\U00010000-\U0010ffff]"
)


@lru_cache(maxsize=16384)
def wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """*text* in lines of at most 72 columns, each after *indent* (the first after *first*, if given).

    A word longer than a line, such as an address, keeps a line of its own whole; only text written
    without spaces, such as Chinese, is divided anywhere.
    """
    lines: list[str] = []
    line, used = indent if first is None else first, columns(indent if first is None else first)
    begun = False
    for word in _pieces(text, WIDTH - columns(indent)):
        width = columns(word)
        if begun and used + 1 + width > WIDTH:
            lines.append(line)
            line, used, begun = indent, columns(indent), False
        line = f"{line} {word}" if begun else line + word
        used += width + begun
        begun = True
    return "\n".join([*lines, line.rstrip()])


def _pieces(text: str, room: int) -> Iterator[str]:
    """The words of *text*, those of wide characters in pieces of at most *room* columns."""
    for word in text.split():
        if len(word) * 2 <= room or columns(word) < len(word) * 1.5:
            yield word
        else:
            step = max(1, room // 2)
            yield from (word[start : start + step] for start in range(0, len(word), step))


def columns(text: str) -> int:
    """How many columns *text* takes: two for wide East Asian characters and emoji, none for combining marks."""
    if text.isascii() or not _NOT_ONE_COLUMN.search(text):
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def underlined(text: str, mark: str = "-") -> str:
    """*text* with a line of *mark* beneath it, as a heading."""
    return f"{text}\n{mark * min(columns(text), WIDTH)}"
