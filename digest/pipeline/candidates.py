"""What there is for whom: the profiles that have the same candidates, what they like, and what they know already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from digest.model import SPLIT, Cause, Change, Paper, Pick, Profile
from digest.pipeline.bot import Bot
from digest.pipeline.due import Due
from digest.pipeline.tastes import tastes
from digest.ranking.feedback import Taste

NEW_PROFILE_SEES = timedelta(days=7)
"""A profile that the bot has not served yet is offered what was first seen in this time, not the whole archive."""


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


def groups(bot: Bot, due: Sequence[Due], now: datetime, newest: int, cursors: Mapping[str, int]) -> Iterator[Group]:
    """Yield together who has the same candidates; *cursors* say how far each profile was served, by name."""
    start = bot.store.cursor_at(now - NEW_PROFILE_SEES)
    alike: dict[tuple[int, tuple[Cause, ...]], list[Due]] = defaultdict(list)
    for profile, day in due:
        alike[cursors.get(profile.name, start), profile.updates].append((profile, day))
    for (cursor, causes), members in alike.items():
        changes = bot.store.changes_after(cursor, upto=newest, causes=causes)
        profiles = [profile for profile, _ in members]
        split = [change.paper.id for change in changes if change.fields == SPLIT]
        had = bot.store.offered_to(split) if split else {}
        revised = () if "text" in causes else bot.store.revisions_after(cursor, upto=newest)
        liked = liked_papers(bot, profiles) if changes or revised else {}
        offered = (*changes, *_liked_by_any(profiles, revised, changes, liked))
        taught = tastes(bot.store, [profile.name for profile in profiles], now) if offered else {}
        yield Group(members, len(changes), offered, liked, had, taught)


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
