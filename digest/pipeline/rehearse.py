"""The same way without an audience: on a scratch copy of the store, nothing sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from digest.model import Change, Digest, Paper, Pick, Profile, RunReport
from digest.pipeline.asking import ingest_sources
from digest.pipeline.bot import Bot
from digest.pipeline.candidates import liked_papers
from digest.pipeline.due import today
from digest.pipeline.making import editions, rank
from digest.pipeline.prepare import prepare
from digest.pipeline.summarising import Summaries
from digest.pipeline.tastes import tastes
from digest.pipeline.wishes import Wishes
from digest.ranking.feedback import Taste

RECENT = timedelta(days=30)


def rehearse(bot: Bot, *, due_only: bool = False) -> RunReport:
    """Do what `run_pass` does up to the deliveries; *bot* must stand on a scratch store."""
    now = bot.clock()
    dumps, failures, warnings = ingest_sources(bot, now, due_only=due_only)
    finish = Summaries(bot, now).complete if bot.settings.summaries else None
    reports, more_failures, more_warnings = prepare(bot, now, due_only=due_only, finish=finish)
    return RunReport(
        started_at=now,
        finished_at=bot.clock(),
        ingest=tuple(dumps),
        editions=tuple(reports),
        failures=(*failures, *more_failures),
        warnings=(*warnings, *more_warnings),
    )


def preview(bot: Bot, profile: Profile) -> Digest:
    """Return today's digest of *profile*: the one that was sent, else the one that a pass would make now."""
    now = bot.clock()
    ingest_sources(bot, now, due_only=True)
    day = today(profile, now)
    sent = bot.store.digest(profile.name, day)
    if sent is not None and sent.is_sent:
        return sent
    ((edition, _, _),) = editions(bot, [(profile, day)], now)
    return Summaries(bot, now).complete(edition.digest)


def explain(bot: Bot, profile: Profile, ref: str) -> Pick | None:
    """Score the one paper that *ref* names (arXiv id, URL, title, our id) for *profile*; None if it is not known."""
    ingest_sources(bot, bot.clock(), due_only=True)
    paper = bot.store.find_papers([ref]).get(ref)
    return None if paper is None else weigh(bot, profile, paper)


def weigh(bot: Bot, profile: Profile, paper: Paper) -> Pick:
    """Score one *paper* for *profile*, with reasons and parts."""
    heeded = Wishes.read(bot.store, bot.clock()).heeded(profile)
    taught = tastes(bot.store, [profile.name], bot.clock())
    (ranked,) = rank(bot, [Change(paper, "new")], [heeded], liked_papers(bot, [heeded]), taught)
    return next(iter(ranked.explained()), Pick(Change(paper, "new"), 0.0))


def recent(bot: Bot, profile: Profile) -> tuple[Mapping[str, Paper], tuple[Paper, ...], Mapping[str, Taste]]:
    """Return the papers that *profile* likes by their likes, all that were new in 30 days, and what votes taught."""
    now = bot.clock()
    ingest_sources(bot, now)
    changes = bot.store.changes_after(bot.store.cursor_at(now - RECENT))
    new = tuple(change.paper for change in changes if change.kind == "new")
    return liked_papers(bot, [profile]), new, tastes(bot.store, [profile.name], now)
