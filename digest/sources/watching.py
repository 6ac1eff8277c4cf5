"""Noticing that something was dropped into a folder, so that a service need not wait for its next look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

QUIET, LONGEST = 500, 5000
"""Milliseconds without a change that end a burst of them, and how long one burst is waited for: a file is copied in
pieces, and half of it is no dump."""
AGAIN = 5.0
"""Seconds until a folder that was not there is looked for again."""


def watch_folders(folders: Sequence[Path], stop: threading.Event, wake: Callable[[], None]) -> None:
    """Call *wake* after every change in *folders* until *stop*; a folder may come and go meanwhile."""
    from watchfiles import watch  # a twentieth of a second, spent by the service alone

    seen = _there(folders)
    while not stop.is_set():
        there = _there(folders)
        if there != seen:
            wake()
        seen = there
        if not there:
            stop.wait(AGAIN)
            continue
        try:
            for changes in watch(
                *there,
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
                if there != _there(folders):
                    break
        except OSError:  # gone between two looks, or no room for another watch: the tick looks anyway
            stop.wait(AGAIN)


def _there(folders: Sequence[Path]) -> list[Path]:
    return [folder for folder in folders if folder.is_dir()]
