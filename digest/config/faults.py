"""From what is wrong with one file to faults that a person can act on: file, line, key, what, nearest key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from digest.config.lines import Location, line_of, lines_of
from digest.config.places import Door
from digest.config.renamed import RENAMED, Release, old_keys, release
from digest.config.schema import DigestFile, ProfileFile, keys_of, tables
from digest.config.values import Wrong, nearest
from digest.errors import Fault

T = TypeVar("T", bound=BaseModel)
MAX_BYTES = 2**20
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")
_SENTENCES = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "list_type": "must be a list in [brackets]",
    "model_type": "must be a table",
    "too_short": "must not be empty",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}


@dataclass(slots=True)
class Document:
    """One config file: its text, what TOML makes of it, and the faults found in it, each with its line.

    *owner* is how others call it, where that is not *shown*.
    """

    shown: str
    text: str = ""
    raw: dict[str, Any] | None = None
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    lines: dict[Location, int] | None = None
    owner: str = ""
    warnings: list[str] = field(default_factory=list)

    def fault(self, place: Location, what: str, hint: str = "") -> None:
        """Note what is wrong at *place*."""
        line = line_of(place, self._lines()) or 0
        self.faults.append((line, Fault(self._where(place), what, hint)))

    def _where(self, place: Location) -> str:
        line = line_of(place, self._lines())
        where = f"{self.shown}:{line}" if line else self.shown
        return f"{where}: {dotted(place)}" if place else where

    def _lines(self) -> dict[Location, int]:
        if self.lines is None:
            self.lines = lines_of(self.text) if self.raw else {}
        return self.lines

    def rename(self, prefix: str, current: Release) -> None:
        """Call keys by their new names where the release *current* still knows the old ones."""
        for place, renamed in list(old_keys(self.raw or {}, prefix)):
            *way, old = place
            table: Any = self.raw
            for step in way:
                table = table[step]
            if renamed.new in table:
                self.fault(place, f'is called "{renamed.new}" now, which stands there too', "take this one away")
            elif current > renamed.warns:
                self.fault(place, f'is called "{renamed.new}" now')
            else:
                what = f'is called "{renamed.new}" now; the next release knows only that'
                self.warnings.append(f"{self._where(place)}: {what}")
                table[renamed.new] = table[old]
                if (line := line_of(place, self._lines())) is not None:
                    self._lines()[(*way, renamed.new)] = line
            del table[old]

    def check(self, model: type[T], door: Door) -> T | None:
        """Return the file as *model*, or None with every reason noted."""
        if self.raw is None:
            return None
        self.rename("profile." if model is ProfileFile else "", installed() if RENAMED else (0, 0))
        try:
            return model.model_validate(self.raw, context=door)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self.fault(detail["loc"], *_explain(detail, model))
            return None


def installed() -> Release:
    """The release of this program."""
    return release(version("paper-digest"))


def read(path: Path, shown: str) -> Document:
    """Read one TOML file; what stops that is a fault of the document, never an exception."""
    try:
        if path.stat().st_size <= MAX_BYTES:
            return parse(path.read_bytes(), shown)
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    else:
        why = "is larger than 1 MB: not a config file"
    document = Document(shown)
    document.fault((), why)
    return document


def parse(content: bytes, shown: str) -> Document:
    """Take a TOML text apart; what stops that is a fault of the document, never an exception."""
    document = Document(shown)
    try:
        document.text = content.decode("utf-8-sig").replace("\r\n", "\n")
        document.raw = tomllib.loads(document.text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        document.faults.append((line, Fault(f"{shown}:{line}", "is not text in UTF-8")))
    except RecursionError:
        document.fault((), "is nested too deeply")
    except ValueError as error:  # TOMLDecodeError, and int() on thousands of digits
        document.faults.append(_syntax(document, str(error)))
    return document


def _syntax(document: Document, message: str) -> tuple[int, Fault]:
    match = _AT.search(message)
    line = int(match[1]) if match else document.text.count("\n") + 1 if "end of document" in message else 0
    where = f"{document.shown}:{line}" if line else document.shown
    what = _AT.sub("", message).removesuffix(" (at end of document)")
    return line, Fault(where, f"is not TOML: {what[:1].lower()}{what[1:200]}")


def _explain(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong and a hint; never the value itself, which may be a secret."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key", _known_key(detail["loc"], model)
    if kind == "value_error":
        error = context["error"]
        return str(error), error.hint if isinstance(error, Wrong) else ""
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return "must be " + " or ".join(f'"{word}"' for word in allowed), nearest(str(detail["input"])[:40], allowed)
    sentence = _SENTENCES.get(kind)
    return (sentence.format(**context) if sentence else detail["msg"].lower()), ""


def _known_key(place: Location, model: type[BaseModel]) -> str:
    for part in place[:-1]:
        model = tables(model).get(part, model) if isinstance(part, str) else model
    key = str(place[-1])
    return nearest(key, keys_of(model)) or _other_table(key)


def _other_table(key: str) -> str:
    for table, model in tables(DigestFile).items() | tables(ProfileFile).items():
        if key in keys_of(model):
            return f"it belongs in {f'[[{table}]]' if table in {'sources', 'interests'} else f'[{table}]'}"
    if key in keys_of(ProfileFile):
        return "it belongs in a profile, before its first [[interests]]"
    return "it belongs in digest.toml, before its first [table]" if key in keys_of(DigestFile) else ""


def dotted(place: Location) -> str:
    """Write ("interests", 0, "keywords") as interests[0].keywords."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
