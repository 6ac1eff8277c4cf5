"""Changes -> ranked picks -> a digest per profile that is due, queued with its messages and its cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from digest.model import Digest, EditionReport, Failure, Profile
from digest.pipeline import crew, learning, looking_back, meaning
from digest.pipeline.bot import Bot
from digest.pipeline.due import Due, due_editions
from digest.pipeline.making import editions, read_texts
from digest.pipeline.spool import Spool, Ticket
from digest.pipeline.voice import Voice
from digest.pipeline.wishes import Wishes
from digest.store import PackedEdition, Store, pack

EDITIONS_PER_COMMIT = 200
BACKFILL = 1000
"""More candidates than this for one edition is not an ordinary day: the report says so."""

Packed = tuple[PackedEdition, list[Failure], list[Failure], tuple[Ticket, ...]]
"""The same ready to be written, and where its messages lie that were rendered already."""
Outcome = tuple[list[EditionReport], list[Failure], list[Failure]]


def prepare(
    bot: Bot,
    now: datetime,
    *,
    due_only: bool,
    finish: Callable[[Digest], Digest] | None = None,
    spool: Spool | None = None,
) -> Outcome:
    """Queue an edition for each profile that has none for its local date; with *due_only* only when its time has come.

    Profiles that stand at the same place in the news are ranked together. An edition that exists
    stays as it is; an empty one is replaced when something came later that day. *finish* has the last word on each.
    Who rests or has unsubscribed gets none. With *spool* the messages are rendered at once, and lie there.
    """
    wishes = Wishes.read(bot.store, now)
    profiles = [profile for profile in bot.settings.profiles if profile.enabled and wishes.wanted(profile)]
    due, reports = due_editions(bot.store, profiles, now, wishes, due_only=due_only)
    weekly = _weekly(bot.store, profiles, due, now, wishes) if due_only else []
    made = chain(_packed_editions(bot, due, now, finish, spool), _packed_look_backs(bot, weekly, now, spool))
    failures: list[Failure] = []
    warnings: list[Failure] = []
    queued: list[PackedEdition] = []
    tickets: dict[str, tuple[Ticket, ...]] = {}
    for done, (edition, lost, odd, there) in enumerate(made, 1):
        failures += lost
        warnings += odd
        if edition.considered > BACKFILL and edition.profile not in wishes.rests:
            what = f"{edition.considered:,} candidates at once: was this a backfill?"
            warnings.append(Failure(edition.profile, what))
        queued.append(edition)
        tickets[edition.profile] = there
        if len(queued) == EDITIONS_PER_COMMIT:
            reports += _commit(bot, queued, now)
        bot.hooks.progress(done, len(due) + len(weekly), edition.profile)
    reports += _commit(bot, queued, now)
    if spool:  # what "exists" was made by another pass, perhaps of other papers
        spool.accept(ticket for one in reports if one.state == "queued" for ticket in tickets[one.profile])
    warnings += meaning.done(bot)
    order = {profile.name: place for place, profile in enumerate(profiles)}
    reports.sort(key=lambda report: order[report.profile])
    return reports, failures, warnings


def due_profiles(bot: Bot, now: datetime, *, due_only: bool) -> list[str]:
    """The names of those for whom `prepare` would make an edition now."""
    wishes = Wishes.read(bot.store, now)
    profiles = [profile for profile in bot.settings.profiles if profile.enabled and wishes.wanted(profile)]
    due, _ = due_editions(bot.store, profiles, now, wishes, due_only=due_only)
    weekly = _weekly(bot.store, profiles, due, now, wishes) if due_only else []
    return [profile.name for profile, _ in (*due, *weekly)]


def _weekly(
    store: Store, profiles: Sequence[Profile], due: Sequence[Due], now: datetime, wishes: Wishes
) -> Sequence[Due]:
    """Who is due an edition that only looks back, once what is *due* with papers was made."""
    busy = {profile.name for profile, _ in due}
    return looking_back.due_alone(store, [profile for profile in profiles if profile.name not in busy], now, wishes)


def _packed_look_backs(bot: Bot, weekly: Sequence[Due], now: datetime, spool: Spool | None) -> Iterator[Packed]:
    """The editions that only look back, ready to be written."""
    if not weekly:
        return
    voice, profiles = Voice(bot, spool), {profile.name: profile for profile, _ in weekly}
    open_channels = bot.channels.keys() - bot.store.paused().keys()
    for edition in looking_back.alone(bot.store, weekly, now, Wishes.read(bot.store, now)):
        digest, _, _ = bot.renderer.rehearse(edition.digest, profiles[edition.digest.profile], proven=False)
        edition = replace(edition, digest=digest)
        yield pack(edition), [], [], voice.keep(digest, edition.targets, open_channels, 0)


def _packed_editions(
    bot: Bot, due: Sequence[Due], now: datetime, finish: Callable[[Digest], Digest] | None, spool: Spool | None
) -> Iterator[Packed]:
    """Make everybody's edition ready to be written, in several processes where there are many.

    What has the last word may keep a budget, so with *finish* it is one process.
    """
    voice = Voice(bot, spool)
    open_channels = bot.channels.keys() - bot.store.paused().keys()

    def packed(mine: tuple[int, Sequence[Due]]) -> Iterator[Packed]:
        part, due = mine
        for edition, lost, odd in editions(bot, due, now):
            edition = replace(edition, digest=finish(edition.digest)) if finish else edition
            yield pack(edition), lost, odd, voice.keep(edition.digest, edition.targets, open_channels, part)

    count = crew.hands(bot.store, len(due)) if finish is None else 1
    if count == 1:
        return packed((0, due))
    learning.ranker(bot)  # read once, and shared by all
    if bot.settings.semantic_model:
        try:
            read_texts(bot, due, now)
        except meaning.Stopped:
            return iter(())
    return crew.spread(bot.store, [(part, due[part::count]) for part in range(count)], packed)


def _commit(bot: Bot, queued: list[PackedEdition], now: datetime) -> list[EditionReport]:
    """Remember these editions with their messages and cursors in one transaction; another pass may have been first."""
    if not queued:
        return []
    bot.hooks.at("prepare-before-commit")
    states = bot.store.queue(queued, now)
    bot.hooks.at("prepare-committed")
    made = [
        EditionReport(edition.profile, edition.day, edition.picks, edition.considered, state)
        for edition, state in zip(queued, states, strict=True)
    ]
    queued.clear()
    for one in made:
        facts = {"profile": one.profile, "date": one.date.isoformat(), "picks": one.picks, "considered": one.considered}
        bot.hooks.tell("edition", {**facts, "state": one.state})
    return made
