"""What a person should look at: one list, for `digest status` and for the alerts.

Each trouble has a cause that stays the same as long as it lasts, what it is, since when, and the next command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from digest.model import LETTER, OPERATOR, Failure, RunReport, Trouble
from digest.pipeline.facts import Facts, when
from digest.pipeline.stored import WHERE as STORED
from digest.pipeline.undelivered import undelivered
from digest.text import plural

FAILED_FOR = timedelta(hours=20)
"""A source that fails for so long is told of however seldom it was asked: a daily pass finds it twice."""
NO_PASS_FOR = timedelta(hours=26)
"""A bot that ran nothing for longer is probably not running: a day and two hours of patience."""
BROKEN = "pass"
"""Where the failure of a pass that broke is said to be."""
STORE = "store"


def troubles(facts: Facts) -> tuple[Trouble, ...]:
    """List what a person should look at, the gravest first."""
    found = [
        *_doubted(facts),
        *_stopped(facts),
        *_restored(facts),
        *_broken(facts),
        *undelivered(facts),
        *_sources(facts),
        *_profiles(facts),
        *_refused(facts),
        *_silent(facts),
    ]
    # How a source fares is told above, and is over when it is over, not when a pass ends.
    sources = frozenset(name for source in facts.settings.sources for name in (source.place, source.name))
    covered = sources.union(*(one.places for one in found))
    return (*found, *_rest(facts, covered))


def _doubted(facts: Facts) -> Iterator[Trouble]:
    if facts.clock:
        yield Trouble(
            "clock",
            f"The clock of this machine leapt from {when(facts.clock.likely)} to {when(facts.clock.said)}: nothing is"
            " sent until it is set back or you say that it is right",
            facts.clock.likely,
            "if it is wrong, set it (`timedatectl` shows it), and the bot goes on by itself;"
            " if it is right, `digest run --due --force`",
        )


def _stopped(facts: Facts) -> Iterator[Trouble]:
    if facts.last and facts.now - facts.last.finished_at > NO_PASS_FOR:
        yield Trouble(
            "stopped",
            "The bot does not run: there was no pass for more than a day",
            facts.last.finished_at,
            "see whether `digest serve` is up, or the cron line in place; `digest run --due` does one pass now",
        )


def _restored(facts: Facts) -> Iterator[Trouble]:
    if facts.restored_at:
        yield Trouble(
            "store",
            f"The store was put back from a copy of {when(facts.restored_at)}: nothing is sent until you say"
            " what shall happen",
            facts.restored_at,
            "`digest resume store` goes on from today and sends nothing that may be out already;"
            " with --resend it sends all that this copy holds as unsent",
            places=frozenset({STORE}),
        )


def _broken(facts: Facts) -> Iterator[Trouble]:
    for failure in facts.last.failures if facts.last else ():
        if failure.where == BROKEN and facts.last:
            yield Trouble(
                "pass",
                f"The last pass broke: {failure.why}",
                facts.last.started_at,
                "`digest run --due --debug` shows where; what was done before it stays done, and the rest comes"
                " with the next pass that goes through",
                places=frozenset({BROKEN}),
            )


def _sources(facts: Facts) -> Iterator[Trouble]:
    enough = facts.settings.operator.source_failures
    for source in facts.settings.sources:
        health = (facts.sources or {}).get(source.name)
        if health and health.failing_since:
            last = f"; it last answered {when(health.last_success)}" if health.last_success else ""
            yield Trouble(
                f"source:{source.name}",
                f"The source {source.name} fails: {health.why}{last}",
                health.failing_since,
                f"look at {source.place}; other sources go on, and readers are told of it after a day",
                early=health.failures < enough and facts.now - health.failing_since < FAILED_FOR,
                places=frozenset({source.place, source.name}),
            )


def unsteady(facts: Facts) -> frozenset[str]:
    """The causes of sources that answer again, but not for long enough to say that it is over."""
    return frozenset(f"source:{name}" for name, health in (facts.sources or {}).items() if health.failures)


def _profiles(facts: Facts) -> Iterator[Trouble]:
    """One for each place whose profile cannot be used as it is written now."""
    found: dict[str, list[Failure]] = {}
    for failure in facts.settings.broken:
        stored = failure.where.startswith(f"{STORED}: ")  # and then its name
        found.setdefault(failure.where if stored else failure.where.partition(":")[0], []).append(failure)
    for place, failures in found.items():
        more = f", and {plural(len(failures) - 1, 'more fault')}" if len(failures) > 1 else ""
        yield Trouble(
            f"profile:{place}",
            f"The profile in {place} cannot be used as it is: {failures[0].where}: {failures[0].why}{more}",
            None,
            "mend it (`digest check` names every fault); until then a running bot keeps what the profile said before",
            places=frozenset(failure.where for failure in failures),
        )


def _refused(facts: Facts) -> Iterator[Trouble]:
    for where, why in (facts.refused or {}).items():
        yield Trouble(
            f"dump:{where}",
            f"The dump {Path(where).name} was refused, nothing of it was taken: {where}: {why}",
            None,
            f"`digest parse {where}` shows what can be read; replace the file, or take it away",
            places=frozenset({where}),
        )


def _silent(facts: Facts) -> Iterator[Trouble]:
    days, news = facts.settings.operator.quiet_days, facts.last_news
    passed = working_days(news.date(), facts.now.date()) if news else 0
    if days and passed >= days:
        names = ", ".join(f"{source.name} ({source.place})" for source in facts.settings.sources)
        yield Trouble(
            "quiet",
            f"Nothing new has come in for {plural(passed, 'working day')}",
            news,
            f"see whether dumps still arrive in {names}; how long is too long says [operator] quiet_days",
        )


def working_days(after: date, until: date) -> int:
    """Count the days from Monday to Friday between the two, neither of them included."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days))
    return sum(day.weekday() < 5 for day in days)


def _rest(facts: Facts, covered: frozenset[str]) -> Iterator[Trouble]:
    """What else the last pass named, once for each place."""
    seen = set(covered)
    for failure in _lasting(facts.worked):
        if failure.where not in seen and not failure.where.startswith((OPERATOR, LETTER)):
            seen.add(failure.where)
            yield Trouble(
                f"failure:{failure.where}",
                f"{failure.where}: {failure.why}",
                facts.worked.started_at if facts.worked else None,
                "it happened in one pass and may be over; `digest status --json` has the whole report",
                event=True,
            )


def _lasting(report: RunReport | None) -> Iterable[Failure]:
    return [failure for failure in report.failures if not failure.passing] if report else []
