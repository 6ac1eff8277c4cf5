"""What profiles ask for, as vectors: likes, keywords and prose, one row per interest of every profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.model import Interest, Paper
from digest.ranking.arrays import Bag, Floats, Sparse, averaging
from digest.ranking.folding import folded
from digest.ranking.following import Following
from digest.ranking.liked import LikedTexts
from digest.ranking.shelf import Shelf
from digest.ranking.space import Space, Vectors
from digest.ranking.terms import terms_of
from digest.ranking.voting import Voice, Voices
from digest.text import is_reference

_ABOUT = 0.5  # a word of the prose counts half as much as a keyword,
_PART = 0.3  # and so much a word of a keyword of several
_PAIR = 2  # words
ORDINARY = 2.4  # a term at most this rare stands in one paper of ten or more


@dataclass(frozen=True, slots=True)
class Phrase:
    """A keyword or a word to avoid: as its profile states it, folded, and the terms of any text that holds it."""

    stated: str
    folded: str
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """One row per interest. *likes* averages rows of *liked*, the texts that likes and votes are about.

    *voted* is what votes have of it, *against* what they take off.
    """

    likes: Sparse
    voted: Sparse
    against: Sparse
    papers: Sequence[Paper]  # the rows of *liked*,
    titles: Sequence[str]  # and what they are called
    many: Floats  # how many likes each interest has, a vote counted by its weight
    liked: Vectors
    asked: Vectors  # keywords and prose
    alone: Sparse  # those of their terms that say something without the others
    sure: Sparse  # and those that make a paper one of what is asked for
    asks: Floats  # 1 where an interest has any
    keywords: Sparse  # interest x phrase
    avoided: Sparse  # interest x phrase
    phrases: Sequence[Phrase]
    authors: Sparse  # interest x paper: by an author whom it follows
    organisations: Sparse  # interest x paper


class Reader:
    """Reads interests into a space, then gives their vectors once every term has a number."""

    def __init__(
        self,
        space: Space,
        interests: Sequence[Interest],
        liked: Mapping[str, Paper],
        following: Following,
        shelf: Shelf,
        voices: Sequence[Voice] = (),
    ) -> None:
        self._space, self._liked, self._following = space, liked, following
        self._interests = interests
        self._texts = LikedTexts(space, shelf)
        self._known: dict[str, int] = {}  # like -> the number of its text
        self._phrases: dict[str, Phrase] = {}
        self._numbers: dict[str, int] = {}
        self._likes = [
            [self._like(like) for like in dict.fromkeys(interest.like) if like in liked or not is_reference(like)]
            for interest in interests
        ]  # the words of an id or a link that no known paper has are nobody's wish
        self._voices = Voices(self._texts, voices)
        self._asked = [self._ask(interest) for interest in interests]
        self._keywords = [self._named(interest.keywords) for interest in interests]
        self._avoided = [self._named(interest.avoid) for interest in interests]

    def wishes(self) -> Wishes:
        """The vectors of every interest."""
        rows, liked = self._texts.vectors()
        order = np.argsort(rows)  # every number has a row of its own
        asked = self._space.vectors([asked.bag() for asked in self._asked])
        groups = [[rows[n] for n in dict.fromkeys(likes)] for likes in self._likes]
        heard = self._voices.heard(rows, liked, averaging(groups, len(rows)), asked)
        return Wishes(
            likes=heard.likes,
            voted=heard.voted,
            against=heard.against,
            papers=[self._texts.papers[n] for n in order],
            titles=[self._texts.titles[n] for n in order],
            many=heard.many,
            liked=liked,
            asked=asked,
            alone=_kept(asked.weights, [flag for one in self._asked for flag in one.alone()]),
            sure=_kept(asked.weights, [flag for one in self._asked for flag in one.sure()]),
            asks=(np.diff(asked.weights.indptr) > 0).astype(np.float32),
            keywords=_member(self._keywords, len(self._phrases)),
            avoided=_member(self._avoided, len(self._phrases)),
            phrases=tuple(self._phrases.values()),
            authors=_member([self._following.by(i) for i in self._interests], self._following.papers),
            organisations=_member([self._following.coming_from(i) for i in self._interests], self._following.papers),
        )

    def _like(self, like: str) -> int:
        found = self._known.get(like)
        if found is None:
            found = self._known[like] = self._texts.number(self._liked.get(like) or Paper(title=like))
        return found

    def _ask(self, interest: Interest) -> _Asked:
        """The terms of keywords and prose, and which of them say something alone.

        A keyword of several words is meant as a whole: its words count for little, and only its pairs stand alone. So
        do pairs of the prose, and its words that are not common. A pair out of three words is not sure: stems merge
        "functional theory" with "function theory".
        """
        asked = _Asked()
        prose = (interest.about, _ABOUT)
        if not (interest.about or interest.keywords or interest.like or interest.authors or interest.organisations):
            prose = (interest.name, 1.0)
        for keyword in dict.fromkeys(interest.keywords):
            words = len(folded(keyword).split())
            for term in terms_of(keyword):
                stands = words == 1 or " " in term
                sure = stands and words <= _PAIR
                asked.add(self._space.number(term), 1.0 if stands else _PART, alone=stands, sure=sure)
        for term in terms_of(prose[0]):
            n = self._space.number(term)
            stands = " " in term or self._space.rarity_of(n) > ORDINARY
            asked.add(n, prose[1], alone=stands, sure=stands and not interest.keywords)
        return asked

    def _named(self, words: Iterable[str]) -> list[int]:
        return [self._phrase(word, wanted) for word in words if (wanted := folded(word)).strip()]

    def _phrase(self, word: str, wanted: str) -> int:
        if wanted not in self._phrases:
            terms = terms_of(word)
            needed = sorted({self._space.number(term) for term in [t for t in terms if " " in t] or terms})
            self._numbers[wanted] = len(self._phrases)
            self._phrases[wanted] = Phrase(word.strip(), wanted, tuple(needed))
        return self._numbers[wanted]


class _Asked:
    """What one interest asks for: terms with their counts, and of each whether it stands alone and is sure."""

    def __init__(self) -> None:
        self._counts: dict[int, float] = {}
        self._alone: dict[int, bool] = {}
        self._sure: dict[int, bool] = {}

    def add(self, term: int, count: float, *, alone: bool, sure: bool) -> None:
        """Count a term once more."""
        self._counts[term] = self._counts.get(term, 0.0) + count
        self._alone[term] = self._alone.get(term, False) or alone
        self._sure[term] = self._sure.get(term, False) or sure

    def bag(self) -> Bag:
        """The terms with their counts."""
        return Bag.of(self._counts)

    def alone(self) -> Iterable[bool]:
        """Of each term, in the order of the bag, whether it says something without the others."""
        return self._alone.values()

    def sure(self) -> Iterable[bool]:
        """Of each term whether a paper that has it is about what is asked for: prose beside keywords is not."""
        return self._sure.values()


def _kept(rows: Sparse, which: Sequence[bool]) -> Sparse:
    """*rows* with those of their values alone that *which* says, value by value."""
    kept = rows.copy()
    kept.data *= np.array(which, dtype=np.float32)
    kept.eliminate_zeros()
    return kept


def _member(groups: Sequence[Iterable[int]], columns: int) -> Sparse:
    rows = averaging([sorted(set(group)) for group in groups], columns)
    rows.data[:] = 1
    return rows
