"""From candidates and profiles to picks: score, mute, order, and say why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from digest.model import Change, Paper, Pick, Profile
from digest.ranking.arrays import Floats
from digest.ranking.background import Background
from digest.ranking.folding import texts
from digest.ranking.following import Following
from digest.ranking.muting import Muting
from digest.ranking.reasons import Evidence, Shown, explained, popular, surprising
from digest.ranking.score import Scorer, Scores, holding
from digest.ranking.space import Space
from digest.ranking.wishes import Reader, ordinary

_CHUNK = 1_000  # interests scored at once
_OUTSIDE = 0.2  # a paper that scores less is outside an interest


def ranked(
    changes: Sequence[Change],
    profiles: Sequence[Profile],
    liked: Mapping[str, Paper],
    background: Background,
    top: int,
    shown: Shown | None = None,
) -> Iterator[tuple[Pick, ...]]:
    """Yield the picks of each profile; see `digest.ranking.rank`."""
    papers = [change.paper for change in changes]
    votes = _by_popularity(papers)
    for profile, order, found, evidence, first in _ordered(papers, profiles, liked, background):
        if not profile.interests:
            yield tuple(popular(changes[n], float(votes[n])) for n in order[:top])
            continue
        picks = explained(profile, changes, order[:top], found, evidence, first, shown)
        yield _with_surprises(profile, picks, order, changes, found, votes) if profile.surprise else picks


def _with_surprises(
    profile: Profile,
    picks: tuple[Pick, ...],
    order: Sequence[int],
    changes: Sequence[Change],
    found: Scores,
    votes: Floats,
) -> tuple[Pick, ...]:
    """*picks*, then the most popular papers that are far from every interest; of equals, the nearer comes first."""
    best = found.final.max(axis=0)
    far = sorted((n for n in order if best[n] < min(_OUTSIDE, profile.floor)), key=lambda n: -votes[n])
    others = [surprising(changes[n], float(best[n])) for n in far[: profile.surprise]]
    taken = {id(pick.change) for pick in others}
    return (*(pick for pick in picks if id(pick.change) not in taken), *others)


def orders(
    papers: Sequence[Paper], profiles: Sequence[Profile], liked: Mapping[str, Paper], background: Background
) -> Iterator[list[int]]:
    """Yield the numbers of the papers for each profile, best first, as `ranked` orders them, without reasons."""
    return (order for _, order, *_ in _ordered(papers, profiles, liked, background))


def _ordered(
    papers: Sequence[Paper], profiles: Sequence[Profile], liked: Mapping[str, Paper], background: Background
) -> Iterator[tuple[Profile, list[int], Scores, Evidence, int]]:
    muting = Muting(papers)
    ties = by_tie(papers)
    popular_keys = np.rint(_by_popularity(papers) * len(papers)).astype(np.int64)
    for profile, found, evidence, first in scored(papers, profiles, liked, background):
        keys = found.keys.max(axis=0) if profile.interests else popular_keys
        order = np.argsort(ties - keys * len(papers)).tolist()
        if profile.mute or profile.least_upvotes or profile.least_comments:
            order = [n for n in order if _wanted(papers[n], profile) and not muting.mutes(n, profile.mute)]
        yield profile, order, found, evidence, first


def _wanted(paper: Paper, profile: Profile) -> bool:
    """Whether a paper has the votes and comments that a profile asks for; a count that is not known is no obstacle."""
    upvotes, comments = paper.upvotes, paper.num_comments
    return (upvotes is None or upvotes >= profile.least_upvotes) and (
        comments is None or comments >= profile.least_comments
    )


def scored(
    papers: Sequence[Paper], profiles: Sequence[Profile], liked: Mapping[str, Paper], background: Background
) -> Iterator[tuple[Profile, Scores, Evidence, int]]:
    """Yield the scores of each profile (a row per interest, a column per paper), what they are made of, and its row."""
    space, following = Space(background), Following(papers)
    bags = [space.paper(paper) for paper in papers]
    reader = Reader(space, [interest for profile in profiles for interest in profile.interests], liked, following)
    wishes, vectors, usual = reader.wishes(), space.vectors(bags), ordinary(background)
    holds = holding(wishes.phrases, vectors.weights, [texts(paper) for paper in papers])
    scorer = Scorer(wishes, usual, vectors, holds)
    evidence = Evidence(space, papers, vectors, wishes, holds, following)
    at = 0
    for chunk in chunks(profiles):
        first = at
        found = scorer.scores(slice(first, first + sum(len(p.interests) for p in chunk)))
        for profile in chunk:
            yield profile, found.of(slice(at - first, at - first + len(profile.interests))), evidence, at
            at += len(profile.interests)


def chunks(profiles: Sequence[Profile]) -> Iterator[list[Profile]]:
    """Cut the profiles into runs of about `_CHUNK` interests, so that memory does not grow with them."""
    chunk: list[Profile] = []
    many = 0
    for profile in profiles:
        chunk.append(profile)
        many += len(profile.interests)
        if many >= _CHUNK:
            yield chunk
            chunk, many = [], 0
    if chunk:
        yield chunk


def by_tie(papers: Sequence[Paper]) -> NDArray[np.int64]:
    """The place of each paper among equals: more votes and comments, then newer, then title, then id."""
    places = np.empty(len(papers), dtype=np.int64)
    places[sorted(range(len(papers)), key=lambda n: _tie(papers[n]))] = np.arange(len(papers))
    return places


def _tie(paper: Paper) -> tuple[int, int, str, str]:
    return -_votes(paper), -(paper.published.toordinal() if paper.published else 0), paper.title, paper.id


def _votes(paper: Paper) -> int:
    return (paper.upvotes or 0) + (paper.num_comments or 0)


def _by_popularity(papers: Sequence[Paper]) -> Floats:
    """The share of today's papers with fewer votes and comments, from 0 to 1."""
    votes = np.array([_votes(paper) for paper in papers], dtype=np.int64)
    fewer = np.searchsorted(np.sort(votes), votes)
    share: Floats = np.round(fewer / max(1, len(votes) - 1), 4)
    return share
