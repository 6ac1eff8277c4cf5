"""Which line of a TOML text holds a key: for fault messages, so only for texts that tomllib has accepted."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping

Location = tuple[str | int, ...]
"""Where a value stands: ("interests", 0, "keywords")."""

_MARK = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|\n"
    r"|[\[\]{}=,.]"
    r"|[^\s\[\]{}=,.\"'#]+",
    re.DOTALL,
)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


_DEEPEST = 8
"""Longer locations are cut: no key of the config lies deeper."""


def lines_of(text: str) -> dict[Location, int]:
    """Return the line, from 1, of every key, table and list element of *text*."""
    lines: dict[Location, int] = {}
    for place, line in _places(text):
        lines.setdefault(place[:_DEEPEST], line)  # of two places of one name (a table reopened) the first counts
    return lines


def line_of(wanted: Location, lines: Mapping[Location, int]) -> int | None:
    """Return the line of *wanted* or of the nearest table or list that encloses it."""
    for length in range(min(len(wanted), _DEEPEST), 0, -1):
        if wanted[:length] in lines:
            return lines[wanted[:length]]
    return None


def _places(text: str) -> Iterator[tuple[Location, int]]:
    """Yield every key, table header and list element of *text* with its line."""
    walk = _Walk(text)
    table: Location = ()
    counts: dict[Location, int] = {}
    while (mark := walk.peek()) is not None:
        line = walk.line
        if mark == "[":
            table = yield from walk.header(counts)
        elif mark == "\n":
            walk.take()
        else:
            key = walk.key(until="=")
            for length in range(1, min(len(key), _DEEPEST) + 1):
                yield table + key[:length], line
            yield from walk.value(table + key)


class _Walk:
    """A place in the mark stream of a text; comments are skipped, newlines are counted."""

    def __init__(self, text: str) -> None:
        self._marks: list[str] = [mark for mark in _MARK.findall(text) if not mark.startswith("#")]
        self._next = 0
        self.line = 1

    def peek(self) -> str | None:
        return self._marks[self._next] if self._next < len(self._marks) else None

    def take(self) -> str:
        mark = self._marks[self._next]
        self._next += 1
        self.line += mark.count("\n")
        return mark

    def key(self, *, until: str) -> Location:
        """Take a dotted key and the *until* after it."""
        parts: list[str] = []
        while (mark := self.take()) != until:
            # A bare key may look like a number with a dot, which the marks split just as TOML does.
            if mark not in {".", "\n"}:
                parts.append(_plain(mark))
        return tuple(parts)

    def header(self, counts: dict[Location, int]) -> Generator[tuple[Location, int], None, Location]:
        """Take ``[table]`` or ``[[list]]``; the generator's result is the table that is open from here."""
        line = self.line
        self.take()
        listed = self.peek() == "["
        if listed:
            self.take()
        key = self.key(until="]")
        if listed:
            self.take()
        table: Location = ()
        for part in key[: min(len(key), _DEEPEST) - 1]:
            table = _innermost((*table, part), counts)
            yield table, line
        table = (*table, *key[-1:])
        if listed:
            yield table, line
            counts[table] = counts.get(table, -1) + 1
            table = (*table, counts[table])
        else:
            table = _innermost(table, counts)
        yield table, line
        return table

    def value(self, place: Location) -> Iterator[tuple[Location, int]]:
        """Take the value that stands at *place*, with the elements of lists and inline tables."""
        open_: list[tuple[Location, int | None]] = []  # what is open, and how many elements a list had so far
        while (mark := self.peek()) is not None:
            if mark == "\n" and not open_:
                return
            line = self.line
            inside, count = open_[-1] if open_ else (place, None)
            if open_ and count is None and mark not in {"}", ",", "\n"}:
                place = inside + self.key(until="=")
                yield place, line
                mark = self.peek() or ""
            elif count is not None and mark not in {"]", ",", "\n"}:
                place = (*inside, count)
                open_[-1] = (inside, count + 1)
                yield place, line
            self._step(mark, place, open_)

    def _step(self, mark: str, place: Location, open_: list[tuple[Location, int | None]]) -> None:
        self.take()
        if mark in {"]", "}"}:
            open_.pop()
        elif mark in {"[", "{"}:
            open_.append((place, 0 if mark == "[" else None))
        elif mark not in {",", "\n"}:
            while self.peek() == "." or (self.peek() or ",")[0] not in ",]}\n":  # 1.5, or a date and a time
                self.take()


def _innermost(table: Location, counts: dict[Location, int]) -> Location:
    """A name that stands for a list of tables means the last of them."""
    return (*table, counts[table]) if table in counts else table


def _plain(mark: str) -> str:
    if mark[:1] == "'":
        return mark[1:-1]
    if mark[:1] == '"':
        return re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", _unescape, mark[1:-1])
    return mark


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, code)
