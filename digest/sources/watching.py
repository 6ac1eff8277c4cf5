"""Noticing that something was dropped into a folder, so that a service need not wait for its next look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

QUIET, LONGEST = 500, 5000
"""Milliseconds without a change that end a burst of them, and how long one burst is waited for: a file is copied in
pieces, and half of it is no dump."""
AGAIN = 5.0
"""Seconds until a folder that was not there is looked for again."""


def watch_folders(folders: Sequence[Path], stop: threading.Event, wake: Callable[[], None]) -> None:
    """Call *wake* after every change in *folders* until *stop*; a folder may come and go meanwhile."""
    from watchfiles import Change, watch  # a twentieth of a second, spent by the service alone

    seen = _there(folders)
    while not stop.is_set():
        there = _there(folders)
        if there != seen:
            wake()
        seen = there
        if not there:
            stop.wait(AGAIN)
            continue
        names = {str(folder) for folder, _ in there}
        try:
            for changes in watch(
                *names,
                stop_event=stop,
                watch_filter=None,
                step=QUIET,
                debounce=LONGEST,
                rust_timeout=int(AGAIN * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=True,
            ):
                if changes:
                    wake()
                gone = any(path in names and change is Change.deleted for change, path in changes)
                if gone or there != _there(folders):
                    seen = []
                    break  # what was watched is not what lies there now, even if it has come back meanwhile
        except OSError:  # gone between two looks, or no room for another watch: the tick looks anyway
            stop.wait(AGAIN)


def _there(folders: Sequence[Path]) -> list[tuple[Path, int]]:
    """The folders that are there, each with the number by which its disk tells it from one of the same name."""
    found = []
    for folder in folders:
        with suppress(OSError):
            if folder.is_dir():
                found.append((folder, folder.stat().st_ino))
    return found
