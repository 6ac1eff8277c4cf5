"""From candidates and profiles to picks: score, mute, order, and say why of what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from digest.model import Change, Paper, Part, Pick, Profile, Reason
from digest.ranking.background import Background
from digest.ranking.feedback import NO_VOTES, Taste
from digest.ranking.holding import holding
from digest.ranking.liked import ordinary
from digest.ranking.order import Today
from digest.ranking.ranked import Ranking
from digest.ranking.reasons import Evidence, Words, parts, popular, surprising
from digest.ranking.score import Scores
from digest.ranking.scorer import Scorer
from digest.ranking.semantic import Meanings, Meant
from digest.ranking.shelf import Shelf
from digest.ranking.space import Space
from digest.ranking.voting import voices
from digest.ranking.wishes import Reader

_BATCH = 5_000  # interests read at once,
_BATCH_LIKES = 25_000  # or so many different likes: what they share with every candidate is held
_CHUNK = 1_000  # interests scored at once
_OUTSIDE = 0.2  # a paper that scores less is outside an interest


class Ranker:
    """Ranks against one background, and keeps the vectors of liked papers from one call to the next.

    Memory does not grow with the profiles: they are read some thousands at a time.
    """

    def __init__(self, background: Background) -> None:
        self.background = background
        self._shelf = Shelf()

    def rank(
        self,
        changes: Sequence[Change],
        profiles: Sequence[Profile],
        liked: Mapping[str, Paper],
        *,
        top: int = 60,
        meanings: Meanings | None = None,
        tastes: Mapping[str, Taste] = NO_VOTES,
    ) -> Iterator[Ranking]:
        """Yield one ranking per profile, in the order of *profiles*; see `digest.ranking.rank`.

        *meanings* hold what a sentence model makes of everything that `semantic.wanted` names; *tastes* what votes
        taught, by the name of the profile.
        """
        if not changes:
            yield from (Ranking(profile, ()) for profile in profiles)
            return
        numbers = {id(change): n for n, change in enumerate(changes)}
        today, scored = self._scored([change.paper for change in changes], profiles, liked, meanings, tastes)
        for profile, found in scored:
            order = today.order(profile, found.keys)
            if not profile.interests:
                yield Ranking(profile, tuple(popular(changes[n], float(today.votes[n])) for n in order[:top]))
                continue
            picks = found.picks(profile, changes, order[:top])
            if profile.surprise:
                picks = _with_surprises(profile, picks, order, changes, found, today)
            yield Ranking(profile, picks, found, numbers)

    def orders(
        self,
        papers: Sequence[Paper],
        profiles: Sequence[Profile],
        liked: Mapping[str, Paper],
        meanings: Meanings | None = None,
        tastes: Mapping[str, Taste] = NO_VOTES,
    ) -> Iterator[list[int]]:
        """Yield the numbers of *papers* for each profile, best first, in the order of picks."""
        today, scored = self._scored(papers, profiles, liked, meanings, tastes)
        return (today.order(profile, found.keys) for profile, found in scored)

    def _scored(
        self,
        papers: Sequence[Paper],
        profiles: Sequence[Profile],
        liked: Mapping[str, Paper],
        meanings: Meanings | None,
        tastes: Mapping[str, Taste],
    ) -> tuple[Today, Iterator[tuple[Profile, Found]]]:
        today = Today(papers, Space(self.background))
        return today, (
            one for batch in _batches(profiles, tastes) for one in self._batch(today, batch, liked, meanings, tastes)
        )

    def _batch(
        self,
        today: Today,
        profiles: Sequence[Profile],
        liked: Mapping[str, Paper],
        meanings: Meanings | None,
        tastes: Mapping[str, Taste],
    ) -> Iterator[tuple[Profile, Found]]:
        interests = [interest for profile in profiles for interest in profile.interests]
        said = voices(profiles, tastes)
        wishes = Reader(today.space, interests, liked, today.following, self._shelf, said).wishes()
        holds = holding(wishes.phrases, today.vectors.weights, today.texts)
        meant = Meant(meanings, today.papers, interests, wishes) if meanings else None
        scorer = Scorer(wishes, ordinary(self.background), today.vectors, holds, meant)
        evidence = Evidence(today, wishes, holds, scorer)
        at = 0
        for chunk in _chunks(profiles):
            first, many = at, sum(len(profile.interests) for profile in chunk)
            scores = scorer.scores(slice(first, first + many))
            words = Words(evidence, slice(first, first + many))
            for profile in chunk:
                end = at + len(profile.interests)
                yield profile, Found(scores, words, slice(at - first, end - first))
                at = end


class Found:
    """What the interests of one profile found: some *rows* of the scores of a chunk, and the words behind them."""

    def __init__(self, scores: Scores, words: Words, rows: slice) -> None:
        self._scores, self._words, self._first = scores, words, rows.start
        self.keys = scores.keys[rows]
        self.final = scores.final[rows]

    def picks(self, profile: Profile, changes: Sequence[Change], order: Sequence[int]) -> tuple[Pick, ...]:
        """Make picks of the candidates *order*, each for the interest that it fits best."""
        interests = self.keys[:, order].argmax(axis=0)
        scores = self.final[interests, order].tolist()
        names = [interest.name for interest in profile.interests]
        return tuple(
            Pick(changes[n], score, names[i]) for n, i, score in zip(order, interests.tolist(), scores, strict=True)
        )

    def reasons(self, profile: Profile, numbers: Sequence[int]) -> list[tuple[Reason, ...]]:
        """Why the candidates *numbers* fit the interests that they fit best."""
        best = self.keys[:, numbers].argmax(axis=0)
        found: dict[int, tuple[Reason, ...]] = {}
        for i in np.unique(best).tolist():
            mine = [n for n, other in zip(numbers, best.tolist(), strict=True) if other == i]
            given = self._words.reasons(profile.interests[i], self._first + i, mine)
            found.update(zip(mine, given, strict=True))
        return [found[n] for n in numbers]

    def parts(self, n: int, score: float) -> tuple[Part, ...]:
        """What the score of candidate *n* is made of."""
        return parts(self._scores, self._first + int(self.keys[:, n].argmax()), n, score)


def _with_surprises(
    profile: Profile,
    picks: tuple[Pick, ...],
    order: Sequence[int],
    changes: Sequence[Change],
    found: Found,
    today: Today,
) -> tuple[Pick, ...]:
    """*picks*, then the most popular papers that are far from every interest; of equals, the nearer comes first."""
    best = found.final.max(axis=0)
    far = sorted((n for n in order if best[n] < min(_OUTSIDE, profile.floor)), key=lambda n: -today.votes[n])
    others = [surprising(changes[n], float(best[n])) for n in far[: profile.surprise]]
    taken = {id(pick.change) for pick in others}
    return (*(pick for pick in picks if id(pick.change) not in taken), *others)


def _batches(profiles: Sequence[Profile], tastes: Mapping[str, Taste]) -> Iterator[list[Profile]]:
    """Cut the profiles where `_BATCH` interests or `_BATCH_LIKES` different likes are together."""
    batch: list[Profile] = []
    likes: set[str] = set()
    many = 0
    for profile in profiles:
        batch.append(profile)
        many += len(profile.interests)
        for interest in profile.interests:
            likes.update(interest.like)
        if profile.name in tastes:
            likes.update(f"{paper.id} {paper.title}" for paper in tastes[profile.name].papers)
        if many >= _BATCH or len(likes) >= _BATCH_LIKES:
            yield batch
            batch, likes, many = [], set(), 0
    if batch:
        yield batch


def _chunks(profiles: Sequence[Profile]) -> Iterator[list[Profile]]:
    """Cut the profiles into runs of about `_CHUNK` interests."""
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
