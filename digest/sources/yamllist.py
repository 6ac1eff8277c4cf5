"""A list of records in plain YAML (keys, scalars, folded texts, flat lists), row by row, without a YAML library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_START = re.compile(r"\s*(?:---\s*\n\s*)?(?:\w+:\s*\n\s*)?- (?:title|id|arxiv_?id|paper_?id|name|rank|url): \S")
_KEY = re.compile(r"(?P<indent>\s*(?:- )?)(?P<key>[A-Za-z][\w-]{0,30}):(?:\s+(?P<value>.*))?$")
_FOLDS = frozenset({">", ">-", ">+", "|", "|-", "|+", ""})


def recognises(text: str) -> bool:
    """Whether *text* begins like a YAML list of records."""
    return _START.match(text[:2000]) is not None


def rows(text: str) -> Iterator[dict[str, Any]]:
    """The records; what is deeper than their keys belongs to the key before it."""
    row: dict[str, Any] = {}
    depth = -1
    key = ""
    for line in text.split("\n"):
        if not line.strip() or line.strip() == "---":
            continue
        found = _KEY.match(line) if len(line) < 4000 else None
        indent = len(found["indent"]) if found else len(line) - len(line.lstrip())
        if found is not None and depth < 0 and "- " in found["indent"]:
            depth = indent
        if found is not None and indent == depth:
            if "- " in found["indent"] and row:
                yield row
                row = {}
            key = found["key"]
            row[key] = _scalar((found["value"] or "").strip())
        elif key and indent > depth:
            _append(row, key, line.strip())
    if row:
        yield row


def _append(row: dict[str, Any], key: str, words: str) -> None:
    """Go on with a folded text, or with a list."""
    value = row[key]
    if words.startswith("- ") and (value == "" or isinstance(value, list)):
        row[key] = [*(value or []), _scalar(words[2:])]
    elif isinstance(value, str):
        row[key] = f"{value} {words}".strip()


def _scalar(value: str) -> Any:
    if value in _FOLDS:
        return ""
    if value[0] in '"[' and value[-1] in '"]':
        try:
            return json.loads(value)
        except ValueError:
            return value.strip('"')
    if value[0] == value[-1] == "'" and len(value) > 1:
        return value[1:-1].replace("''", "'")
    return value
