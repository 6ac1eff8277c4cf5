"""JSON listings row by row: a bad row is a value, a file that does not close is refused."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.errors import DumpRefused

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_OPENING = re.compile(r"[\[({]")
_REPR_LIMIT = 2 * 2**20
_DEEPEST = 60
_WRAPPERS = ("dailyPapers", "papers", "trendingPapers", "results", "data", "items", "entries", "hits", "list", "rows")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, and why."""

    why: str


def looks_like_json(text: str) -> bool:
    """Whether *text* begins like a JSON listing or object: a bracket, then a bracket, a quote or its end."""
    return re.match(r"\s*(?:\[(?!\[(?:https?:|file:|/))\s*[\[{\"'\]]|\{\s*[\"'}])", text) is not None


def rows_of(text: str, where: str) -> list[Any]:
    """The rows of a listing in *text*; unreadable ones are BadRow. Raises DumpRefused where there is no listing."""
    try:
        found = _loads(text)
    except RecursionError:
        return list(_one_by_one(text, where))
    except ValueError:
        return _lines(text) or list(_one_by_one(text, where))
    if isinstance(found, str):
        found = _nested(found)
    return [_nested(row) if isinstance(row, str) else row for row in _listing(found, where)]


def _listing(found: Any, where: str) -> list[Any]:
    """The list of rows in a decoded document, also where an object wraps it or a single row stands alone."""
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        for name in _WRAPPERS:
            if isinstance(found.get(name), list):
                return list(found[name])
        if isinstance(found.get("title"), str) or isinstance(found.get("paper"), dict):
            return [found]
    raise DumpRefused(where, "JSON, but no listing of papers")


def _loads(text: str) -> Any:
    """Decode *text*; NaN, infinities and numbers of absurd length become null."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer beyond the interpreter's limit of digits
        return json.loads(text, parse_constant=_no_number, parse_int=_short_int)


def _no_number(_: str) -> None:
    return None


def _short_int(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None


def _lines(text: str) -> list[Any]:
    """The rows of a text with one JSON object per line, or nothing where it is no such text."""
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    if len(lines) < 2 or not (lines[0].startswith("{") and lines[0].endswith("}")):
        return []
    rows = [_row(line) for line in lines]
    return rows if isinstance(rows[0], dict) else []


def _one_by_one(text: str, where: str) -> Iterator[Any]:
    """Decode the elements of the outermost list singly, after a check that everything closes."""
    spans, closed = _spans(text)
    if not closed:
        raise DumpRefused(where, "cut off: the JSON does not close")
    if not text.lstrip().startswith("["):
        raise DumpRefused(where, "not readable as JSON")
    for start, end in spans:
        element = text[start:end].strip()
        if element:
            row = _row(element)
            yield _nested(row) if isinstance(row, str) else row


def _spans(text: str) -> tuple[list[tuple[int, int]], bool]:
    """Where the elements of the outermost bracket lie, and whether all brackets and quotes close."""
    spans: list[tuple[int, int]] = []
    depth = 0
    start = 0
    for token in _TOKEN.finditer(text):
        mark = token[0][0] if len(token[0]) == 1 else ""
        if mark in {"[", "{"}:
            depth += 1
            start = token.end() if depth == 1 else start
        elif mark in {"]", "}"}:
            depth -= 1
            if depth <= 0:
                spans.append((start, token.start()))
                return spans, depth == 0 and not text[token.end() :].strip()
        elif mark == "," and depth == 1:
            spans.append((start, token.start()))
            start = token.end()
        elif mark == '"':
            return spans, False
    return spans, False


def _row(element: str) -> Any:
    try:
        return _loads(element)
    except RecursionError:
        return BadRow("nested too deep")
    except ValueError:
        return _nested(element)


def _nested(text: str) -> Any:
    """A row that was written as a string: JSON, or what Python prints of a dictionary."""
    if not text.lstrip().startswith(("{", "[")):
        return BadRow("not a record")
    try:
        return _loads(text)
    except RecursionError:
        return BadRow("nested too deep")
    except ValueError:
        pass
    if len(text) > _REPR_LIMIT or len(_OPENING.findall(text)) > 20_000 or _depth(text) > _DEEPEST:
        return BadRow("too large or nested too deep")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return BadRow("cut off or not a record")


def _depth(text: str) -> int:
    deepest = depth = 0
    for mark in re.findall(r"[\[\](){}]", text):
        depth += 1 if mark in "[({" else -1
        deepest = max(deepest, depth)
    return deepest
