"""Why a paper is there: the words that earned its score as they stand in it, the liked paper that is nearest.

Nothing is named that does not stand in the paper or the profile, and the parts of a pick add up to its score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digest.model import Change, Interest, Paper, Part, Pick, Profile, Reason
from digest.ranking.arrays import Floats, Sparse, narrowed
from digest.ranking.following import Following
from digest.ranking.score import COMMON, Scores, chance
from digest.ranking.space import Space, Vectors
from digest.ranking.terms import phrases, terms_of
from digest.ranking.wishes import Wishes

_NAMES = 4  # words and phrases that a reason names at most
_SHARE = 0.06  # a word that earned less than this of all is not named,
_SHARE_BESIDE = 0.15  # beside keywords that are named
_ORDINARY = 2.4  # nor one that stands in one paper of ten or more, unless it was asked for
_NEAR = 0.42  # a liked paper at least this near is named
_AS_MUCH = 1.5  # a phrase goes before its words
_HALF = 0.5
_LOOKED_AT = 12  # words, to find `_NAMES` worth naming

Shown = Callable[[Profile, Sequence[Pick]], Sequence[Pick]]
"""Says which of a profile's picks its reader will see."""


class Evidence:
    """What today's scores were made of, and the words that say so."""

    def __init__(
        self,
        space: Space,
        papers: Sequence[Paper],
        vectors: Vectors,
        wishes: Wishes,
        holds: Sparse,
        following: Following,
    ) -> None:
        self._space, self._papers, self._vectors, self._wishes = space, papers, vectors, wishes
        self._following = following
        self._used = np.unique(vectors.weights.indices)  # the terms of today's papers, numbered anew
        self._column = {number: column for column, number in enumerate(self._used.tolist())}
        self._today = narrowed(vectors.weights, self._used)
        self._liked, self._asked = (narrowed(v.weights, self._used) for v in (wishes.liked, wishes.asked))
        self._says = space.says_of(self._used)
        common = np.zeros(space.width, dtype=np.float32)
        common[: len(space.background.mean)] = COMMON * space.background.mean
        self._common = common[self._used]
        self._holds = holds.tocsc()
        self._surfaces: dict[int, dict[int, str]] = {}
        self._likes = _Likes(
            -1, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
        )
        self._wanted = np.zeros(len(self._used), dtype=np.float32)

    def reasons(self, interest: Interest, row: int, n: int) -> tuple[Reason, ...]:
        """Why paper *n* fits the interest of *row*, strongest kind first."""
        if row != self._likes.row:
            self._turn_to(row)
        columns, values = _row(self._today, n)
        named = _distinct(self._keywords(row, n), ())
        earned = self._earned(n, columns, values * self._wanted[columns], named)
        liked = self._nearest(n, columns, values)
        found = (
            Reason("author", self._following.authors(interest, n)),
            Reason("organisation", self._following.organisation(interest, n)),
            Reason("keywords", named),
            Reason("like", (liked,) if liked else ()),
            Reason("words", earned),
        )
        return tuple(reason for reason in found if reason.names)

    def _turn_to(self, row: int) -> None:
        """Gather what an interest wants: kept for its next paper."""
        likes, _ = _row(self._wishes.likes, row)
        starts, ends = self._liked.indptr[likes], self._liked.indptr[likes + 1]
        entries = np.concatenate(
            [np.arange(a, b) for a, b in zip(starts, ends, strict=True)] or [np.zeros(0, np.int64)]
        )
        marks = np.concatenate([[0], np.cumsum(ends - starts)])
        self._likes = _Likes(row, likes, entries, marks, self._liked.indices[entries])
        liked = np.bincount(self._likes.columns, self._liked.data[entries], len(self._used)) / max(1, len(likes))
        liked = (liked - self._common * (liked > 0)) * (self._says > _ORDINARY)
        columns, asked = _row(self._asked, row)
        wanted = liked / max(float(liked.max(initial=0)), 1e-6)
        wanted[columns] += asked / max(float(asked.max(initial=0)), 1e-6)
        self._wanted = wanted

    def _earned(self, n: int, columns: Floats, values: Floats, named: Sequence[str]) -> tuple[str, ...]:
        """The words and phrases of the paper that earned the most; beside keywords only what earned much."""
        surfaces, share = self._surface(n), _SHARE_BESIDE if named else _SHARE
        said = {self._column.get(self._space.number(term)) for name in named for term in terms_of(name)}
        least = share * max(float(values.clip(0).sum()), 1e-9)
        strong = [at for at in np.argsort(-values, kind="stable")[:_LOOKED_AT].tolist() if values[at] > least]
        shown = [(surfaces.get(c, ""), float(values[at])) for at in strong if (c := int(columns[at])) not in said]
        ranked = sorted(
            (-value * (_AS_MUCH if " " in name or "-" in name else 1), name) for name, value in shown if name
        )
        return _distinct([name for _, name in ranked], named)

    def _keywords(self, row: int, n: int) -> list[str]:
        """The keywords of an interest that paper *n* names, as the profile states them, longest first."""
        mine, holds = _row(self._wishes.keywords, row)[0], _row(self._holds, n)[0]
        named = (self._wishes.phrases[phrase].stated for phrase in sorted({*mine.tolist()} & {*holds.tolist()}))
        return sorted(named, key=lambda stated: (-len(stated), stated))

    def _surface(self, n: int) -> dict[int, str]:
        """Column of a term -> the words of paper *n* that it was read from, as they first stand there."""
        if n not in self._surfaces:
            paper = self._papers[n]
            found: dict[int, str] = {}
            for term, shown in (*phrases(paper.title), *phrases(paper.abstract or "")):
                found.setdefault(self._column[self._space.number(term)], shown)
            self._surfaces[n] = found
        return self._surfaces[n]

    def _nearest(self, n: int, columns: Floats, values: Floats) -> str:
        """The title of the liked paper nearest to paper *n*, "" when none is near."""
        likes = self._likes
        if not len(likes.numbers):
            return ""
        paper = np.zeros(len(self._used), dtype=np.float32)
        paper[columns] = values
        each = np.concatenate([[0], np.cumsum(self._liked.data[likes.entries] * paper[likes.columns])])
        words = np.diff(each[likes.marks])
        near = (self._wishes.liked.places[likes.numbers] @ self._vectors.places[n] + words) / 2
        best = int(near.argmax())
        return self._wishes.titles[int(likes.numbers[best])] if near[best] >= _NEAR and words[best] > 0 else ""


@dataclass(frozen=True, slots=True)
class _Likes:
    """The likes of one interest: their numbers, and where their words stand (*marks* cuts *entries* by like)."""

    row: int
    numbers: NDArray[np.int64]
    entries: NDArray[np.int64]
    marks: NDArray[np.int64]
    columns: NDArray[np.int64]


def _row(rows: Sparse, n: int) -> tuple[NDArray[np.int64], Floats]:
    """Columns and values of one row (of one column, where *rows* is by column)."""
    start, end = rows.indptr[n], rows.indptr[n + 1]
    return rows.indices[start:end], rows.data[start:end]


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


def surprising(change: Change, score: float) -> Pick:
    """A pick from outside the interests, as the profile asks for."""
    return Pick(change, score, "", (Reason("surprise"),), (Part("outside the interests", score),))


def explained(
    profile: Profile,
    changes: Sequence[Change],
    order: Sequence[int],
    found: Scores,
    evidence: Evidence,
    first: int,
    shown: Shown | None = None,
) -> tuple[Pick, ...]:
    """Make picks of the candidates *order*, each for the interest it fits best; *first* is the first interest's row.

    What is not *shown*, or cannot be because it is below the floor and not the best there is, gets no reasons and
    no parts.
    """
    if not order:
        return ()
    interests = found.keys[:, order].argmax(axis=0)
    scores = found.final[interests, order].tolist()
    rows = interests.tolist()
    picks = [
        Pick(changes[n], score, profile.interests[i].name) for n, i, score in zip(order, rows, scores, strict=True)
    ]
    least = min(profile.floor, _HALF)
    wanted = {id(pick.change) for pick in (picks if shown is None else shown(profile, picks))}
    for place, (n, i, pick) in enumerate(zip(order, rows, picks, strict=True)):
        if id(pick.change) in wanted and (not place or pick.score >= least):
            reasons = evidence.reasons(profile.interests[i], first + i, n)
            picks[place] = replace(pick, reasons=reasons, parts=_parts(found, i, n, pick.score))
    return tuple(picks)


def _parts(found: Scores, i: int, n: int, score: float) -> tuple[Part, ...]:
    """What each signal adds on the way from an ordinary paper's score to this one's; they sum to *score*."""
    values = [(name, float(signal[i, n])) for name, signal in found.signals.items()]
    steps = [(name, value) for name, value in values if value]
    reached = chance(np.cumsum([0.0, *(value for _, value in steps)])).tolist()
    parts = [Part("an ordinary paper", reached[0])]
    for (name, value), before, after in zip(steps, reached[:-1], reached[1:], strict=True):
        parts.append(Part(name, after - before, f"{value:+.2f} deviations"))
    rest = score - reached[-1]
    if found.unwanted[i, n] or found.vague[i, n]:
        return (*parts, Part("a word to avoid" if found.unwanted[i, n] else "hardly a word in common", rest))
    return (*parts[:-1], Part(parts[-1].name, parts[-1].value + rest, parts[-1].detail))
