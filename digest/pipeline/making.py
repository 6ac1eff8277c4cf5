"""Candidates -> editions: ranked, composed and rehearsed, for everyone who is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from digest.compose import compose
from digest.model import Change, Digest, Failure, Paper, Profile
from digest.pipeline import learning, looking_back, meaning, quiet, team
from digest.pipeline.acquaintance import Acquaintance
from digest.pipeline.bot import Bot, Kept
from digest.pipeline.candidates import Group, groups, liked_papers, unknown_to
from digest.pipeline.due import Due, today
from digest.pipeline.tastes import tastes
from digest.pipeline.wishes import Wishes
from digest.ranking import Ranking
from digest.ranking.feedback import NO_VOTES, Taste
from digest.ranking.sketch import kinship
from digest.render import wording_notes
from digest.store import QueuedEdition

Made = tuple[QueuedEdition, list[Failure], list[Failure]]
"""An edition, the papers that could not be rendered and were left out, and warnings."""


def editions(bot: Bot, due: Sequence[Due], now: datetime) -> Iterator[Made]:
    """Rank and compose for everyone who is due; those with the same candidates are ranked together."""
    maker = _Maker(bot, due, now)
    for group in groups(bot, maker.due, now, maker.newest, maker.cursors):
        try:
            rankings = rank(bot, group.offered, [profile for profile, _ in group.members], group.liked, group.tastes)
        except meaning.Stopped:
            return  # who got nothing is still due
        for (profile, day), ranked in zip(group.members, rankings, strict=True):
            yield maker.made(group, profile, day, ranked)


class _Maker:
    """What all editions of a pass have in common, read once, and what makes one of it."""

    def __init__(self, bot: Bot, due: Sequence[Due], now: datetime) -> None:
        store, names = bot.store, [profile.name for profile, _ in due]
        self.bot, self.now = bot, now
        self.newest, self.cursors = store.last_change(), store.cursors(names)
        self.wishes = Wishes.read(store, now)
        self.due = [(self.wishes.heeded(profile), day) for profile, day in due]
        self.around = quiet.circumstances(store, bot.settings.sources, names, now)
        self.known = Acquaintance.read(store, names, pages=bool(bot.settings.public_url))
        self.votes = store.votes([profile.name for profile, _ in self.due if profile.look_back])

    def made(self, group: Group, profile: Profile, day: date, ranked: Ranking) -> Made:
        """The edition of *day*, with what was lost on the way and what is odd about it."""
        picks = unknown_to(profile, ranked.picks, group.liked, group.had)
        digest = compose(profile, day, picks, group.considered, notes=self._notes(profile, day), similarity=kinship)
        digest = _for_team(self.bot, profile, _reasoned(digest, ranked), self.wishes)
        if looking_back.belongs(profile, day, self.around.last_days.get(profile.name)):
            votes = self.votes.get(profile.name, ())
            digest = replace(digest, look_back=looking_back.look_back(self.bot.store, profile, day, self.now, votes))
        digest, lost, odd = self.bot.renderer.rehearse(digest, profile)
        digest = self.known.greeted(quiet.noted(digest, profile, self.around), profile)
        edition = QueuedEdition(digest, self.wishes.targets(profile), self.newest, self.cursors.get(profile.name))
        return edition, [Failure(f.where, f.what) for f in lost], [Failure(f.where, f.what) for f in odd]

    def _notes(self, profile: Profile, day: date) -> tuple[str, ...]:
        """What stands above the papers: that the reader is back, or that this comes late."""
        back = self.wishes.returns(profile, self.around.last_days.get(profile.name))
        return back or ((wording_notes.late(day),) if day < today(profile, self.now) else ())


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


def read_ahead(bot: Bot, names: Collection[str], now: datetime) -> None:
    """Put every text that ranking for these profiles needs through the sentence model, where there is one.

    For who has others rank: they find the vectors in the store.
    """
    if bot.settings.semantic_model:
        bot = replace(bot, kept=Kept())
        with suppress(meaning.Stopped):
            read_texts(bot, [(one, today(one, now)) for one in bot.settings.profiles if one.name in names], now)


def read_texts(bot: Bot, due: Sequence[Due], now: datetime) -> None:
    """Put every text through the sentence model here, so that no other process needs it; raises Stopped."""
    reader = meaning.reader(bot)
    cursors = bot.store.cursors([profile.name for profile, _ in due])
    for group in groups(bot, due, now, bot.store.last_change(), cursors):
        papers, profiles = [change.paper for change in group.offered], [profile for profile, _ in group.members]
        reader.of(papers, profiles, group.liked, tastes=group.tastes)
        if teams := [member for profile in profiles for member in team.members(bot, profile)]:
            taught = tastes(bot.store, [member.name for member in teams], now)
            reader.of(papers, teams, liked_papers(bot, teams), tastes=taught)
    reader.rest()
