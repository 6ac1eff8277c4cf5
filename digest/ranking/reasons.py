"""Why a paper is there: the words that earned its score as they stand in it, the liked paper that is nearest.

Nothing is named that does not stand in the paper or the profile, and the parts of a pick add up to its score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digest.model import Change, Interest, Part, Pick, Reason, ReasonKind
from digest.ranking.arrays import Floats, Sparse, members, narrowed, scaled
from digest.ranking.order import Today
from digest.ranking.score import Scores, chance
from digest.ranking.scorer import COMMON, Scorer
from digest.ranking.terms import phrases, terms_of
from digest.ranking.wishes import ORDINARY, Wishes

_NAMES = 4  # words and phrases that a reason names at most
_SHARE = 0.06  # a word that earned less than this of all is not named,
_SHARE_BESIDE = 0.15  # beside keywords that are named
_NEAR = 0.42  # a liked paper at least this near is named
_AS_MUCH = 1.5  # a phrase goes before its words
_LEAST = 1e-6
_LOOKED_AT = 12  # words, to find `_NAMES` worth naming


class Evidence:
    """What the scores of a batch of interests were made of, and the words that say so."""

    def __init__(self, today: Today, wishes: Wishes, holds: Sparse, scorer: Scorer) -> None:
        self._today, self._wishes, self._scorer = today, wishes, scorer
        space, rows = today.space, today.vectors.weights
        self._used = members(space.width, rows.indices)  # the terms of today's papers, numbered anew
        self._column = np.full(space.width, -1, dtype=np.int64)
        self._column[self._used] = np.arange(len(self._used))
        self._rows = narrowed(rows, self._used)
        self._rarity = space.rarity(self._used)
        common = np.zeros(space.width, dtype=np.float32)
        common[: len(space.background.mean)] = COMMON * space.background.mean
        self._common = common[self._used]
        self._holds = holds.tocsc()
        self._surfaces: dict[int, dict[int, str]] = {}
        self._said: dict[str, frozenset[int]] = {}

    @cached_property
    def _liked(self) -> Sparse:
        return narrowed(self._wishes.liked.weights, self._used)

    @cached_property
    def _alone(self) -> Sparse:
        return narrowed(self._wishes.alone, self._used)

    def wanted(self, rows: slice) -> Sparse:
        """How much the interests *rows* want each term of today: the likes' and the keywords', each up to 1."""
        likes = (self._wishes.likes[rows] @ self._liked).tocsr()
        likes.data -= self._common[likes.indices]
        likes.data *= self._rarity[likes.indices] > ORDINARY
        return _levelled(likes) + _levelled(self._alone[rows])

    def reasons(
        self, interest: Interest, row: int, wanted: Floats, numbers: Sequence[int]
    ) -> Iterator[tuple[Reason, ...]]:
        """Yield why each of the papers *numbers* fits the interest of *row*, strongest kind first."""
        mine = frozenset(_row(self._wishes.keywords, row)[0].tolist())
        for n, liked in zip(numbers, self._nearest(row, numbers), strict=True):
            columns, values = _row(self._rows, n)
            named = _distinct(self._keywords(mine, n), ())
            found = (
                Reason("author", self._today.following.authors(interest, n)),
                Reason("organisation", self._today.following.organisation(interest, n)),
                Reason("keywords", named),
                *self._resembled(row, liked),
                Reason("words", self._earned(n, columns, values * wanted[columns], named)),
            )
            yield tuple(reason for reason in found if reason.names)

    def _earned(self, n: int, columns: Floats, values: Floats, named: Sequence[str]) -> tuple[str, ...]:
        """The words and phrases of the paper that earned the most; beside keywords only what earned much."""
        surfaces, share = self._surface(n), _SHARE_BESIDE if named else _SHARE
        said = frozenset().union(*map(self._columns_of, named))
        least = share * max(float(np.maximum(values, 0).sum()), 1e-9)
        (strong,) = (values > least).nonzero()
        strong = strong[(-values[strong]).argsort(kind="stable")[:_LOOKED_AT]]
        shown = [
            (surfaces.get(column, ""), value)
            for column, value in zip(columns[strong].tolist(), values[strong].tolist(), strict=True)
            if column not in said
        ]
        ranked = sorted(
            (-value * (_AS_MUCH if " " in name or "-" in name else 1), name) for name, value in shown if name
        )
        return _distinct([name for _, name in ranked], named)

    def _columns_of(self, keyword: str) -> frozenset[int]:
        """The columns of the terms of *keyword*, which a paper of today names."""
        if keyword not in self._said:
            space = self._today.space
            numbers = [n for n in map(space.number, terms_of(keyword)) if n < len(self._column)]
            self._said[keyword] = frozenset(self._column[numbers].tolist())
        return self._said[keyword]

    def _keywords(self, mine: Set[int], n: int) -> list[str]:
        """Those of the keywords *mine* that paper *n* names, as the profile states them, longest first."""
        named = (self._wishes.phrases[phrase].stated for phrase in sorted(mine & {*_row(self._holds, n)[0].tolist()}))
        return sorted(named, key=lambda stated: (-len(stated), stated))

    def _surface(self, n: int) -> dict[int, str]:
        """Column of a term -> the words of paper *n* that it was read from, as they first stand there."""
        if n not in self._surfaces:
            paper = self._today.papers[n]
            found: dict[int, str] = {}
            for term, shown in (*phrases(paper.title), *phrases(paper.abstract or "")):
                found.setdefault(int(self._column[self._today.space.number(term)]), shown)
            self._surfaces[n] = found
        return self._surfaces[n]

    def _resembled(self, row: int, text: int) -> tuple[Reason, ...]:
        """The liked *text* that a paper resembles, as stated by the interest of *row* or as voted for; -1 is none."""
        if text < 0:
            return ()
        kind: ReasonKind = "vote" if text in _row(self._wishes.voted, row)[0] else "like"
        return (Reason(kind, (self._wishes.titles[text],)),)

    def _nearest(self, row: int, numbers: Sequence[int]) -> list[int]:
        """For each paper the row of the liked text nearest to it, -1 when none is near."""
        if self._scorer.meant is not None:
            return self._scorer.meant.nearest(row, numbers)
        likes = _row(self._wishes.likes, row)[0]
        if not len(likes):
            return [-1] * len(numbers)
        words = self._scorer.sharing(likes, numbers)
        near = (self._wishes.liked.places[likes] @ self._today.vectors.places[numbers].T + words) / 2
        best = near.argmax(axis=0)
        at = np.arange(len(numbers))
        good = (near[best, at] >= _NEAR) & (words[best, at] > 0)
        found: list[int] = np.where(good, likes[best], -1).tolist()
        return found


class Words:
    """What a chunk of interests wants of today's words, found out when the first of them is asked why."""

    def __init__(self, evidence: Evidence, rows: slice) -> None:
        self._evidence, self._rows = evidence, rows

    @cached_property
    def _wanted(self) -> Sparse:
        return self._evidence.wanted(self._rows)

    def reasons(self, interest: Interest, row: int, numbers: Sequence[int]) -> list[tuple[Reason, ...]]:
        """Why the papers *numbers* fit *interest*, which is number *row* of its chunk."""
        columns, values = _row(self._wanted, row)
        wanted = np.zeros(self._wanted.shape[1], dtype=np.float32)
        wanted[columns] = values
        return list(self._evidence.reasons(interest, self._rows.start + row, wanted, numbers))


def _levelled(rows: Sparse) -> Sparse:
    """Every row with its largest value at 1, or 0 where none is above."""
    many = np.diff(rows.indptr)
    largest = np.zeros(rows.shape[0], dtype=np.float32)
    some = many > 0
    if some.any():
        largest[some] = np.maximum.reduceat(rows.data, rows.indptr[:-1][some])
    return scaled(rows, 1 / np.maximum(largest, _LEAST))


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


def parts(found: Scores, i: int, n: int, score: float) -> tuple[Part, ...]:
    """What each signal adds on the way from an ordinary paper's score to this one's; they sum to *score*."""
    values = [(name, float(signal[i, n])) for name, signal in found.signals.items()]
    steps = [(name, value) for name, value in values if abs(value) >= _LEAST]
    reached = chance(np.cumsum([0.0, *(value for _, value in steps)]), float(found.half[i, 0])).tolist()
    parts = [Part("an ordinary paper", reached[0])]
    for (name, value), before, after in zip(steps, reached[:-1], reached[1:], strict=True):
        parts.append(Part(name, after - before, f"{value:+.2f} deviations"))
    rest = score - reached[-1]
    if found.unwanted[i, n] or found.vague[i, n] < 1:
        return (*parts, Part("a word to avoid" if found.unwanted[i, n] else "hardly a word in common", rest))
    return (*parts[:-1], Part(parts[-1].name, parts[-1].value + rest, parts[-1].detail))
