"""Which keywords of the profiles can never be met, and which likes say nothing? Part of `digest check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from digest.text import is_reference

if TYPE_CHECKING:
    from digest.model import Settings
    from digest.pipeline import Bot

_NEWEST = 3_000
"""Papers that are looked through beside the background; older ones taught it."""


def warnings(settings: Settings, bot: Bot) -> Iterator[str]:
    """Yield a sentence for each keyword that no known paper has, and for each like that names no known paper."""
    yield from _keywords(settings, bot)
    yield from _likes(settings, bot)


def _likes(settings: Settings, bot: Bot) -> Iterator[str]:
    """An id, a DOI or a link says nothing of what a paper is about: unknown, it is nobody's wish."""
    from digest.pipeline.prepare import liked_papers

    known = liked_papers(bot, settings.profiles)
    for profile in settings.profiles:
        for interest in profile.interests:
            for like in interest.like:
                if like not in known and is_reference(like):
                    whose = f"profile {profile.name}, {interest.name}"
                    yield f'{whose}: no known paper is "{like}", which counts for nothing; like it by its title'


def _keywords(settings: Settings, bot: Bot) -> Iterator[str]:
    owners: dict[str, list[str]] = {}
    for profile in settings.profiles:
        for interest in profile.interests:
            for keyword in interest.keywords:
                owners.setdefault(keyword, []).append(f"{profile.name}, {interest.name}")
    if not owners:
        return
    from digest.pipeline import learning
    from digest.ranking.vocabulary import unknown

    papers = bot.store.newest_papers(_NEWEST)
    for keyword, near in unknown(owners, papers, learning.background(settings)).items():
        whose = owners[keyword]
        more = f" and {len(whose) - 1} more" if len(whose) > 1 else ""
        hint = f" (near: {', '.join(near)})" if near else ""
        yield f'profile {whose[0]}{more}: no known paper has the keyword "{keyword}"{hint}'
