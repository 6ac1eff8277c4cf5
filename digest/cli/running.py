"""`run`, `serve` and `ingest`: the commands that change what the bot remembers."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying, shapes
from digest.cli.options import AsJson, Config, Debug, Format, LogFormat, Now, clock
from digest.cli.reading import Given, given_day
from digest.errors import DumpRefused, SourceFailed
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import DumpReport, RawDump, RunReport, Settings
    from digest.pipeline import Tell


def run(
    config: Config = None,
    due: Annotated[bool, typer.Option("--due", help="Only the profiles whose time has come; for cron.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write and send nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Confirm the clock to a service that doubts it after a leap forward.")
    ] = False,
    now: Now = None,
    as_json: AsJson = False,
    log_format: Format = None,
    debug: Debug = False,
) -> None:
    """One pass: take in new dumps, prepare an edition for each profile, deliver."""
    tick = clock(now)
    settings = building.load_settings(config)
    tell = _log(log_format or settings.log_format)
    with (
        _interruptible() as stop,
        saying.progress(silent=as_json) as drawn,
        building.bot(settings, tick, progress=drawn, tell=tell, scratch=dry_run, stop=stop, patient=not now) as bot,
    ):
        from digest import pipeline
        from digest.cli import watching

        if dry_run:
            report = pipeline.rehearse(bot, due_only=due)
        else:
            work = partial(pipeline.run_pass, bot, due_only=due, forced=force)
            report = watching.run_watched(settings.ping_url, work)
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


def serve(config: Config = None, now: Now = None, log_format: Format = None, debug: Debug = False) -> None:
    """Run by itself until SIGTERM: each profile gets its edition when its time has come."""
    from digest import pipeline, service, sources
    from digest.cli import pages, slackapp, watching

    tick = clock(now)
    settings = building.load_settings(config)
    slackapp.check_installed(settings)
    tell = _log(log_format or settings.log_format or LogFormat.text)
    stop = threading.Event()
    beside_workers = settings.store_url.startswith("postgresql") and not now  # there may be some: one pace for all
    with building.bot(settings, tick, tell=tell, stop=stop, patient=not now, among_many=beside_workers) as bot:

        def confirmed(since: datetime) -> bool:
            return any(report.forced and report.started_at >= since for report in bot.store.reports(5))

        work = watching.serve_watched(
            settings.ping_url, partial(pipeline.run_pass, bot, due_only=True, learns=True), tick
        )
        folders = [source.path for source in settings.sources if source.kind == "folder"]
        watch = partial(sources.watch_folders, folders) if folders else None
        doubts = partial(pipeline.doubt_clock, bot)
        with slackapp.beside(bot, _steady, partial(pages.beside, bot, tick, _steady)):
            service.serve(work, clock=tick, steady=_steady, stop=stop, confirmed=confirmed, doubts=doubts, watch=watch)


def _log(form: str) -> Tell | None:
    """Begin the log in this form, and return who takes its facts; "" keeps none."""
    if not form:
        return None
    from digest.cli import logs

    logs.start(form)
    return logs.tell


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
        nothing = f"nothing above the floor, {edition.considered:,} considered" if edition.considered else "nothing new"
        papers = f"{plural(edition.picks, 'paper')} of {edition.considered:,} considered"
        what = {
            "queued": papers if edition.picks else f"a note: {nothing}",
            "empty": nothing,
            "exists": "has this edition already",
        }[edition.state]
        saying.out(f"{edition.profile}  {edition.date}  {what}")
    done = ", ".join(f"{count:,} {name}" for name, count in report.deliveries.items() if count)
    if not dry_run:
        saying.out(f"Deliveries: {done or 'none due'}.")
        if report.summaries:
            counted = ", ".join(f"{count:,} {name}" for name, count in report.summaries.items())
            saying.out(f"Summaries by a model: {counted}.")
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
