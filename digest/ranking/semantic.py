"""How well papers fit wishes by what a sentence model makes of both. Pure: the vectors are given.

A text's *direction* is its vector less the average ordinary paper's, at length 1. Its *whitened* direction is that
times (C + r·I)^-½, C being the covariance of ordinary papers and r some times its mean diagonal: in what most papers of
a field differ says less about a wish than in what few do. The ridge r is the higher the fewer ordinary papers there
are; with very few it leaves hardly more than the plain direction. See docs/ranking.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.model import Interest, Paper
from digest.ranking.arrays import Floats, Sparse, averaging, unit
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


def wanted(papers: Sequence[Paper], interests: Sequence[Interest], liked: Mapping[str, Paper]) -> dict[Key, str]:
    """The texts whose vectors are needed to score *papers* for *interests*, papers first."""
    texts = [text_of(paper) for paper in papers]
    texts += [text_of(paper) for interest in interests for paper in _likes(interest, liked)]
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
    """Scores interests by meaning, against ordinary papers and then today's; rows are interests."""

    def __init__(
        self, meanings: Meanings, papers: Sequence[Paper], interests: Sequence[Interest], liked: Mapping[str, Paper]
    ) -> None:
        self._meanings, self._ordinary = meanings, len(meanings.ordinary)
        today = [meanings.numbers[key_of(text_of(paper))] for paper in papers]
        self._columns = np.concatenate([meanings.ordinary, np.array(today, dtype=np.int64)])
        self._titles: dict[int, str] = {}
        groups = [[self._like(paper) for paper in _likes(interest, liked)] for interest in interests]
        groups = [list(dict.fromkeys(group)) for group in groups]
        self._likes = averaging(groups, len(meanings.numbers))
        asked = [asked_of(interest) for interest in interests]
        self._asked = averaging([[meanings.numbers[key_of(text)]] if text else [] for text in asked],
                                len(meanings.numbers))  # fmt: skip

    def _like(self, paper: Paper) -> int:
        row = self._meanings.numbers[key_of(text_of(paper))]
        self._titles[row] = paper.title
        return row

    def beside(
        self, signals: Sequence[Floats], rows: slice, many: Floats, fade: Floats
    ) -> tuple[list[Floats], list[Floats]]:
        """*signals* of words and topics, whose sum has deviation 1, and two more: by what is liked, what is asked for.

        The sum of them all has deviation 1 again, on ordinary papers. *many* likes (at least 1) each interest has;
        what is asked for *fade*s beside them.
        """
        level = np.float32(np.sqrt(1 + BESIDE**2 + 2 * AGREE * BESIDE))
        meant = [earned[:, self._ordinary :] / level for earned in self._earned(rows, many, fade)]
        return [signal * np.float32(BESIDE / level) for signal in signals], meant

    def _earned(self, rows: slice, many: Floats, fade: Floats) -> tuple[Floats, Floats]:
        """What likes and what keywords and prose earn, ordinary papers first; together of deviation 1."""
        plain, white = self._meanings.plain, self._meanings.whitened
        few = many**-0.5
        likes = few * self._deviations(self._likes[rows], plain) + (1 - few) * self._deviations(
            self._likes[rows], white
        )
        likes /= self._spread(likes)
        asks = fade * self._deviations(self._asked[rows], plain)
        spread = self._spread(likes + asks)
        return likes / spread, asks / spread

    def _deviations(self, wishes: Sparse, directions: Floats) -> Floats:
        """The cosine of each paper with the mean of what is wished, in deviations from what ordinary papers get."""
        found = unit(wishes @ directions) @ directions[self._columns].T
        usual = found[:, : self._ordinary]
        spread = np.sqrt(usual.var(axis=1, keepdims=True) + _LEAST**2)
        deviations: Floats = ((found - usual.mean(axis=1, keepdims=True)) / spread).astype(np.float32)
        return deviations

    def _spread(self, rows: Floats) -> Floats:
        unsure = np.sqrt(1 + _UNSURE / max(1, self._ordinary))
        found: Floats = np.maximum(unsure * rows[:, : self._ordinary].std(axis=1, keepdims=True), 0.1)
        return found

    def nearest(self, row: int, papers: Sequence[int]) -> list[str]:
        """For each of today's *papers* the title of the like of interest *row* that means nearly the same, or ""."""
        likes = self._likes.indices[self._likes.indptr[row] : self._likes.indptr[row + 1]]
        if not len(likes):
            return [""] * len(papers)
        columns = self._columns[np.array(papers, dtype=np.int64) + self._ordinary]
        near = self._meanings.plain[likes] @ self._meanings.plain[columns].T
        best = near.argmax(axis=0).tolist()
        return [self._titles[int(likes[like])] if near[like, n] >= NEAR else "" for n, like in enumerate(best)]
