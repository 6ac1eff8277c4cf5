"""What a person should look at: one list, for `digest status` and for the alerts.

Each trouble has a cause that stays the same as long as it lasts, what it is, since when, and the next command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from digest.model import (
    LETTER,
    OPERATOR,
    Delivery,
    DoubtedClock,
    Failure,
    Pause,
    RunReport,
    Settings,
    SourceHealth,
    Target,
    Trouble,
)
from digest.pipeline.stored import WHERE as STORED
from digest.store import Store, Waiting
from digest.text import plural

LATE_AFTER = timedelta(hours=1)
"""A message may wait so long before a person hears of it: servers that make strangers wait ask for less."""
LOST_SINCE = timedelta(days=7)
FAILED_FOR = timedelta(hours=20)
"""A source that fails for so long is told of however seldom it was asked: a daily pass finds it twice."""
NO_PASS_FOR = timedelta(hours=26)
"""A bot that ran nothing for longer is probably not running: a day and two hours of patience."""
BROKEN = "pass"
"""Where the failure of a pass that broke is said to be."""
STORE = "store"

_MEND = {
    "email": "check [email] in the config and the words of the server, try `digest check --online`, then",
    "slack": "check the token and the app's rights in Slack, try `digest check --online`, then",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What troubles are read from. *refused* maps a dump that still lies there to why.

    *last* is the newest pass, *worked* the newest one that had something to do.
    """

    settings: Settings
    now: datetime
    restored_at: datetime | None = None
    clock: DoubtedClock | None = None
    paused: Mapping[str, Pause] | None = None
    suppressed: Mapping[str, str] | None = None
    waiting: Mapping[str, Waiting] | None = None
    lost: Sequence[Delivery] = ()
    sources: Mapping[str, SourceHealth] | None = None
    refused: Mapping[str, str] | None = None
    last_news: datetime | None = None
    last: RunReport | None = None
    worked: RunReport | None = None


def gather(store: Store, settings: Settings, now: datetime, last: RunReport | None = None) -> Facts:
    """Read the facts; *last* is the pass that is just ending, else the last one that is remembered."""
    passes = [*([last] if last else []), *store.reports(5)]
    return Facts(
        settings,
        now,
        restored_at=store.restored_at(),
        clock=store.doubted_clock(),
        paused=store.paused(),
        suppressed=store.suppressed(),
        waiting=store.waiting(now),
        lost=store.lost(now - LOST_SINCE),
        sources=store.source_health(),
        refused=_still_there(store, settings),
        last_news=store.last_news() or store.first_pass(),
        last=next(iter(passes), None),
        worked=next((one for one in passes if not one.quiet), None),
    )


def _still_there(store: Store, settings: Settings) -> dict[str, str]:
    refused = {where: why for source in settings.sources for where, why in store.refusals(source.name).items()}
    return {where: why for where, why in refused.items() if Path(where).exists()}


def troubles(facts: Facts) -> tuple[Trouble, ...]:
    """List what a person should look at, the gravest first."""
    found = [
        *_doubted(facts),
        *_stopped(facts),
        *_restored(facts),
        *_broken(facts),
        *_paused(facts),
        *_late(facts),
        *_unreachable(facts),
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


def _paused(facts: Facts) -> Iterator[Trouble]:
    for name, pause in (facts.paused or {}).items():
        mend = _MEND.get(name, "mend its cause, then")
        yield Trouble(
            f"channel:{name}",
            f"The channel {name} is paused, last refused {when(pause.since)}: {pause.why}",
            None,
            f"{mend} `digest resume {name}`; its messages are kept, and one of them is tried every hour",
            places=frozenset({name}),
        )


def _late(facts: Facts) -> Iterator[Trouble]:
    for name, waits in (facts.waiting or {}).items():
        if name in (facts.paused or {}) or facts.now - waits.since < LATE_AFTER:
            continue
        said = f"; the last answer was: {waits.error}" if waits.error else ""
        verb = "waits" if waits.count == 1 else "wait"
        yield Trouble(
            f"late:{name}",
            f"{plural(waits.count, 'message')} of {name} {verb}{said}",
            waits.since,
            "nothing to do if that server is only away: they are tried again for three days."
            f" `digest check --online` tries {name} now",
            places=frozenset({name}),
        )


def _unreachable(facts: Facts) -> Iterator[Trouble]:
    """Targets of today's profiles that are refused for good, or whose last message was given up."""
    readers = _readers(facts.settings)
    lost = {one.target: one for one in facts.lost}
    for name, why in (facts.suppressed or {}).items():
        target = Target(*name.split(":", 1))
        if target in readers:
            key = lost[target].key if target in lost else ""
            again = f"`digest resend {key}`" if key else "`digest resend KEY` with a key of it"
            yield Trouble(
                f"target:{name}",
                f"{name} ({_of(readers[target])}) was refused for good, and gets nothing any more: {why}",
                lost[target].queued_at if target in lost else None,
                f"correct it in the profile, or take it out; if it works again: {again}",
                places=frozenset({key} if key else ()),
            )
    for target, one in lost.items():
        what = _called(one)
        if target in readers and str(target) not in (facts.suppressed or {}):
            yield Trouble(
                f"target:{target}",
                f"{what} did not reach {target}: {one.error or 'no reason recorded'}",
                one.queued_at,
                f"once its cause is mended: `digest resend {one.key}`",
                places=frozenset({one.key}),
            )


def _readers(settings: Settings) -> dict[Target, list[str]]:
    found: dict[Target, list[str]] = {}
    for profile in settings.profiles:
        for target in profile.deliver if profile.enabled else ():
            found.setdefault(target, []).append(profile.name)
    for target in settings.operator.alert:
        found.setdefault(target, []).append("[operator]")
    return found


def _of(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


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


def _called(one: Delivery) -> str:
    """What was lost, in words."""
    if one.profile.startswith(OPERATOR):
        return "An alert"
    return "A letter" if one.profile.startswith(LETTER) else f"The digest of {one.profile} for {one.date}"


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


def when(instant: datetime) -> str:
    """An instant for a person, in UTC."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"
