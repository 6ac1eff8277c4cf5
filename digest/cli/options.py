"""The options that many commands share, and the clock that `--now` freezes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from digest.errors import UsageError

Clock = Callable[[], datetime]


class LogFormat(StrEnum):
    """How a line of the log is written."""

    json = "json"
    text = "text"


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="PATH",
        help="digest.toml or its folder; default ./config, else the packaged default.",
    ),
]
Now = Annotated[
    str | None,
    typer.Option("--now", metavar="ISO", help="Run as if it were this instant, such as 2026-11-20T08:00:00Z."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output and nothing else.")]
Format = Annotated[
    LogFormat | None,
    typer.Option("--log-format", help="Log one line per fact to standard error; the default is [log] in the config."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when the program itself is at fault.")]


def clock(now: str | None) -> Clock:
    """Return the clock of this command: frozen at *now*, or the real one. A time without a zone is UTC."""
    if now is None:
        return lambda: datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(now)
    except ValueError:
        raise UsageError(f"--now {now}: not an ISO instant; write it like 2026-11-20T08:00:00Z") from None
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return lambda: instant
