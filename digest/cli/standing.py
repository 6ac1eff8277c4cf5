"""What `digest status` says to a person: the verdict, what to do, and then the facts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.cli.watching import summary
from digest.model import RunReport, Settings, SourceHealth, Trouble
from digest.text import plural

if TYPE_CHECKING:
    from digest.store import Status, Told

WIDTH = 100
MOST = 12


def lines(
    facts: Status,
    found: Sequence[Trouble],
    sources: Mapping[str, SourceHealth],
    told: Mapping[str, Told],
    settings: Settings,
    now: datetime,
) -> Iterator[str]:
    """Say it in lines of at most about a hundred characters."""
    last = facts.reports[0] if facts.reports else None
    yield _verdict(last, found, now)
    yield from _to_do(found, told)
    yield ""
    yield from _deliveries(facts)
    yield from _wishes(facts)
    yield from _sources(settings, sources, now)
    yield f"Known: {plural(facts.counts['papers'], 'paper')} from {plural(facts.counts['dumps'], 'dump')}."
    if facts.reports:
        yield "Last passes:"
    for report in facts.reports:
        yield from _pass(report)


def _verdict(last: RunReport | None, found: Sequence[Trouble], now: datetime) -> str:
    if last is None and not found:
        return "No pass has run yet: `digest run`."
    ran = f"The last pass was {ago(now - last.finished_at)}." if last else "No pass has run yet."
    if found:
        return f"A person should look at this: {plural(len(found), 'trouble')}. {ran}"
    again = [failure for failure in last.failures if failure.passing] if last else []
    later = f" {plural(len(again), 'failure')} of it should mend by themselves." if again else ""
    return f"All is well: the last pass was {ago(now - last.finished_at)}.{later}" if last else ran


def _to_do(found: Sequence[Trouble], told: Mapping[str, Told]) -> Iterator[str]:
    for number, one in enumerate(found[:MOST], 1):
        yield ""
        since = f" (since {_when(one.since)})" if one.since else ""
        yield from _wrapped(f"{one.what.rstrip('.')}{since}", f"{number}. ", "   ")
        yield from _wrapped(one.todo, "   to do: ", "          ")
        if one.cause in told:
            yield f"   the operator was told on {_when(told[one.cause].at)}"
    if len(found) > MOST:
        yield ""
        yield f"and {len(found) - MOST} more: digest status --json"


def _wrapped(words: str, first: str, then: str) -> list[str]:
    """Lines of at most WIDTH characters; a command between backticks stays on one line, a key or a path is not cut."""
    whole = re.sub(r"`[^`]*`", lambda found: found[0].replace(" ", "\0"), words)
    made = textwrap.wrap(
        whole, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\0", " ") for line in made]


def _deliveries(facts: Status) -> Iterator[str]:
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(facts.deliveries.items()) if count)
    after = f"; next attempt {_when(facts.next_due)}" if facts.next_due else ""
    yield f"Deliveries: {states or 'none yet'}{after}."
    for one in facts.unknown[:5]:
        yield f"  in doubt: {one.key}: {one.error}"
    for one in facts.dead[:5]:
        yield f"  given up: {one.key}: {one.error or 'no reason recorded'}"
    if len(facts.dead) > 5:
        yield "  and more: digest status --json"


def _wishes(facts: Status) -> Iterator[str]:
    """What readers asked for by themselves, and how it is undone."""
    for name, rest in list(facts.rests.items())[:MOST]:
        yield f"Paused by its reader: {name}, until {rest.until}; `digest resume {name}` ends it."
    for name, targets in list(facts.left.items())[:MOST]:
        yield f"Unsubscribed: {', '.join(sorted(targets))} from {name}; `digest resume {name}` undoes it."
    more = sum(max(0, len(each) - MOST) for each in (facts.rests, facts.left))
    if more:
        yield f"  and {more} more: digest status --json"


def _sources(settings: Settings, sources: Mapping[str, SourceHealth], now: datetime) -> Iterator[str]:
    for source in settings.sources:
        health = sources.get(source.name)
        if health is None:
            yield f"Source {source.name}: not asked yet."
        elif health.failing_since:
            times = f"{plural(health.failures, 'time')}, since {_when(health.failing_since)}"
            last = f"; it last answered {ago(now - health.last_success)}" if health.last_success else ""
            yield f"Source {source.name}: failed {times}{last}."
        elif health.last_success:
            yield f"Source {source.name}: answered {ago(now - health.last_success)}."


def _pass(report: RunReport) -> Iterator[str]:
    if report.idle:
        span = _when(report.started_at)
        if report.finished_at - report.started_at > timedelta(minutes=2):
            span += f" to {_when(report.finished_at)}"
        what = plural(len(report.failures), "failure") if report.failures else "in order"
        yield f"  {span}  nothing to do: {what}"
    else:
        yield f"  {_when(report.started_at)}  {summary(report)}"
    for failure in report.failures[:5]:
        yield f"    {failure.where}: {failure.why}"
    if len(report.failures) > 5:
        yield f"    and {len(report.failures) - 5} more: digest status --json"


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def ago(span: timedelta) -> str:
    """A span in words: "5 minutes ago"."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return plural(minutes, "minute") + " ago"
    return plural(minutes // 60, "hour") + " ago" if minutes < 48 * 60 else plural(minutes // 1440, "day") + " ago"
