"""The dumps of past days by their day: a folder of them, or one file of papers that each name their day."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from digest import sources
from digest.errors import DumpRefused, SourceFailed, UsageError
from digest.model import Capture, Failure, RawDump, SourceSettings

MAX_BYTES = 256 * 2**20


@dataclass(slots=True)
class Dumps:
    """Captures by their day, and what could not be used, by name."""

    by_day: dict[date, list[Capture]] = field(default_factory=lambda: defaultdict(list))
    failures: list[Failure] = field(default_factory=list)


def load(place: Path, now: datetime) -> Dumps:
    """Read every dump of *place*, a folder, or a ``.jsonl`` (or ``.jsonl.gz``) of papers with their ``day``.

    A dump that is refused, or whose day is not known, is named among the failures. Raises UsageError if
    *place* is neither.
    """
    dumps = Dumps()
    for found in _dumps_of(place, now):
        if isinstance(found, RawDump):
            try:
                capture = sources.read(found, now)
            except DumpRefused as refused:
                dumps.failures.append(Failure(refused.where, refused.why))
                continue
            if capture.dump.captured_on is None:
                dumps.failures.append(Failure(found.where, "left out: its day is not known"))
                continue
            dumps.by_day[capture.dump.captured_on].append(capture)
        elif isinstance(found, DumpRefused | SourceFailed):
            dumps.failures.append(Failure(found.where, found.why))
    for captures in dumps.by_day.values():
        captures.sort(key=lambda capture: capture.dump.id)
    return dumps


def _dumps_of(place: Path, now: datetime) -> Iterator[object]:
    if place.is_dir():
        return iter(sources.open_source(SourceSettings("folder", "replay", place)).dumps(now, {}))
    if place.is_file() and place.name.endswith((".jsonl", ".jsonl.gz")):
        return _days_of(place, now)
    raise UsageError(f"{place}: neither a folder of dumps nor a .jsonl of papers with their day")


def _days_of(file: Path, now: datetime) -> Iterator[RawDump]:
    """One dump per day of *file*, as an API answer of that day would hold it."""
    days: dict[date, list[object]] = defaultdict(list)
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    day, row = _row(line, f"{file}:{number}")
                    days[day].append(row)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from None
    for day in sorted(days):
        content = json.dumps(days[day]).encode()
        yield RawDump("replay", f"{file.name} {day}", content, now, given_on=day)


def _row(line: str, where: str) -> tuple[date, object]:
    try:
        row = json.loads(line)
        return date.fromisoformat(row.pop("day")), row
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f'{where}: not a JSON object with its "day" as YYYY-MM-DD') from None
