"""What votes add to the wishes of an interest: papers beside its likes, and papers against them (Rocchio 1971)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digest.model import Profile
from digest.ranking.arrays import Floats, Sparse, scaled, stacked
from digest.ranking.feedback import Taste, Voted
from digest.ranking.liked import LikedTexts
from digest.ranking.space import Vectors

AGAINST = 0.2  # what papers voted against weigh beside all that is liked, when there are many,
FEW_AGAINST = 3.5  # and half of that when they are five: what they weigh


class Voice(NamedTuple):
    """The taste of one profile, whose interests are those from *first* to before *end*."""

    first: int
    end: int
    taste: Taste


class Heard(NamedTuple):
    """Rows are interests, columns liked texts. *likes* of all kinds average to 1; *voted* is the votes' share of them.

    *against* is what is taken off. *many* counts likes, a vote as much as it weighs.
    """

    likes: Sparse
    voted: Sparse
    against: Sparse
    many: Floats


class Voices:
    """The votes on papers, each for the interest of its profile that the paper is nearest to."""

    def __init__(self, texts: LikedTexts, voices: Sequence[Voice]) -> None:
        self._said = [
            (voice.first, voice.end, _numbers(texts, voice.taste.likes), _numbers(texts, voice.taste.dislikes))
            for voice in voices
        ]

    def heard(self, rows: Sequence[int], liked: Vectors, stated: Sparse, asked: Vectors) -> Heard:
        """Weigh votes beside the likes that the interests state: *stated* averages them, row by row.

        *rows* are the rows in *liked* of the numbers that texts were given. What is stated as liked is not counted
        twice; an interest that only follows somebody hears no votes.
        """
        many = np.diff(stated.indptr).astype(np.float32)
        if not self._said:
            return Heard(stated, stacked([{}] * len(many), len(rows)), stacked([{}] * len(many), len(rows)), many)
        wanted = np.where(many[:, None] > 0, stated @ liked.places, asked.places)
        wishes = (many > 0) | (np.diff(asked.weights.indptr) > 0)
        likes: list[dict[int, float]] = [{} for _ in many]
        dislikes: list[dict[int, float]] = [{} for _ in many]
        for first, end, ups, downs in self._said:
            mine = first + np.flatnonzero(wishes[first:end])
            if not len(mine):
                continue
            for given, weights in ((ups, likes), (downs, dislikes)):
                for row, weight, interest in _nearest(given, rows, liked, wanted[mine], mine):
                    weights[interest][row] = weight
        for interest, extra in enumerate(likes):
            for row in stated.indices[stated.indptr[interest] : stated.indptr[interest + 1]] if extra else ():
                extra.pop(int(row), None)
        return _weighed(stated, stacked(likes, len(rows)), stacked(dislikes, len(rows)), many)


def voices(profiles: Sequence[Profile], tastes: Mapping[str, Taste]) -> list[Voice]:
    """The tastes of those of *profiles* that have any, by where their interests stand in a row."""
    found, at = [], 0
    for profile in profiles:
        end = at + len(profile.interests)
        if profile.name in tastes and end > at:
            found.append(Voice(at, end, tastes[profile.name]))
        at = end
    return found


def _numbers(texts: LikedTexts, voted: Sequence[Voted]) -> list[tuple[int, float]]:
    return [(texts.number(one.paper, one.title), one.weight) for one in voted]


def _nearest(
    given: Sequence[tuple[int, float]], rows: Sequence[int], liked: Vectors, wanted: Floats, mine: NDArray[np.int64]
) -> Iterable[tuple[int, float, int]]:
    """Yield row, weight and interest of what was voted on: the one of the interests *mine* that wants what is nearest.

    *wanted* are the places among the topics of what they want.
    """
    if not given:
        return
    numbers = [rows[number] for number, _ in given]
    best = mine[(liked.places[numbers] @ wanted.T).argmax(axis=1)] if len(mine) > 1 else np.repeat(mine, len(given))
    for row, (_, weight), interest in zip(numbers, given, best.tolist(), strict=True):
        yield row, weight, interest


def _weighed(stated: Sparse, voted: Sparse, against: Sparse, many: Floats) -> Heard:
    votes, downs = (np.asarray(rows.sum(axis=1)).ravel().astype(np.float32) for rows in (voted, against))
    all_ = many + votes
    share = 1 / np.maximum(all_, np.float32(1e-6))
    voted = scaled(voted, share)
    likes = (scaled(stated, many * share) + voted).tocsr()
    return Heard(likes, voted, scaled(against, AGAINST / (downs + FEW_AGAINST)), all_)
