"""`metrics`: the state of the bot for Prometheus, where no service runs that could be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli import building
from digest.cli.options import Config, Debug, Now, clock
from digest.errors import UsageError


def metrics(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Replace this file at once, for a textfile collector.")
    ] = None,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Print the metrics that `digest serve` shows at /metrics, for a bot that runs by cron."""
    from digest import metrics as made

    settings, tick = building.load_settings(config), clock(now)
    with building.open_store(settings, tick) as store:
        text = made.exposition(store, settings, tick(), process=False)
    if out is None:
        typer.echo(text.decode(), nl=False)
        return
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(text)
        part.replace(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {(error.strerror or str(error)).lower()}") from None
