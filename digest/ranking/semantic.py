"""How well papers fit wishes by what a sentence model makes of both. Pure: the vectors are given.

A text's *direction* is its vector less the average ordinary paper's, at length 1. Its *whitened* direction is that
times (C + r·I)^-½, C being the covariance of ordinary papers and r some times its mean diagonal: in what most papers of
a field differ says less about a wish than in what few do. The ridge r is the higher the fewer ordinary papers there
are; with very few it leaves hardly more than the plain direction. See docs/ranking.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.model import Interest, Paper
from digest.ranking.arrays import Floats, Sparse, averaging, unit
from digest.ranking.wishes import Wishes
from digest.text import is_reference

Key = int
MEANT = ("meaning of liked papers", "meaning of what is asked for")
RIDGE = 5.0  # times the mean variance. Likes are looked at whitened by 1 - 1/√likes, else plain: one says little
_FEW_KNOWN = 400.0  # ordinary papers, at which the ridge is twice as high as with very many
BESIDE = 0.3  # what words and topics weigh beside the meaning,
AGREE = 0.65  # and how far both agree on ordinary papers (measured), which says how far their sum spreads
NEAR = 0.42  # the cosine of the directions of two papers that mean nearly the same: one pair in two hundred
_LEAST = 0.02  # deviations of cosines are not taken for smaller
_UNSURE = 30.0  # so few ordinary papers show half of the variance that others will have around their middle


def text_of(paper: Paper) -> str:
    """What the model reads of a paper."""
    return f"{paper.title}\n{paper.abstract or ''}".strip()


def asked_of(interest: Interest) -> str:
    """What the model reads of the keywords and the prose of an interest, "" when it says nothing."""
    asked = " ".join((*dict.fromkeys(interest.keywords), interest.about)).strip()
    says_more = interest.like or interest.authors or interest.organisations
    return asked or ("" if says_more else interest.name)


def key_of(text: str) -> Key:
    """What a text is known by: 63 bits of its digest."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def wanted(
    papers: Sequence[Paper], interests: Sequence[Interest], liked: Mapping[str, Paper], voted: Iterable[Paper] = ()
) -> dict[Key, str]:
    """The texts whose vectors are needed to score *papers* for *interests*, papers first; *voted* are voted on."""
    texts = [text_of(paper) for paper in papers]
    texts += [text_of(paper) for interest in interests for paper in _likes(interest, liked)]
    texts += [text_of(paper) for paper in voted]
    texts += [asked for interest in interests if (asked := asked_of(interest))]
    return {key_of(text): text for text in texts}


def _likes(interest: Interest, liked: Mapping[str, Paper]) -> list[Paper]:
    """The papers that an interest likes; one that is not known is its title, an id of none is nothing."""
    return [
        liked.get(like) or Paper(title=like)
        for like in dict.fromkeys(interest.like)
        if like in liked or not is_reference(like)
    ]


@dataclass(frozen=True, slots=True)
class Meanings:
    """Texts as the model sees them, less what an ordinary text is like. *numbers*: key of a text -> its row.

    *plain* are directions, *whitened* whitened ones, rows of length 1; *ordinary* the rows of ordinary papers.
    """

    numbers: Mapping[Key, int]
    plain: Floats
    whitened: Floats
    ordinary: NDArray[np.int64]

    @classmethod
    def of(cls, vectors: Mapping[Key, Floats], ordinary: Sequence[Key]) -> Meanings:
        """Look at *vectors* from the middle of those of *ordinary* papers."""
        numbers = {key: n for n, key in enumerate(vectors)}
        rows = np.stack([vectors[key] for key in numbers]).astype(np.float32)
        usual = np.array([numbers[key] for key in ordinary], dtype=np.int64)
        rows = rows - rows[usual].mean(axis=0)
        return cls(numbers, unit(rows), unit(rows @ _whitening(rows[usual])), usual)


def _whitening(centred: Floats) -> Floats:
    """The matrix that evens out the directions in which *centred* rows lie, as far as so many rows can tell."""
    rows = centred.astype(np.float64)
    spread, directions = np.linalg.eigh(rows.T @ rows / max(1, len(rows)))
    ridge = RIDGE * (1 + _FEW_KNOWN / max(1, len(rows))) * max(float(spread.mean()), 1e-9)
    found: Floats = ((directions / np.sqrt(spread.clip(0) + ridge)) @ directions.T).astype(np.float32)
    return found


class Meant:
    """Scores interests by meaning, against ordinary papers and then today's; rows are interests, as in *wishes*."""

    def __init__(
        self, meanings: Meanings, papers: Sequence[Paper], interests: Sequence[Interest], wishes: Wishes
    ) -> None:
        self._meanings, self._ordinary, self._wishes = meanings, len(meanings.ordinary), wishes
        self._columns = np.concatenate([meanings.ordinary, self._rows(papers)])
        self._texts = self._rows(wishes.papers)
        asked = [asked_of(interest) for interest in interests]
        self._asked = averaging([[meanings.numbers[key_of(text)]] if text else [] for text in asked],
                                len(meanings.numbers))  # fmt: skip

    def _rows(self, papers: Sequence[Paper]) -> NDArray[np.int64]:
        return np.array([self._meanings.numbers[key_of(text_of(paper))] for paper in papers], dtype=np.int64)

    def beside(
        self, rows: slice, voters: NDArray[np.int64], likes: Floats, many: Floats, fade: Floats
    ) -> tuple[np.float32, tuple[Floats, Floats], Mapping[str, tuple[Floats, Floats]]]:
        """What is left of signals of words and topics whose sum has deviation 1, and two more beside them.

        These are by what is liked, which weighs *likes*, and by what is asked for, which *fade*s; the sum of them all
        has deviation 1 again, on ordinary papers. *many* likes (at least 1) each interest has. The last is what votes
        for and against have of the first, for the interests *voters* among *rows*.
        """
        level = np.float32(np.sqrt(1 + BESIDE**2 + 2 * AGREE * BESIDE))
        wishes = self._wishes
        said = [wishes.likes[rows] - wishes.against[rows], wishes.voted[rows], -wishes.against[rows]]
        liked, *votes = self._liked(said if len(voters) else said[:1], many)
        scale = likes / self._spread(liked)
        asked = fade * self._by_asked(rows)
        spread = self._spread(liked * scale + asked) * level
        scale = scale / spread
        ups_and_downs = [self._today(one * scale)[voters] for one in votes]
        shares = {MEANT[0]: (ups_and_downs[0], ups_and_downs[1])} if votes else {}
        return np.float32(BESIDE / level), (self._today(liked * scale), self._today(asked / spread)), shares

    def _today(self, found: Floats) -> Floats:
        return found[:, self._ordinary :]

    def _liked(self, said: Sequence[Sparse], many: Floats) -> list[Floats]:
        """What the first of *said*, weights of liked texts, earns, and of that what each of the others has."""
        few = many**-0.5
        return [
            few * plain + (1 - few) * white
            for plain, white in zip(
                self._cosines(said, self._meanings.plain), self._cosines(said, self._meanings.whitened), strict=True
            )
        ]

    def _cosines(self, said: Sequence[Sparse], directions: Floats) -> list[Floats]:
        """The cosine of each paper with the first of *said*, in deviations, and what each of the others has of it."""
        wished = [rows @ directions[self._texts] for rows in said]
        length = np.maximum(np.linalg.norm(wished[0], axis=1, keepdims=True), 1e-6)
        found = [(one / length) @ directions[self._columns].T for one in wished]
        usual = [one[:, : self._ordinary] for one in found]
        spread = np.sqrt(usual[0].var(axis=1, keepdims=True) + _LEAST**2)
        return [
            ((one - mine.mean(axis=1, keepdims=True)) / spread).astype(np.float32)
            for one, mine in zip(found, usual, strict=True)
        ]

    def _by_asked(self, rows: slice) -> Floats:
        """What keywords and prose earn, in deviations."""
        plain = self._meanings.plain
        found = unit(self._asked[rows] @ plain) @ plain[self._columns].T
        usual = found[:, : self._ordinary]
        spread = np.sqrt(usual.var(axis=1, keepdims=True) + _LEAST**2)
        deviations: Floats = ((found - usual.mean(axis=1, keepdims=True)) / spread).astype(np.float32)
        return deviations

    def _spread(self, rows: Floats) -> Floats:
        unsure = np.sqrt(1 + _UNSURE / max(1, self._ordinary))
        found: Floats = np.maximum(unsure * rows[:, : self._ordinary].std(axis=1, keepdims=True), 0.1)
        return found

    def nearest(self, row: int, papers: Sequence[int]) -> list[int]:
        """For each of today's *papers* the row of the text that interest *row* likes and that means nearly the same.

        -1 where there is none.
        """
        wishes = self._wishes.likes
        likes = wishes.indices[wishes.indptr[row] : wishes.indptr[row + 1]]
        if not len(likes):
            return [-1] * len(papers)
        columns = self._columns[np.array(papers, dtype=np.int64) + self._ordinary]
        near = self._meanings.plain[self._texts[likes]] @ self._meanings.plain[columns].T
        best = near.argmax(axis=0).tolist()
        return [int(likes[like]) if near[like, n] >= NEAR else -1 for n, like in enumerate(best)]
