"""Changes -> ranked picks -> a digest per profile that is due, queued with its messages and its cursor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from digest.compose import compose
from digest.model import SPLIT, Cause, Change, Digest, EditionReport, Failure, Paper, Pick, Profile
from digest.pipeline import crew, learning, looking_back, meaning, quiet, team
from digest.pipeline.acquaintance import Acquaintance
from digest.pipeline.bot import Bot, Kept
from digest.pipeline.due import Due, due_editions, today
from digest.pipeline.spool import Spool, Ticket
from digest.pipeline.tastes import tastes
from digest.pipeline.voice import Voice
from digest.pipeline.wishes import Wishes
from digest.ranking import Ranking
from digest.ranking.feedback import NO_VOTES, Taste
from digest.ranking.sketch import kinship
from digest.render import wording
from digest.store import PackedEdition, QueuedEdition, Store, pack

NEW_PROFILE_SEES = timedelta(days=7)
"""A profile that the bot has not served yet is offered what was first seen in this time, not the whole archive."""

EDITIONS_PER_COMMIT = 200
BACKFILL = 1000
"""More candidates than this for one edition is not an ordinary day: the report says so."""

Made = tuple[QueuedEdition, list[Failure], list[Failure]]
"""An edition, the papers that could not be rendered and were left out, and warnings."""
Packed = tuple[PackedEdition, list[Failure], list[Failure], tuple[Ticket, ...]]
"""The same ready to be written, and where its messages lie that were rendered already."""
Outcome = tuple[list[EditionReport], list[Failure], list[Failure]]


class Group(NamedTuple):
    """Who has the same candidates: so many are *considered*, *offered* is all that is ranked for them.

    *liked* are the papers that they like, *tastes* what votes taught; *had* says who was offered which before.
    """

    members: Sequence[Due]
    considered: int
    offered: Sequence[Change]
    liked: Mapping[str, Paper]
    had: Mapping[str, Collection[str]]
    tastes: Mapping[str, Taste]


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


def read_ahead(bot: Bot, names: Collection[str], now: datetime) -> None:
    """Put every text that ranking for these profiles needs through the sentence model, where there is one.

    For who has others rank: they find the vectors in the store.
    """
    if bot.settings.semantic_model:
        bot = replace(bot, kept=Kept())
        with suppress(meaning.Stopped):
            _read_ahead(bot, [(one, today(one, now)) for one in bot.settings.profiles if one.name in names], now)


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
            _read_ahead(bot, due, now)
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


def editions(bot: Bot, due: Sequence[Due], now: datetime) -> Iterator[Made]:
    """Rank and compose for everyone who is due; those with the same candidates are ranked together."""
    newest = bot.store.last_change()
    names = [profile.name for profile, _ in due]
    cursors = bot.store.cursors(names)
    wishes = Wishes.read(bot.store, now)
    due = [(wishes.heeded(profile), day) for profile, day in due]
    around = quiet.circumstances(bot.store, bot.settings.sources, names, now)
    known = Acquaintance.read(bot.store, names, pages=bool(bot.settings.public_url))
    votes = bot.store.votes([profile.name for profile, _ in due if profile.look_back])
    for group in _groups(bot, due, now, newest, cursors):
        try:
            rankings = rank(bot, group.offered, [profile for profile, _ in group.members], group.liked, group.tastes)
        except meaning.Stopped:
            return  # who got nothing is still due
        for (profile, day), ranked in zip(group.members, rankings, strict=True):
            picks = unknown_to(profile, ranked.picks, group.liked, group.had)
            notes = wishes.returns(profile, around.last_days.get(profile.name))
            notes = notes or ((wording.late(day),) if day < today(profile, now) else ())
            digest = compose(profile, day, picks, group.considered, notes=notes, similarity=kinship)
            digest = _for_team(bot, profile, _reasoned(digest, ranked), wishes)
            if looking_back.belongs(profile, day, around.last_days.get(profile.name)):
                week = looking_back.look_back(bot.store, profile, day, now, votes.get(profile.name, ()))
                digest = replace(digest, look_back=week)
            digest, lost, odd = bot.renderer.rehearse(digest, profile)
            digest = known.greeted(quiet.noted(digest, profile, around), profile)
            edition = QueuedEdition(digest, wishes.targets(profile), newest, cursors.get(profile.name))
            yield edition, [Failure(f.where, f.what) for f in lost], [Failure(f.where, f.what) for f in odd]


def _groups(bot: Bot, due: Sequence[Due], now: datetime, newest: int, cursors: Mapping[str, int]) -> Iterator[Group]:
    """Yield together who has the same candidates; *cursors* say how far each profile was served, by name."""
    start = bot.store.cursor_at(now - NEW_PROFILE_SEES)
    groups: dict[tuple[int, tuple[Cause, ...]], list[Due]] = defaultdict(list)
    for profile, day in due:
        groups[cursors.get(profile.name, start), profile.updates].append((profile, day))
    for (cursor, causes), members in groups.items():
        changes = bot.store.changes_after(cursor, upto=newest, causes=causes)
        profiles = [profile for profile, _ in members]
        split = [change.paper.id for change in changes if change.fields == SPLIT]
        had = bot.store.offered_to(split) if split else {}
        revised = () if "text" in causes else bot.store.revisions_after(cursor, upto=newest)
        liked = liked_papers(bot, profiles) if changes or revised else {}
        offered = (*changes, *_liked_by_any(profiles, revised, changes, liked))
        taught = tastes(bot.store, [profile.name for profile in profiles], now) if offered else {}
        yield Group(members, len(changes), offered, liked, had, taught)


def _read_ahead(bot: Bot, due: Sequence[Due], now: datetime) -> None:
    """Put every text through the sentence model here, so that no other process needs it; raises Stopped."""
    reader = meaning.reader(bot)
    cursors = bot.store.cursors([profile.name for profile, _ in due])
    for group in _groups(bot, due, now, bot.store.last_change(), cursors):
        papers, profiles = [change.paper for change in group.offered], [profile for profile, _ in group.members]
        reader.of(papers, profiles, group.liked, tastes=group.tastes)
        if teams := [member for profile in profiles for member in team.members(bot, profile)]:
            taught = tastes(bot.store, [member.name for member in teams], now)
            reader.of(papers, teams, liked_papers(bot, teams), tastes=taught)
    reader.rest()


def rank(
    bot: Bot,
    changes: Sequence[Change],
    profiles: Sequence[Profile],
    liked: Mapping[str, Paper],
    tastes: Mapping[str, Taste] = NO_VOTES,
) -> Iterator[Ranking]:
    """Yield what each profile gets of *changes*; without candidates nothing heavy is loaded. Raises Stopped."""
    if not changes:
        return (Ranking(profile, ()) for profile in profiles)
    meanings = meaning.reader(bot).of([change.paper for change in changes], profiles, liked, tastes=tastes)
    return learning.ranker(bot).rank(changes, profiles, liked, meanings=meanings, tastes=tastes)


def _for_team(bot: Bot, profile: Profile, digest: Digest, wishes: Wishes) -> Digest:
    """*digest* with the members of a team whom each paper fits; as it is for everybody else."""
    members = [wishes.heeded(member) for member in team.members(bot, profile)]
    if not members or not digest.picks:
        return digest
    taught = tastes(bot.store, [member.name for member in members], wishes.now)
    try:
        rankings = rank(bot, [pick.change for pick in digest.picks], members, liked_papers(bot, members), taught)
    except meaning.Stopped:
        return digest
    return team.told(digest, members, rankings)


def _reasoned(digest: Digest, ranked: Ranking) -> Digest:
    """*digest* with the reasons of what it shows in full."""
    sections = (replace(section, picks=ranked.reasoned(section.picks)) for section in digest.sections)
    return replace(digest, sections=tuple(sections))


def liked_papers(bot: Bot, profiles: Sequence[Profile]) -> Mapping[str, Paper]:
    """Look up what these profiles like among all papers ever seen.

    A paper of a file of references is looked up by its arXiv id or DOI too, and is used as that file states it where it
    was never seen; anything else that was not is used by its title.
    """
    likes = sorted({like for p in profiles for i in p.interests for like in i.like})
    listed = {like: paper for like in likes if (paper := bot.settings.references.get(like))}
    names = {like: f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else paper.url for like, paper in listed.items()}
    ids = {like: name for like, name in names.items() if name}
    found = bot.store.find_papers([*likes, *ids.values()])
    by_id = {like: found[id_] for like, id_ in ids.items() if id_ in found}
    return {**listed, **{like: found[like] for like in likes if like in found}, **by_id}


def unknown_to(
    profile: Profile, picks: Sequence[Pick], liked: Mapping[str, Paper], had: Mapping[str, Collection[str]]
) -> tuple[Pick, ...]:
    """Leave out what *profile* likes or *had* already: its reader knows it, and only wants to hear of an update.

    A new version of a liked paper is news to who likes it, whatever else the profile's `updates` name.
    """
    likes = _likes(profile, liked)
    known = likes | {paper for paper, names in had.items() if profile.name in names}

    def unknown(change: Change) -> bool:
        if change.kind == "new":
            return change.paper.id not in known
        return change.cause in profile.updates or change.paper.id in likes

    return tuple(pick for pick in picks if unknown(pick.change))


def _likes(profile: Profile, liked: Mapping[str, Paper]) -> set[str]:
    return {liked[like].id for i in profile.interests for like in i.like if like in liked}


def _liked_by_any(
    profiles: Sequence[Profile], revised: Sequence[Change], changes: Sequence[Change], liked: Mapping[str, Paper]
) -> list[Change]:
    """Those of *revised* that one of *profiles* likes, and that are no news by themselves."""
    likes = {id_ for profile in profiles for id_ in _likes(profile, liked)} if revised else set()
    return [one for one in revised if one.paper.id in likes - {change.paper.id for change in changes}]
