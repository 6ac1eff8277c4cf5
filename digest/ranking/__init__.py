"""How well does a paper fit a profile, and why? Pure: papers, profiles and a background in, picks out.

numpy and scipy are imported when something is ranked, not before: a pass without news stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from digest.model import Change, Paper, Pick, Profile
from digest.ranking.background import Background
from digest.ranking.ranked import Ranking

__all__ = ["Background", "Ranking", "learn", "rank", "similarity"]


def rank(
    changes: Sequence[Change],
    profiles: Sequence[Profile],
    liked: Mapping[str, Paper],
    background: Background,
    *,
    top: int = 60,
) -> Iterator[tuple[Pick, ...]]:
    """Yield one tuple of picks per profile, in the order of *profiles*: best first, at most *top*, all explained.

    *liked* maps a like, as the profile states it, to the paper found for it; one that is missing
    is used as a title. A pick is scored for the interest that it fits best; an interest's weight is left to
    `compose`. Ties go to more upvotes and comments, then to the newer, then by title and id. Surprises that a
    profile asks for come last, whatever they score. `ranker.Ranker` does the same for many profiles and days, and
    explains only what is shown.
    """
    from digest.ranking.ranker import Ranker

    return (ranking.explained() for ranking in Ranker(background).rank(changes, profiles, liked, top=top))


def learn(papers: Sequence[Paper], base: Background) -> Background:
    """Learn a background from the papers known so far, oldest first; *base* itself when they teach nothing new.

    Seconds for thousands of papers: keep what comes back with `Background.save`.
    """
    from digest.ranking.learning import learn

    return learn(papers, base)


def similarity(a: Paper, b: Paper) -> float:
    """How near two papers are, from 0 (no word in common) to 1 (the same words)."""
    from digest.ranking.near import alike

    return alike(a, b)
