"""BibTeX as Zotero, JabRef and people write it -> entries of plain text.

Only what a reading list needs: entries and their fields, @string, braces, quotes and "#"; macros that are not
defined stand for their own name (jan, feb). What cannot be read is named with its line, and the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Entry = Mapping[str, str]
"""The fields of an entry by lower-case name, their values without braces and TeX."""

_START = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*([{(])", re.MULTILINE)
_FIELD = re.compile(r"[\s,]*([^\s=,{}\"#]+)\s*=\s*")
_BARE = re.compile(r"[^\s,{}\"#()]+")
_MARK = re.compile(r"\\.|[{}\"]", re.DOTALL)
_JOIN = re.compile(r"\s*#\s*")
_NOT_PAPERS = {"comment", "preamble"}


def entries(text: str) -> Iterator[tuple[int, Entry | str]]:
    """Yield the line of each entry with its fields, or with why it cannot be read, in the order of the file."""
    strings: dict[str, str] = {}
    starts = [*_START.finditer(text)]
    line, counted = 1, 0
    for match, end in zip(starts, [*(after.start() for after in starts[1:]), len(text)], strict=False):
        kind, line = match[1].lower(), line + text.count("\n", counted, match.start())
        counted = match.start()
        if kind in _NOT_PAPERS:
            continue
        try:
            found = dict(_fields(text[match.end() : end], strings, named=kind != "string"))
        except ValueError as why:
            yield line, str(why)
            continue
        if kind == "string":
            strings |= found
        else:
            yield line, {name: plain(value) for name, value in found.items()}


def _fields(body: str, strings: Mapping[str, str], *, named: bool) -> Iterator[tuple[str, str]]:
    at = body.find(",") + 1 if named else 0  # an entry begins with its citation key
    if named and not at:
        return
    while match := _FIELD.match(body, at):
        value, at = _value(body, match.end(), strings)
        yield match[1].lower(), value
    if body[at:].lstrip(" \t\r\n,")[:1] not in {"}", ")"}:
        raise ValueError("is not closed, or a field of it has no value")


def _value(body: str, at: int, strings: Mapping[str, str]) -> tuple[str, int]:
    """Read one value and return where it ends; "#" joins its parts."""
    parts = []
    while True:
        if body[at : at + 1] in {"{", '"'}:
            end = _closing(body, at)
            parts.append(body[at + 1 : end])
            at = end + 1
        elif match := _BARE.match(body, at):
            parts.append(strings.get(match[0].lower(), match[0]))
            at = match.end()
        else:
            raise ValueError("has a field without a value")
        rest = _JOIN.match(body, at)
        if rest is None:
            return "".join(parts), at
        at = rest.end()


def _closing(body: str, start: int) -> int:
    """Where the value ends that opens at *start*: its own mark outside of inner braces."""
    mine, depth = '"' if body[start] == '"' else "}", 0
    for mark in _MARK.finditer(body, start + 1):
        if mark[0] == "{":
            depth += 1
        elif depth and mark[0] == "}":
            depth -= 1
        elif not depth and mark[0] == mine:
            return mark.start()
    raise ValueError("is not closed")


def plain(value: str) -> str:
    """*value* without braces and TeX commands: "{Lie} groups" is "Lie groups"."""
    if "\\" in value or "$" in value:
        from pylatexenc.latex2text import LatexNodes2Text  # slow to load, and most files need none of it

        value = LatexNodes2Text(math_mode="text", keep_comments=True).latex_to_text(value)
    return " ".join(value.replace("{", "").replace("}", "").split())
