"""`backfill`: the history of a source."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from digest.cli import building, saying, shapes
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError
from digest.text import plural


def backfill(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The name of a source in digest.toml.")],
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.")],
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day; default: all.")] = None,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Take in the past of a source as papers that are known; nothing is sent, and it may be ended and begun again."""
    from digest import pipeline

    tick = clock(now)
    first, last = _day("--from", since), _day("--to", until) if until else tick().date()
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}")
    settings = building.load_settings(config)
    found = next((one for one in settings.sources if one.name == source), None)
    if found is None:
        names = ", ".join(one.name for one in settings.sources)
        raise UsageError(f"{source}: there is no such source; there are: {names}")
    with saying.progress(silent=as_json) as drawn, building.bot(settings, tick, progress=drawn) as bot:
        reports, failures = pipeline.backfill(bot, found, first, last, tick())
    if as_json:
        saying.emit(
            {
                "ingest": [shapes.dump(one) for one in reports],
                "failures": [shapes.reject(one) for one in failures],
            }
        )
    else:
        papers = plural(sum(one.papers for one in reports), "paper")
        saying.out(f"{source}: {plural(len(reports), 'list')} taken in, {papers}.")
        for failure in failures:
            saying.warn(f"failed: {failure.where}: {failure.why}")
    raise typer.Exit(1 if failures else 0)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a date; write it like 2026-11-20") from None
