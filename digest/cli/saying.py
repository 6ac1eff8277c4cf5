"""Words to a person on standard error, results on standard output; rich only where a terminal can show it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from digest.cli.secrets import hide

if TYPE_CHECKING:
    from rich.console import Console


_REDRAWN = 0.1  # seconds


def out(text: str = "") -> None:
    """Print one line of the result."""
    sys.stdout.write(hide(text) + "\n")


def warn(text: str) -> None:
    """Tell the person something that is not the result."""
    for line in hide(text).splitlines():
        sys.stderr.write(f"digest: {line}\n")


def emit(value: Mapping[str, Any]) -> None:
    """Print *value* as JSON, the whole of standard output; non-ASCII stays readable."""
    sys.stdout.write(hide(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def console() -> Console:
    """Return the console for tables; colour follows the terminal and NO_COLOR; a pipe gets plain wide lines."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    return Console(width=width, highlight=False, soft_wrap=not sys.stdout.isatty())


@contextmanager
def progress(*, silent: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Give a callback (done, total, what) that draws a bar on a terminal, and does nothing elsewhere."""
    if silent or not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # a thread of its own would keep the pass from forking its helpers
    ) as bar:
        task, drawn = bar.add_task("", total=None), 0.0

        def draw(done: int, total: int, what: str) -> None:
            nonlocal drawn
            late = time.monotonic() - drawn > _REDRAWN
            drawn = time.monotonic() if late else drawn
            bar.update(task, completed=done, total=total, description=what[-40:], refresh=late)

        yield draw
