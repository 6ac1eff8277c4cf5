"""What profiles ask for, as vectors: likes, keywords and prose, one row per interest of every profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from digest.model import Interest, Paper
from digest.ranking.arrays import Floats, Sparse, averaging, scaled, widened
from digest.ranking.background import Background, key
from digest.ranking.folding import folded
from digest.ranking.following import Following
from digest.ranking.space import SHRINK, Bag, Space, Vectors, usual
from digest.ranking.terms import terms_of
from digest.text import is_reference

_ABOUT = 0.5  # a word of the prose counts half as much as a keyword


@dataclass(frozen=True, slots=True)
class Phrase:
    """A keyword or a word to avoid: as its profile states it, folded, and the terms of any text that holds it."""

    stated: str
    folded: str
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """One row per interest. *likes* averages rows of *liked*; *named* holds which keywords and avoided words it has."""

    likes: Sparse
    titles: Sequence[str]  # of the rows of *liked*
    many: Floats  # how many likes each interest has
    liked: Vectors
    asked: Vectors  # keywords and prose
    asks: Floats  # 1 where an interest has any
    keywords: Sparse  # interest x phrase
    avoided: Sparse  # interest x phrase
    phrases: Sequence[Phrase]
    authors: Sparse  # interest x paper: by an author whom it follows
    organisations: Sparse  # interest x paper


class Reader:
    """Reads interests into a space, then gives their vectors once every term has a number."""

    def __init__(
        self, space: Space, interests: Sequence[Interest], liked: Mapping[str, Paper], following: Following
    ) -> None:
        self._space, self._liked, self._following = space, liked, following
        self._interests = interests
        self._known: dict[str, int] = {}  # like -> its bag, or the complement of its place among the landmarks
        self._papers: dict[int, int] = {}  # the same by a paper's key: two likes may name one paper
        self._landmarks: list[int] = []
        self._bags: list[Bag] = []
        self._titles: dict[bool, list[str]] = {True: [], False: []}
        self._phrases: dict[str, Phrase] = {}
        self._numbers: dict[str, int] = {}
        self._likes = [
            [self._like(like) for like in dict.fromkeys(interest.like) if like in liked or not is_reference(like)]
            for interest in interests
        ]  # the words of an id or a link that no known paper has are nobody's wish
        self._asked = [self._ask(interest) for interest in interests]
        self._keywords = [self._named(interest.keywords) for interest in interests]
        self._avoided = [self._named(interest.avoid) for interest in interests]

    def wishes(self) -> Wishes:
        """The vectors of every interest."""
        found, new = self._known_likes(), self._space.vectors(self._bags)
        weights = sparse.vstack([widened(found.weights, self._space.width), new.weights], format="csr")
        places = np.concatenate([found.places, new.places])
        liked = Vectors(weights, places, np.concatenate([found.usual, new.usual]))
        old = len(self._landmarks)
        groups = [[n + old if n >= 0 else ~n for n in dict.fromkeys(likes)] for likes in self._likes]
        return Wishes(
            likes=averaging(groups, len(places)),
            titles=(*self._titles[True], *self._titles[False]),
            many=np.array([len(group) for group in groups], dtype=np.float32),
            liked=liked,
            asked=self._space.vectors(self._asked),
            asks=np.array([bool(bag) for bag in self._asked], dtype=np.float32),
            keywords=_member(self._keywords, len(self._phrases)),
            avoided=_member(self._avoided, len(self._phrases)),
            phrases=tuple(self._phrases.values()),
            authors=_member([self._following.by(i) for i in self._interests], self._following.papers),
            organisations=_member([self._following.coming_from(i) for i in self._interests], self._following.papers),
        )

    def _like(self, like: str) -> int:
        found = self._known.get(like)
        if found is None:
            paper = self._liked.get(like) or Paper(title=like)
            number = key(paper)
            found = self._papers.get(number)
            if found is None:
                found = self._papers[number] = self._read(paper, self._space.background.known.get(number))
            self._known[like] = found
        return found

    def _read(self, paper: Paper, landmark: int | None) -> int:
        self._titles[landmark is not None].append(paper.title)
        if landmark is not None:
            self._landmarks.append(landmark)
            return ~(len(self._landmarks) - 1)
        self._bags.append(self._space.paper(paper))
        return len(self._bags) - 1

    def _known_likes(self) -> Vectors:
        back = self._space.background
        weights = _weights(back, np.array(self._landmarks, dtype=np.int64))
        return Vectors(weights, back.settled[self._landmarks], usual(weights, back))

    def _ask(self, interest: Interest) -> Bag:
        asked = self._space.bag(*((word, 1.0) for word in dict.fromkeys(interest.keywords)), (interest.about, _ABOUT))
        says_more = asked or interest.like or interest.authors or interest.organisations
        return asked if says_more else self._space.bag((interest.name, 1.0))

    def _named(self, words: Iterable[str]) -> list[int]:
        return [self._phrase(word, wanted) for word in words if (wanted := folded(word)).strip()]

    def _phrase(self, word: str, wanted: str) -> int:
        if wanted not in self._phrases:
            terms = terms_of(word)
            needed = sorted({self._space.number(term) for term in [t for t in terms if " " in t] or terms})
            self._numbers[wanted] = len(self._phrases)
            self._phrases[wanted] = Phrase(word.strip(), wanted, tuple(needed))
        return self._numbers[wanted]


def ordinary(background: Background) -> Vectors:
    """The ordinary papers that every score is measured against."""
    weights = _weights(background, background.sample)
    return Vectors(weights, background.settled[background.sample], usual(weights, background))


def _weights(background: Background, rows: np.typing.NDArray[np.int64]) -> Sparse:
    """Term weights of landmarks: their rows of length 1 at the length that `space` gives a text."""
    return scaled(background.landmarks[rows], background.lengths[rows] ** (1 - SHRINK))


def _member(groups: Sequence[Iterable[int]], columns: int) -> Sparse:
    rows = averaging([sorted(set(group)) for group in groups], columns)
    rows.data[:] = 1
    return rows
