"""`worker`: take a part of the work that many machines share."""

from __future__ import annotations

import time

import typer

from digest.cli import building
from digest.cli.options import Config, Debug, Format, LogFormat, Now, clock
from digest.errors import UsageError


def worker(config: Config = None, now: Now = None, log_format: Format = None, debug: Debug = False) -> None:
    """Take work from the store on PostgreSQL until SIGTERM, beside any number of other workers; one of them leads."""
    settings = building.load_settings(config)
    if not settings.store_url.startswith("postgresql"):
        raise UsageError('`digest worker` needs [store] url = "postgresql+psycopg://…"; on SQLite it is `digest serve`')
    try:
        from digest import cluster
    except ImportError as error:
        raise UsageError(f"the task engine is not here ({error}): pip install 'paper-digest[cluster]'") from None
    from digest.cli import logs, pages

    logs.start(log_format or settings.log_format or LogFormat.text)
    tick = clock(now)
    with (
        building.bot(settings, tick, tell=logs.tell, among_many=True) as bot,
        pages.metered(bot, tick, time.monotonic),
    ):
        cluster.work(bot, settings.store_url)
    raise typer.Exit
