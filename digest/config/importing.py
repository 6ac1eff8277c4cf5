"""Profiles out of TOML, CSV and JSON lines: for each the raw table, where it stands, and its text as TOML."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.config.faults import Document, parse
from digest.config.lines import Location
from digest.config.schema import InterestTable, ProfileFile, keys_of, keys_with
from digest.config.values import nearest
from digest.errors import ConfigError, Fault
from digest.text import clean

MOST_BYTES = 2**30
_LONGEST = 2**20
_OWN = [key for key in keys_of(ProfileFile) if key != "interests"]
_TOPIC = {"interest": "name"} | {key: key for key in keys_of(InterestTable) if key != "name"}
_LISTS = {*keys_with(list, ProfileFile), *keys_with(list, InterestTable)}
_NUMBERS = {key for kind in (int, float) for key in (*keys_with(kind, ProfileFile), *keys_with(kind, InterestTable))}
_YES_OR_NO = {*keys_with(bool, ProfileFile)}
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_HALF = re.compile("[\ud800-\udfff]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile as a file of many states it: *name* is what it is called where it does not say."""

    document: Document
    name: str
    text: str


def drafts(path: Path) -> list[Draft]:
    """The profiles that *path* (.toml, .csv, .jsonl) holds; a bad row is a fault of its document.

    Raises ConfigError where the file as a whole cannot be read.
    """
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise ConfigError(
            [Fault(str(path), "is none of .toml, .csv and .jsonl", "docs/profiles.md says what they hold")]
        )
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError([Fault(str(path), "is larger than 1 GB")])
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError([Fault(str(path), f"cannot be read: {error.strerror}")]) from None
    return list(_KINDS[kind](path, content))


# ---------------------------------------------------------------- the three forms


def _of_toml(path: Path, content: bytes) -> Iterator[Draft]:
    document = parse(content, str(path))
    yield Draft(document, path.stem, document.text)


def _of_json(path: Path, content: bytes) -> Iterator[Draft]:
    for number, line in enumerate(_text(path, content).split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            why = "" if isinstance(raw, dict) else "is not an object in {braces}"
        except (ValueError, RecursionError) as error:
            raw, why = None, f"is not JSON: {str(error)[:100]}"
        yield _draft(path, number, {}, why) if why else _draft(path, number, _without_null(raw))


def _of_csv(path: Path, content: bytes) -> Iterator[Draft]:
    """Rows of one name that follow each other are one profile; each row may state an interest."""
    text = _text(path, content)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(_LONGEST)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise ConfigError([Fault(f"{path}:1", f"is not CSV: {error}")]) from None
    _check_columns(path, columns)
    raw: dict[str, Any] = {}
    lines: dict[Location, int] = {}
    number = 1
    while True:
        number = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield _draft(path, number, {}, f"is not CSV: {error}")
            continue
        if row is not None and not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(columns, (cell.strip() for cell in row or ()), strict=False))
        if raw and (row is None or cells.get("name") != raw.get("name") or "name" not in raw):
            yield _draft(path, lines[()], raw, lines=lines)
            raw, lines = {}, {}
        if row is None:
            return
        if len(row) > len(columns):
            yield _draft(path, number, {}, f"has {len(row)} cells for {len(columns)} columns")
            continue
        _add(raw, lines, cells, number)


def _check_columns(path: Path, columns: list[str]) -> None:
    known = [*_OWN, *_TOPIC]
    where, unknown = f"{path}:1", [one for one in columns if one not in known]
    faults = [Fault(where, f'unknown column "{clean(one)[:40]}"', nearest(one, known)) for one in unknown]
    faults += [Fault(where, f'the column "{one}" stands twice') for one in known if columns.count(one) > 1]
    if faults:
        raise ConfigError(faults)


def _add(raw: dict[str, Any], lines: dict[Location, int], cells: Mapping[str, str], number: int) -> None:
    """Add a row to its profile: what the profile itself says counts where it is said first."""
    lines.setdefault((), number)
    for key, cell in cells.items():
        if cell and key in _OWN and key not in raw:
            raw[key] = _value(key, cell)
            lines[(key,)] = number
    interest = {_TOPIC[key]: _value(key, cell) for key, cell in cells.items() if cell and key in _TOPIC}
    if interest:
        listed = raw.setdefault("interests", [])
        lines[("interests", len(listed))] = number
        listed.append(interest)


_KINDS: dict[str, Callable[[Path, bytes], Iterator[Draft]]] = {
    ".toml": _of_toml,
    ".csv": _of_csv,
    ".jsonl": _of_json,
    ".ndjson": _of_json,
}


def _value(key: str, cell: str) -> Any:
    """A cell as TOML would have it; what is no number or truth stays text, which the check refuses."""
    if key in _LISTS:
        return [item for part in re.split(r"[;\r\n]", cell) if (item := part.strip())]
    if key in _YES_OR_NO:
        return _TRUTHS.get(cell.lower(), cell)
    for number in (int, float) if key in _NUMBERS else ():
        try:
            return number(cell)
        except ValueError:
            continue
    return cell


def _without_null(value: Any) -> Any:
    """*value* without keys that are null: JSON says so of what TOML leaves out."""
    if isinstance(value, dict):
        return {key: _without_null(one) for key, one in value.items() if one is not None}
    return [_without_null(one) for one in value] if isinstance(value, list) else value


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([Fault(f"{path}:{line}", "is not text in UTF-8")]) from None


def _draft(
    path: Path, number: int, raw: dict[str, Any], why: str = "", lines: Mapping[Location, int] | None = None
) -> Draft:
    document = Document(str(path), raw=None if why else raw, owner=f"{path}:{number}")
    document.lines = {**{(key,): number for key in (*raw, *_OWN, "interests")}, **(lines or {})}
    text = "" if why else as_toml(raw)
    why = why or ("holds half of a character" if _HALF.search(text) else "")
    if why:
        document.faults.append((number, Fault(f"{path}:{number}", why)))
    elif "name" not in raw:
        document.fault(("name",), "is missing")
    return Draft(document, "", text)


# ---------------------------------------------------------------- TOML


def as_toml(raw: Mapping[str, Any]) -> str:
    """*raw* as a TOML text that reads as one written by hand."""
    found = _lines({key: value for key, value in raw.items() if not _is_tables(value)})
    for key, value in raw.items():
        if _is_tables(value):
            found += "".join(f"\n[[{_key(key)}]]\n{_lines(one)}" for one in value)
    return found


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_toml(value)}\n" for key, value in table.items())


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _toml(key)


def _toml(value: Any) -> str:
    if isinstance(value, str):  # JSON's escapes are TOML's too, but for the one control character that JSON leaves
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    return repr(value)
