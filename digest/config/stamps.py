"""Whether a file is still the one that was read, without reading it."""

from __future__ import annotations

import os

Stamp = tuple[int, int, int, int]
"""Size, when its content and when anything about it changed (nanoseconds), and which file it is on its disk."""


def stamp_of(found: os.stat_result) -> Stamp:
    """What changes when a file is written or replaced."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
