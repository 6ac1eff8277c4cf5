"""Today's candidates, read once for all profiles: what they say, and in which order those of equal score stand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digest.model import Paper, Profile
from digest.ranking.arrays import Floats
from digest.ranking.folding import texts
from digest.ranking.following import Following
from digest.ranking.muting import Muting
from digest.ranking.space import Space


class Today:
    """The candidates of one day: their vectors, texts, authors, votes and order among equals."""

    def __init__(self, papers: Sequence[Paper], space: Space) -> None:
        self.papers, self.space = papers, space
        self.texts = [texts(paper) for paper in papers]
        self.following = Following(papers)
        bags = [space.paper(paper) for paper in papers]
        self.vectors = space.vectors(bags)
        self.votes = by_popularity(papers)
        self._popular = np.rint(self.votes * len(papers)).astype(np.int64)
        self._ties = by_tie(papers)
        self._muting = Muting(papers, self.texts)

    def order(self, profile: Profile, keys: NDArray[np.int64]) -> list[int]:
        """The numbers of the candidates that *profile* may be shown, best first by *keys* (interests × candidates)."""
        best = keys.max(axis=0) if len(keys) else self._popular
        found: list[int] = np.argsort(self._ties - best * len(self.papers)).tolist()
        if profile.mute or profile.least_upvotes or profile.least_comments:
            found = [n for n in found if self._wanted(n, profile)]
        return found

    def _wanted(self, n: int, profile: Profile) -> bool:
        """Whether a paper is not muted and has the votes and comments asked for; an unknown count is no obstacle."""
        upvotes, comments = self.papers[n].upvotes, self.papers[n].num_comments
        return (
            (upvotes is None or upvotes >= profile.least_upvotes)
            and (comments is None or comments >= profile.least_comments)
            and not self._muting.mutes(n, profile.mute)
        )


def by_tie(papers: Sequence[Paper]) -> NDArray[np.int64]:
    """The place of each paper among equals: more votes and comments, then newer, then title, then id."""
    places = np.empty(len(papers), dtype=np.int64)
    places[sorted(range(len(papers)), key=lambda n: _tie(papers[n]))] = np.arange(len(papers))
    return places


def _tie(paper: Paper) -> tuple[int, int, str, str]:
    return -_votes(paper), -(paper.published.toordinal() if paper.published else 0), paper.title, paper.id


def _votes(paper: Paper) -> int:
    return (paper.upvotes or 0) + (paper.num_comments or 0)


def by_popularity(papers: Sequence[Paper]) -> Floats:
    """The share of today's papers with fewer votes and comments, from 0 to 1."""
    votes = np.array([_votes(paper) for paper in papers], dtype=np.int64)
    fewer = np.searchsorted(np.sort(votes), votes)
    share: Floats = np.round(fewer / max(1, len(votes) - 1), 4)
    return share
