"""Why a paper is there: the words that earned its score as they stand in it, the liked paper that is nearest.

Nothing is named that does not stand in the paper or the profile, and the parts of a pick add up to its score.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.model import Change, Interest, Paper, Part, Pick, Profile, Reason
from digest.ranking.arrays import Floats, Sparse, dense
from digest.ranking.score import COMMON, Scores, chance
from digest.ranking.space import Space, Vectors
from digest.ranking.terms import phrases
from digest.ranking.wishes import Wishes

_NAMES = 4  # words and phrases that a reason names at most
_SHARE = 0.06  # a word that earned less than this of all is not named,
_ORDINARY = 2.4  # nor one that stands in one paper of ten or more, unless it was asked for
_NEAR = 0.35  # a liked paper at least this near is named
_AS_MUCH = 1.5  # a phrase goes before its words


class Evidence:
    """What today's scores were made of, and the words that say so."""

    def __init__(self, space: Space, papers: Sequence[Paper], vectors: Vectors, wishes: Wishes, holds: Sparse) -> None:
        self._space, self._papers, self._vectors, self._wishes = space, papers, vectors, wishes
        self._holds = holds.tocsc()
        self._surfaces: dict[int, dict[int, str]] = {}
        self._row, self._wanted = -1, (np.zeros(0, np.float32), np.zeros(0, np.float32))

    def reasons(self, interest: Interest, row: int, n: int) -> tuple[Reason, ...]:
        """Why paper *n* fits the interest of *row*, strongest kind first."""
        named, earned = self._words(row, n)
        found = [Reason("keywords", named)] if named else []
        if liked := self._nearest(interest, row, n):
            found.append(Reason("like", (liked,)))
        if earned:
            found.append(Reason("words", earned))
        return tuple(found)

    def _words(self, row: int, n: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The keywords that stand in the paper, and the other words that earned the most."""
        weights, surfaces = self._vectors.weights, self._surface(n)
        columns = weights.indices[weights.indptr[n] : weights.indptr[n + 1]]
        liked, asked = self._want(row)
        says = self._space.says_of(columns)
        values = (liked[columns] * (says > _ORDINARY) + asked[columns]) * weights.data[
            weights.indptr[n] : weights.indptr[n + 1]
        ]
        named = _distinct(self._keywords(row, n), ())
        least = _SHARE * max(float(values.clip(0).sum()), 1e-9)
        earned = (
            (-float(value) * (_AS_MUCH if " " in surfaces.get(column, "") else 1), surfaces.get(column, ""))
            for column, value in zip(columns.tolist(), values, strict=True)
            if value > least
        )
        return named, _distinct([shown for _, shown in sorted(earned) if shown], named)

    def _want(self, row: int) -> tuple[Floats, Floats]:
        """How much each term of the likes and of the keywords is worth to an interest; kept for its next paper."""
        if row != self._row:
            liked = dense(self._wishes.likes[row] @ self._wishes.liked.weights)[0]
            asked = dense(self._wishes.asked.weights[row])[0]
            liked[: len(self._space.background.mean)] -= COMMON * self._space.background.mean * (liked.max() > 0)
            self._row, self._wanted = (
                row,
                (liked / max(float(liked.max()), 1e-6), asked / max(float(asked.max()), 1e-6)),
            )
        return self._wanted

    def _keywords(self, row: int, n: int) -> list[str]:
        """The keywords of an interest that paper *n* names, as the profile states them, longest first."""
        mine = self._wishes.keywords[row].indices
        holds = self._holds.indices[self._holds.indptr[n] : self._holds.indptr[n + 1]]
        named = (self._wishes.phrases[phrase].stated for phrase in np.intersect1d(mine, holds).tolist())
        return sorted(named, key=lambda stated: (-len(stated), stated))

    def _surface(self, n: int) -> dict[int, str]:
        """Term -> the words of paper *n* that it was read from, as they first stand there."""
        if n not in self._surfaces:
            paper = self._papers[n]
            found: dict[int, str] = {}
            for term, shown in (*phrases(paper.title), *phrases(paper.abstract or "")):
                found.setdefault(self._space.number(term), shown)
            self._surfaces[n] = found
        return self._surfaces[n]

    def _nearest(self, interest: Interest, row: int, n: int) -> str:
        """The title of the liked paper nearest to paper *n*, "" when none is near."""
        mine = self._wishes.likes[row].indices
        if not len(mine):
            return ""
        liked, vectors = self._wishes.liked, self._vectors
        words = dense(liked.weights[mine] @ vectors.weights[n].T)[:, 0]
        near = 0.5 * liked.places[mine] @ vectors.places[n] + words / 2
        best = int(near.argmax())
        return self._wishes.titles[int(mine[best])] if near[best] >= _NEAR and words[best] > 0 else ""


def _distinct(shown: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    """At most `_NAMES` of *shown* in order, none that only repeats a part of another or of *taken*."""
    names: list[str] = []
    for name in shown:
        folded = name.casefold()
        if not any(folded in other.casefold() or other.casefold() in folded for other in (*names, *taken)):
            names.append(name)
    return tuple(names[:_NAMES])


def popular(change: Change, score: float) -> Pick:
    """A pick for a profile that asks for nothing: what many vote for and discuss."""
    return Pick(change, score, "", (Reason("popular"),), (Part("popularity", score),))


def explained(
    profile: Profile, changes: Sequence[Change], order: Sequence[int], found: Scores, evidence: Evidence, first: int
) -> tuple[Pick, ...]:
    """Make picks of the candidates *order*, each for the interest it fits best; *first* is the first interest's row.

    Only what may be shown gets reasons: those at the profile's floor or above, or at one half.
    """
    final = found.final[:, list(order)]
    interests = final.argmax(axis=0) if len(order) else np.zeros(0, dtype=np.int64)
    picks = []
    for column, n in enumerate(order):
        i = int(interests[column])
        interest, score = profile.interests[i], float(final[i, column])
        shown = score >= min(profile.floor, 0.5)
        reasons = evidence.reasons(interest, first + i, n) if shown else ()
        picks.append(Pick(changes[n], score, interest.name, reasons, _parts(found, i, n, score)))
    return tuple(picks)


def _parts(found: Scores, i: int, n: int, score: float) -> tuple[Part, ...]:
    """What each signal adds on the way from an ordinary paper's score to this one's; they sum to *score*."""
    values = [(name, float(signal[i, n])) for name, signal in found.signals.items()]
    steps = [(name, value) for name, value in values if value]
    reached = chance(np.cumsum([0.0, *(value for _, value in steps)], dtype=np.float32)).tolist()
    parts = [Part("an ordinary paper", reached[0])]
    for (name, value), before, after in zip(steps, reached[:-1], reached[1:], strict=True):
        parts.append(Part(name, after - before, f"{value:+.2f} deviations"))
    rest = score - reached[-1]
    if found.unwanted[i, n]:
        return (*parts, Part("a word to avoid", rest))
    return (*parts[:-1], Part(parts[-1].name, parts[-1].value + rest, parts[-1].detail))
