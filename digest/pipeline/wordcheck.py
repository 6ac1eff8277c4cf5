"""Which keywords of profiles can never be met, and which likes say nothing? For `digest check` and the tuner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.model import Profile
from digest.pipeline import learning
from digest.pipeline.bot import Bot
from digest.pipeline.candidates import liked_papers
from digest.text import is_reference

_NEWEST = 3_000
"""Papers that are looked through beside the background; older ones taught it."""


def warnings(bot: Bot, profiles: Sequence[Profile]) -> Iterator[str]:
    """Yield a sentence for each keyword that no known paper has, like that names none, and member who is not named."""
    yield from _keywords(bot, profiles)
    yield from _likes(bot, profiles)
    yield from _members(bot, profiles)


def _members(bot: Bot, profiles: Sequence[Profile]) -> Iterator[str]:
    """A member that does not exist, or has not agreed, is never named."""
    known = bot.profiles.settings.profiles if bot.profiles else bot.settings.profiles
    shares = {profile.name: profile.share for profile in known}
    for profile in profiles:
        for member in profile.members:
            if member not in shares:
                yield f'profile {profile.name}: members: no profile is called "{member}"'
            elif not shares[member]:
                whose = f"profile {profile.name}: members: {member}"
                yield f"{whose} has not agreed to be named (share = true in its own profile)"


def _likes(bot: Bot, profiles: Sequence[Profile]) -> Iterator[str]:
    """An id, a DOI or a link says nothing of what a paper is about: unknown, it is nobody's wish."""
    known = liked_papers(bot, profiles)
    for profile in profiles:
        for interest in profile.interests:
            for like in interest.like:
                if like not in known and is_reference(like):
                    whose = f"profile {profile.name}, {interest.name}"
                    yield f'{whose}: no known paper is "{like}", which counts for nothing; like it by its title'


def _keywords(bot: Bot, profiles: Sequence[Profile]) -> Iterator[str]:
    owners: dict[str, list[str]] = {}
    for profile in profiles:
        for interest in profile.interests:
            for keyword in interest.keywords:
                owners.setdefault(keyword, []).append(f"{profile.name}, {interest.name}")
    if not owners:
        return
    from digest.ranking.vocabulary import unknown

    papers = bot.store.newest_papers(_NEWEST)
    for keyword, near in unknown(owners, papers, learning.background(bot.settings)).items():
        whose = owners[keyword]
        more = f" and {len(whose) - 1} more" if len(whose) > 1 else ""
        hint = f" (near: {', '.join(near)})" if near else ""
        yield f'profile {whose[0]}{more}: no known paper has the keyword "{keyword}"{hint}'
