"""The whole way of a pass: ingest -> prepare -> deliver.

Each step is safe to repeat and safe to be killed in: a dump is one transaction, an edition with
its messages and its cursor is one transaction, a delivery is claimed before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from digest.errors import StoreError
from digest.model import DumpReport, Failure, RunReport
from digest.pipeline import crew, learning, meaning
from digest.pipeline.alerts import notices, tell_operator
from digest.pipeline.asking import ingest_sources
from digest.pipeline.backfilling import backfill
from digest.pipeline.bot import Bot, Hooks, Tell
from digest.pipeline.chunks import Chunks
from digest.pipeline.delivering import deliver
from digest.pipeline.doubting import doubt_clock
from digest.pipeline.due import today
from digest.pipeline.facts import Facts, gather, when
from digest.pipeline.ingest import ingest
from digest.pipeline.making import read_ahead
from digest.pipeline.prepare import due_profiles, prepare
from digest.pipeline.rehearse import explain, preview, recent, rehearse, weigh
from digest.pipeline.restored import take_up
from digest.pipeline.spool import opened
from digest.pipeline.summarising import Summaries
from digest.pipeline.troubles import BROKEN, STORE, troubles
from digest.pipeline.zotero import keep_in_step

__all__ = [
    "Bot",
    "Chunks",
    "Facts",
    "Hooks",
    "Tell",
    "backfill",
    "deliver",
    "doubt_clock",
    "due_profiles",
    "explain",
    "gather",
    "ingest",
    "ingest_sources",
    "keep_in_step",
    "learning",
    "meaning",
    "prepare",
    "preview",
    "read_ahead",
    "recent",
    "rehearse",
    "run_pass",
    "take_up",
    "today",
    "troubles",
    "weigh",
    "when",
]

PRUNED_EVERY = timedelta(days=1)


def run_pass(
    bot: Bot,
    *,
    due_only: bool = False,
    forced: bool = False,
    learns: bool = False,
    hand_over: Callable[[datetime], object] | None = None,
) -> RunReport:
    """Take in what is new, prepare an edition for each profile that is due, send what is queued.

    One bad paper, dump, source, profile or target never stops the others: each is a named
    failure in the report. The report is stored, and returned. *forced* marks it as a person's word
    that the clock is right; with *learns* the bot learns anew what is ordinary when enough is new, which
    takes up to a minute, so only who stays does it. With *hand_over* others prepare and deliver: it is called with the
    instant of the pass in place of both. The operator is told what is wrong now, and what is no longer.
    """
    now = bot.clock()
    odd = keep_in_step(bot.settings, now, due_only=due_only)
    bot = bot.looked()
    try:
        report = _work(bot, now, hand_over, due_only=due_only, forced=forced, learns=learns)
        report = _hidden(bot, replace(report, warnings=(*odd, *report.warnings)))
        _prune(bot, now)
        bot.store.save_report(report)
    except Exception as error:
        with suppress(Exception):  # what broke the pass may break this too; the first error is the one to be seen
            _remember_broken(bot, error, now)
        raise
    _alert(bot, report, sends=hand_over is None)
    return report


def _work(
    bot: Bot,
    now: datetime,
    hand_over: Callable[[datetime], object] | None,
    *,
    due_only: bool,
    forced: bool,
    learns: bool,
) -> RunReport:
    if forced:
        bot.store.believe_clock()
    held = bot.store.hold_if_restored()
    dumps, failures, warnings = ingest_sources(bot, now, due_only=due_only)
    failures += bot.settings.broken
    report = RunReport(now, now, ingest=tuple(dumps), forced=forced)
    if held is not None:
        what = f"put back from a copy of {when(held)}, or copied elsewhere then"
        why = f"{what}: nothing is sent until you say `digest resume store`"
        failures.append(Failure(STORE, why))
    elif hand_over is not None:
        hand_over(now)
    else:
        summaries = Summaries(bot, now)
        finish = summaries.complete if bot.settings.summaries else None
        with opened(bot.settings.state, crew.hands(bot.store, len(bot.settings.profiles))) as spool:
            editions, more_failures, more_warnings = prepare(bot, now, due_only=due_only, finish=finish, spool=spool)
            counts, lost = deliver(bot, spool=spool)
        report = replace(report, editions=tuple(editions), deliveries=counts, summaries=summaries.counts)
        failures += [*more_failures, *lost]
        warnings += more_warnings
    if learns and any(dump.new for dump in dumps):
        warnings += learning.refresh(bot)  # after the mails: nobody waits for it
    return replace(report, finished_at=bot.clock(), failures=tuple(failures), warnings=tuple(warnings))


def _alert(bot: Bot, report: RunReport, *, sends: bool = True) -> None:
    """Tell the operator what is wrong since this pass, or no longer, and send it at once where this process *sends*.

    While a restored store is held nothing but this notice is sent: a machine that was set back by itself has nobody
    who knows of it.
    """
    now = bot.clock()
    if not tell_operator(bot, report, now) or not sends:
        return
    held = bot.store.restored_at() is not None
    deliver(bot, among=notices(bot.store, now) if held else None)


def _prune(bot: Bot, now: datetime) -> None:
    """Forget what is old, once a day."""
    before = bot.store.pruned_at()
    if before is not None and timedelta() <= now - before < PRUNED_EVERY:
        return
    gone = bot.store.prune(bot.settings.keep, now)
    if any(gone.values()):
        bot.hooks.tell("pruned", gone)


def _remember_broken(bot: Bot, error: Exception, began: datetime) -> None:
    """Leave a trace of a pass that broke, and tell the operator if that can be done."""
    failure = Failure(BROKEN, bot.hide(f"{type(error).__name__}: {error}".partition("\n")[0]))
    report = RunReport(began, bot.clock(), failures=(failure,))
    bot.store.save_report(report)
    if not isinstance(error, StoreError):
        _alert(bot, report)


def _hidden(bot: Bot, report: RunReport) -> RunReport:
    """The report without what is secret in the words of others."""

    def clear(failures: Sequence[Failure]) -> tuple[Failure, ...]:
        return tuple(replace(one, where=bot.hide(one.where), why=bot.hide(one.why)) for one in failures)

    def dump(one: DumpReport) -> DumpReport:
        return replace(one, where=bot.hide(one.where), error=bot.hide(one.error))

    dumps = tuple(dump(one) for one in report.ingest)
    return replace(report, ingest=dumps, failures=clear(report.failures), warnings=clear(report.warnings))
