"""The whole way of a pass: ingest -> prepare -> deliver.

Each step is safe to repeat and safe to be killed in: a dump is one transaction, an edition with
its messages and its cursor is one transaction, a delivery is claimed before it is sent.
"""

from __future__ import annotations

from digest import outbox
from digest.errors import DigestError
from digest.model import Delivery, Failure, Message, RunReport
from digest.pipeline.bot import Bot, Hooks
from digest.pipeline.ingest import ingest, ingest_sources
from digest.pipeline.prepare import prepare
from digest.pipeline.rehearse import explain, preview, rehearse

__all__ = [
    "Bot",
    "Hooks",
    "deliver",
    "explain",
    "ingest",
    "ingest_sources",
    "prepare",
    "preview",
    "rehearse",
    "run_pass",
]


def run_pass(bot: Bot, *, due_only: bool = False, forced: bool = False) -> RunReport:
    """Take in what is new, prepare an edition for each profile that is due, send what is queued.

    One bad paper, dump, source, profile or target never stops the others: each is a named
    failure in the report. The report is stored, and returned. *forced* marks it as a person's word
    that the clock is right.
    """
    now = bot.clock()
    dumps, failures, warnings = ingest_sources(bot, now)
    editions, more_failures, more_warnings = prepare(bot, now, due_only=due_only)
    counts, lost = deliver(bot)
    report = RunReport(
        started_at=now,
        finished_at=bot.clock(),
        ingest=tuple(dumps),
        editions=tuple(editions),
        deliveries=counts,
        failures=(*failures, *more_failures, *lost),
        warnings=(*warnings, *more_warnings),
        forced=forced,
    )
    bot.store.save_report(report)
    return report


def deliver(bot: Bot) -> tuple[dict[str, int], list[Failure]]:
    """Send every message that is due; only the outbox decides about a second attempt."""
    profiles = {profile.name: profile for profile in bot.settings.profiles}

    def render(delivery: Delivery) -> Message:
        digest = bot.store.digest(delivery.profile, delivery.date)
        profile = profiles.get(delivery.profile)
        if digest is None or profile is None:
            raise DigestError(f"{delivery.key}: its profile or its edition is gone")
        return bot.renderer.message(digest, profile, delivery.target)

    done = outbox.deliver(
        bot.store, bot.channels, render, bot.clock, bot.rng, watch=outbox.Watch(at=bot.hooks.at), stop=bot.stop
    )
    return dict(done.counts), list(done.failures)
