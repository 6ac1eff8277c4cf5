"""`run`, `serve` and `ingest`: the commands that change what the bot remembers."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying, shapes
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.cli.reading import Given, given_day
from digest.errors import DumpRefused, SourceFailed
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import DumpReport, RawDump, RunReport, Settings


def run(
    config: Config = None,
    due: Annotated[bool, typer.Option("--due", help="Only the profiles whose time has come; for cron.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write and send nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Confirm the clock to a service that doubts it after a leap forward.")
    ] = False,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """One pass: take in new dumps, prepare an edition for each profile, deliver."""
    tick = clock(now)
    settings = building.load_settings(config)
    with (
        _interruptible() as stop,
        saying.progress(silent=as_json) as drawn,
        building.bot(settings, tick, progress=drawn, scratch=dry_run, stop=stop) as bot,
    ):
        from digest import pipeline

        if dry_run:
            report = pipeline.rehearse(bot, due_only=due)
        else:
            report = pipeline.run_pass(bot, due_only=due, forced=force)
    if as_json:
        saying.emit(shapes.run(report))
    else:
        _tell(report, settings, dry_run=dry_run)
    raise typer.Exit(report.exit_code)


def ingest(
    dumps: Annotated[list[str], typer.Argument(metavar="FILE|URL…", help="Dumps to take in.")],
    captured_on: Given = None,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Take in the given dumps; nothing is sent."""
    from digest import pipeline, sources

    tick = clock(now)
    given = given_day(captured_on)
    settings = building.load_settings(config)
    found: list[RawDump | DumpRefused | SourceFailed] = []
    for where in dumps:
        try:
            found.append(sources.load(where, tick(), given_on=given, max_bytes=settings.max_dump_bytes))
        except (DumpRefused, SourceFailed) as failure:
            found.append(failure)
    with saying.progress(silent=as_json) as drawn, building.bot(settings, tick, progress=drawn) as bot:
        reports, failures, warnings = pipeline.ingest(bot, found, tick())
    if as_json:
        saying.emit(
            {
                "ingest": [shapes.dump(one) for one in reports],
                "failures": [shapes.reject(one) for one in failures],
                "warnings": [shapes.reject(one) for one in warnings],
            }
        )
    else:
        _tell_dumps(reports)
        for problem in failures:
            saying.warn(f"{problem.where}: {problem.why}")
    raise typer.Exit(1 if failures else 0)


def serve(config: Config = None, now: Now = None, debug: Debug = False) -> None:
    """Run by itself until SIGTERM: each profile gets its edition when its time has come."""
    from digest import pipeline, service

    tick = clock(now)
    settings = building.load_settings(config)
    building.log_to_stderr()
    stop = threading.Event()
    with building.bot(settings, tick, stop=stop) as bot:

        def confirmed(since: datetime) -> bool:
            return any(report.forced and report.started_at >= since for report in bot.store.reports(5))

        service.serve(
            lambda: pipeline.run_pass(bot, due_only=True), clock=tick, steady=_steady, stop=stop, confirmed=confirmed
        )


def _steady() -> float:
    """Seconds since the machine was started, asleep or not: a night with the lid closed is no leap of the clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Turn the first SIGINT or SIGTERM into an event that ends the work after the messages in flight.

    Leaves with 130 then; a second signal ends the process at once.
    """
    stop = threading.Event()

    def caught(number: int, frame: object) -> None:
        stop.set()
        for known in before:
            signal.signal(known, before[known])

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, caught)
    yield stop
    for number, handler in before.items():
        signal.signal(number, handler)
    if stop.is_set():
        saying.warn("interrupted: what was in flight is done, the rest goes on with the next pass")
        raise typer.Exit(130)


def _tell(report: RunReport, settings: Settings, *, dry_run: bool) -> None:
    if dry_run:
        saying.out("A dry run: nothing was written, nothing was sent.")
    _tell_dumps(report.ingest)
    for edition in report.editions:
        what = {
            "queued": f"{plural(edition.picks, 'paper') if edition.picks else 'a note, no paper'}"
            f" of {edition.considered:,} considered",
            "empty": f"nothing above the floor, {edition.considered:,} considered"
            if edition.considered
            else "nothing new",
            "exists": "has this edition already",
        }[edition.state]
        saying.out(f"{edition.profile}  {edition.date}  {what}")
    done = ", ".join(f"{count:,} {name}" for name, count in report.deliveries.items() if count)
    if not dry_run:
        saying.out(f"Deliveries: {done or 'none due'}.")
        saying.out(f"Digests in folders: {settings.state / 'folder'}")
    for warning in report.warnings:
        saying.warn(f"warning: {warning.where}: {warning.why}")
    for failure in report.failures:
        saying.warn(f"failed: {failure.where}: {failure.why}")


def _tell_dumps(reports: list[DumpReport] | tuple[DumpReport, ...]) -> None:
    for one in reports:
        if one.error:
            saying.out(f"{one.where}: refused: {one.error}")
        else:
            counts = f"{plural(one.papers, 'paper')}, {one.new} new, {one.updated} updated, {one.seen} seen before"
            saying.out(f"{one.where}: {one.style}, {counts}")
