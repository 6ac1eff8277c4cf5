"""`status`, `resend` and `resume`: what happened last night, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying, shapes
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import Delivery, RunReport
    from digest.store import Status


def status(config: Config = None, now: Now = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """Show the last passes, what is queued or stuck, and what a person should do."""
    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        facts = store.status(tick())
    if as_json:
        saying.emit(shapes.status(facts))
    else:
        for line in _lines(facts, tick()):
            saying.out(line)


def resend(
    key: Annotated[str, typer.Argument(metavar="KEY", help="As `digest status` shows it.")],
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Send one message again, whatever became of it; the next pass takes it."""
    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        from digest import outbox

        if not outbox.resend(store, key, tick()):
            raise UsageError(f"no message has the key {key!r}; `digest status` lists the keys")
    saying.out(f"{key} is queued; `digest run --due` or the service sends it")


def resume(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="email or slack.")],
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Let a paused channel send again, once its cause is mended."""
    settings = building.load_settings(config)
    with building.open_store(settings, clock(now)) as store:
        if channel not in store.paused():
            raise UsageError(f"the channel {channel!r} is not paused")
        store.resume(channel)
    saying.out(f"{channel} sends again with the next pass")


def _lines(facts: Status, now: datetime) -> Iterator[str]:
    """Say first whether all is well, then what a person should do, then how the last passes went."""
    trouble = list(_trouble(facts, now))
    last = facts.reports[0] if facts.reports else None
    if last is None:
        yield "No pass has run yet: `digest run`."
    elif not trouble and not last.failures:
        yield f"All is well: the last pass was {_ago(now - last.started_at)}."
    else:
        yield f"A person should look at this. The last pass was {_ago(now - last.started_at)}."
    yield from trouble
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(facts.deliveries.items()) if count)
    yield f"Deliveries: {states or 'none yet'}."
    if facts.next_due:
        yield f"  next attempt {_when(facts.next_due)}"
    yield f"Known: {plural(facts.counts['papers'], 'paper')} from {plural(facts.counts['dumps'], 'dump')}."
    if facts.reports:
        yield "Last passes:"
    for report in facts.reports:
        yield from _pass(report)


def _trouble(facts: Status, now: datetime) -> Iterator[str]:
    for name, pause in facts.paused.items():
        yield f"PAUSED {name} since {_when(pause.since)}: {pause.why}"
        yield f"  mend it, then: digest resume {name}"
    for name, deliveries in (("DEAD", facts.dead), ("IN DOUBT", facts.unknown)):
        for delivery in deliveries:
            yield f"{name} {_one(delivery)}"
    if facts.dead:
        yield "  once its cause is mended: digest resend KEY"
    for target, why in facts.suppressed.items():
        yield f"SUPPRESSED {target}: {why}"
    if facts.oldest_due and now - facts.oldest_due > timedelta(hours=1):
        yield f"LATE: the oldest message has waited since {_when(facts.oldest_due)}"


def _one(delivery: Delivery) -> str:
    return f"{delivery.key} after {plural(delivery.attempts, 'attempt')}: {delivery.error or 'no reason recorded'}"


def _pass(report: RunReport) -> Iterator[str]:
    new = sum(dump.new for dump in report.ingest)
    queued = sum(edition.state == "queued" for edition in report.editions)
    sent = report.deliveries.get("sent", 0)
    verdict = f"{plural(len(report.failures), 'failure')}" if report.failures else "in order"
    yield f"  {_when(report.started_at)}  {new} new, {plural(queued, 'edition')}, {sent} sent: {verdict}"
    for failure in report.failures[:5]:
        yield f"    {failure.where}: {failure.why}"
    if len(report.failures) > 5:
        yield f"    and {len(report.failures) - 5} more: digest status --json"


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _ago(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 120:
        return plural(minutes, "minute") + " ago"
    return plural(minutes // 60, "hour") + " ago" if minutes < 48 * 60 else plural(minutes // 1440, "day") + " ago"
