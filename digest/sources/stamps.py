"""What is remembered of an address between passes: its validators, its hash, when it was read and how many rows it had.

It travels as one line of text through the pipeline, which keeps it and hands it back (`Source.dumps(now, known)`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

ASKED, WAIT = "asked", "wait"
"""Names beside the addresses: when the source was last asked, and until when a server wants to be left alone."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of one address; *at* is the ISO instant of the last good answer; *past*: read for the history only."""

    etag: str = ""
    modified: str = ""
    sha: str = ""
    at: str = ""
    rows: int = 0
    past: bool = False

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value}, separators=(",", ":"))

    @property
    def read_at(self) -> datetime | None:
        """When it was last read well."""
        return instant(self.at)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a body holds: *rows* papers; not *whole* when some of it could not be understood, so it is fetched again."""

    rows: int
    whole: bool = True


def stamp_of(text: str | None) -> Stamp:
    """Read what `str` wrote; anything else is as if nothing were known."""
    try:
        found = json.loads(text or "{}")
        known = {name: found[name] for name in Stamp.__dataclass_fields__ if name in found}
        stamp = Stamp(**known)
    except (ValueError, TypeError, RecursionError):
        return Stamp()
    texts = (stamp.etag, stamp.modified, stamp.sha, stamp.at)
    return stamp if all(isinstance(text, str) for text in texts) and isinstance(stamp.rows, int) else Stamp()


def instant(text: str) -> datetime | None:
    """An aware instant in ISO form, or None."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def digest_of(content: bytes) -> str:
    """A short hash by which the same bytes are known again."""
    return hashlib.sha256(content).hexdigest()[:32]


def is_due(known: Mapping[str, str], now: datetime, *, interval: float) -> bool:
    """Whether a source whose stamps are *known* may be asked again: never asked, or *interval* seconds ago."""
    asked = instant(known.get(ASKED, ""))
    return asked is None or not 0 <= (now - asked).total_seconds() < interval
