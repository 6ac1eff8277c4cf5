"""Passes under the eyes of a monitor and of a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from digest.cli import saying
from digest.cli.options import Clock
from digest.cli.secrets import hide
from digest.model import RunReport
from digest.monitor import Monitor
from digest.text import plural


def run_watched(url: str, work: Callable[[], RunReport]) -> RunReport:
    """Do *work* and tell the monitor at *url*, if there is one, that it begins and how it ended."""
    if not url:
        return work()
    monitor = Monitor(url)
    _note(monitor.start())
    try:
        report = work()
    except BaseException as error:
        _note(monitor.finish(_broken(error), failed=True))
        raise
    _note(monitor.finish(body(report), failed=bool(report.exit_code)))
    return report


def serve_watched(url: str, work: Callable[[], RunReport], clock: Clock) -> Callable[[], RunReport]:
    """*work* for a service: the monitor hears at once of what was done or failed, else every few minutes."""
    if not url:
        return work
    monitor = Monitor(url)

    def watched() -> RunReport:
        try:
            report = work()
        except Exception as error:
            _note(monitor.heartbeat(clock(), _broken(error), failed=True, quiet=True))
            raise
        _note(monitor.heartbeat(clock(), body(report), failed=bool(report.exit_code), quiet=report.idle))
        return report

    return watched


def body(report: RunReport) -> str:
    """What a monitor is told of a pass: its counts and what went wrong, a line each."""
    return hide("\n".join(_lines(report)) + "\n")


def _lines(report: RunReport) -> Iterator[str]:
    yield summary(report)
    for failure in report.failures:
        yield f"failed: {failure.where}: {failure.why}"
    for warning in report.warnings[:20]:
        yield f"warning: {warning.where}: {warning.why}"


def summary(report: RunReport) -> str:
    """A pass in a few words: "3 new, 2 editions, 2 sent: in order"."""
    new = sum(dump.new for dump in report.ingest)
    queued = sum(edition.state == "queued" for edition in report.editions)
    states = [f"{report.deliveries.get('sent', 0):,} sent"]
    states += [f"{count:,} {name}" for name, count in report.deliveries.items() if count and name != "sent"]
    verdict = plural(len(report.failures), "failure") if report.failures else "in order"
    return f"{new:,} new, {plural(queued, 'edition')}, {', '.join(states)}: {verdict}"


def _broken(error: BaseException) -> str:
    return hide(f"the pass broke: {type(error).__name__}: {error}".partition("\n")[0] + "\n")


def _note(why: str) -> None:
    if why:
        saying.warn(f"warning: {why}")
