"""Which members of a team a paper fits, of those who agreed that the others see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.model import Digest, Pick, Profile
from digest.pipeline.bot import Bot
from digest.ranking import Ranking


def members(bot: Bot, profile: Profile) -> list[Profile]:
    """The profiles that *profile* names as members, in its order: those that share what fits them, and want something.

    A bot that works for a part of the profiles knows them all by the config.
    """
    if not profile.members:
        return []
    known = bot.profiles.settings.profiles if bot.profiles else bot.settings.profiles
    agreed = {one.name: one for one in known if one.share and one.interests}
    return [agreed[name] for name in profile.members if name in agreed]


def told(digest: Digest, team: Sequence[Profile], rankings: Iterable[Ranking]) -> Digest:
    """*digest* with the names of those of *team* whom each paper fits, whom it fits best first.

    *rankings* are of the shown papers, in the order of *team*. A paper fits from the floor of a member's profile up.
    """
    scores: dict[str, list[tuple[float, str]]] = {}
    for member, ranking in zip(team, rankings, strict=True):
        for pick in ranking.picks:
            if pick.score >= member.floor:
                scores.setdefault(pick.change.paper.id, []).append((-pick.score, member.name))

    def named(pick: Pick) -> Pick:
        return replace(pick, fits=tuple(name for _, name in sorted(scores.get(pick.change.paper.id, ()))))

    sections = (replace(section, picks=tuple(map(named, section.picks))) for section in digest.sections)
    return replace(digest, sections=tuple(sections))
