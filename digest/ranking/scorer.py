"""How well every candidate fits every interest: a few matrix products, no loop over profiles and papers.

Four signals, each told in deviations from what ordinary papers get from the same interest:
the words shared with the liked papers (less what any paper shares: Rocchio's background), how near it lies to
them among the topics, and both again for the keywords and the prose. See docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.ranking.arrays import Floats, Sparse, dense, members, narrowed, widened
from digest.ranking.holding import having
from digest.ranking.score import SIGNALS, Scores, Shares, apart, halves, total
from digest.ranking.semantic import MEANT, Meant
from digest.ranking.space import Vectors, slices
from digest.ranking.weights import Weights
from digest.ranking.wishes import Wishes

COMMON = 2.0  # how much of what any paper shares is taken off what likes share
_WORDS_LEAST, _TOPIC_LEAST = 0.02, 0.05  # deviations are not taken for smaller than this
_FOLLOWED, _FROM = 5.0, 3.5  # deviations that a followed author and a followed organisation add
_NAMED, _NAMED_TOO = 1.5, 1.0  # deviations that a keyword named in full adds, and beside a sentence model
_MEANT = 1.5  # deviations by meaning that make a match no vague one
_TOPIC = 0.55  # what topics of likes weigh beside their words, and 1 / √likes more: few words say little
_FEW_WORDS = 0.2  # deviations by words, of likes or of terms that say something alone, that make a match no vague one
_MANY_WORDS = 2.5  # and by words of the prose, where keywords say what is meant
_NEAR = 0.65  # nor is one that lies so near to the likes among the topics, as a cosine
VAGUE = 0.8  # what is left of a score that comes of a topic alone,
_VAGUE_ASKED = 0.5  # and where nothing is liked: no keyword stands there, so it does not reach the floor
_BESIDE = 256  # papers multiplied at a time
_BY_WORDS = 4  # of the signals come of words and topics


@dataclass(frozen=True, slots=True)
class _Shared:
    """What interests and papers share: a row per interest, a column per paper, ordinary ones first."""

    common: Floats  # words with the likes, on average,
    beyond: Floats  # and beyond what any paper shares with them
    liked: Floats  # nearness to the likes among the topics
    raw: tuple[Floats, ...]  # the signals of words and topics in deviations, each for itself


def _without_more(deviations: Floats, common: Floats) -> Floats:
    """*deviations*, but none above 0 without a word in *common*: who shares little with any paper is not nearer."""
    found: Floats = np.where(common > 0, deviations, np.minimum(deviations, 0))
    return found


class Scorer:
    """Scores interests against ordinary papers, then today's, side by side in one matrix."""

    def __init__(
        self, wishes: Wishes, ordinary: Vectors, papers: Vectors, holds: Sparse, meant: Meant | None = None
    ) -> None:
        self.meant = meant
        self._wishes, self._holds, self._ordinary = wishes, holds, len(ordinary.places)
        self._usually = having(wishes.phrases, ordinary.weights)
        self._places = np.concatenate([ordinary.places, papers.places]).T
        self._usual = np.concatenate([ordinary.usual, papers.usual])
        width = wishes.asked.weights.shape[1]
        both = sparse.vstack([widened(v.weights, width) for v in (ordinary, papers)], format="csr")
        wished = np.concatenate([wishes.liked.weights.indices, wishes.asked.weights.indices])
        used = members(width, both.indices, wished)  # no other word can earn anything
        self._words = narrowed(both, used).T.tocsc()
        self._asked, self._alone, self._sure = (
            narrowed(rows, used) for rows in (wishes.asked.weights, wishes.alone, wishes.sure)
        )
        self._each = self._sharing(narrowed(wishes.liked.weights, used))

    def sharing(self, likes: NDArray[np.int64], papers: Sequence[int]) -> Floats:
        """How much of their words *likes* share with *papers*: a row per like, a column per paper."""
        found: Floats = self._each[np.ix_(likes, np.array(papers, dtype=np.int64) + self._ordinary)]
        return found

    def scores(self, rows: slice) -> Scores:
        """Score every candidate for the interests *rows*."""
        wishes, weights = self._wishes, Weights.of(self._wishes, rows)
        shared = self._shared(rows, weights)
        factors = self._factors(weights, shared.raw)
        weighed = [signal * factor for signal, factor in zip(shared.raw, factors, strict=True)]
        spread = self._spread(total(weighed))
        named = weights.fade * (_NAMED if self.meant is None else _NAMED_TOO)
        ordinary = self._of_ordinary(rows, weighed, spread, named)
        signals = self._of_today(rows, weighed, spread, named)
        vague = self._vague(rows, weights, shared.liked, signals)
        told = dict(zip(SIGNALS, signals, strict=True))
        voters = np.flatnonzero(np.diff(wishes.voted[rows].indptr) + np.diff(weights.against.indptr))
        shares = self._of_votes(rows, voters, *self._units(shared, factors, spread)) if len(voters) else {}
        if self.meant is not None:
            level, meant, more = self.meant.beside(rows, voters, weights.likes, weights.many, weights.fade)
            told |= {name: told[name] * level for name in SIGNALS[:_BY_WORDS]} | dict(zip(MEANT, meant, strict=True))
            shares = {name: (ups * level, downs * level) for name, (ups, downs) in shares.items()} | dict(more)
            vague = np.where(total(meant) < _MEANT, vague, np.float32(1))
        unwanted = dense(wishes.avoided[rows] @ self._holds) > 0
        return Scores(apart(told, voters, shares), halves(ordinary), unwanted, vague)

    def _shared(self, rows: slice, weights: Weights) -> _Shared:
        wishes = self._wishes
        liked = (weights.wanted @ wishes.liked.places) @ self._places
        asked = wishes.asked.places[rows] @ self._places
        common = wishes.likes[rows] @ self._each
        beyond = weights.wanted @ self._each - COMMON * weights.some * self._usual
        raw = (
            _without_more(self._deviations(beyond, _WORDS_LEAST), common),
            self._deviations(liked, _TOPIC_LEAST),
            self._deviations(dense(self._asked[rows] @ self._words), _WORDS_LEAST),
            self._deviations(asked, _TOPIC_LEAST),
        )
        return _Shared(common, beyond, liked, raw)

    def _factors(self, weights: Weights, raw: Sequence[Floats]) -> list[Floats]:
        """What each of the signals *raw* is multiplied by: those of likes spread as far as those of what is asked for.

        Columns, a row per interest.
        """
        likes, asks = weights.likes, weights.asks
        pairs = [(likes, likes * (_TOPIC + weights.few), likes), (asks, asks, weights.fade)]
        factors = []
        for n, (words, topic, weight) in zip((0, 2), pairs, strict=True):
            spread = self._spread(words * raw[n] + topic * raw[n + 1])
            factors += [words * weight / spread, topic * weight / spread]
        return factors

    def _of_ordinary(self, rows: slice, weighed: Sequence[Floats], spread: Floats, named: Floats) -> Floats:
        """The deviations that ordinary papers get in all."""
        found = total([signal[:, : self._ordinary] / spread for signal in weighed])
        found += named * np.minimum(dense(self._wishes.keywords[rows] @ self._usually), 1)
        return found

    def _of_today(self, rows: slice, weighed: Sequence[Floats], spread: Floats, named: Floats) -> list[Floats]:
        """The deviations that today's papers get by each of `SIGNALS`."""
        wishes = self._wishes
        return [
            *(signal[:, self._ordinary :] / spread for signal in weighed),
            named * np.minimum(dense(wishes.keywords[rows] @ self._holds), 1),
            _FOLLOWED * dense(wishes.authors[rows]),
            _FROM * dense(wishes.organisations[rows]),
        ]

    def _vague(self, rows: slice, weights: Weights, liked: Floats, signals: Sequence[Floats]) -> Floats:
        """What is left of scores of today's papers: all where words or nearness to likes say why, else less."""
        near = liked[:, self._ordinary :] >= _NEAR
        alone, sure = (dense(has[rows] @ self._words[:, self._ordinary :]) > 0 for has in (self._alone, self._sure))
        grounded = signals[0] + np.where(sure, signals[2], 0) + sum(signals[_BY_WORDS:]) >= _FEW_WORDS
        grounded |= alone & (signals[2] >= _MANY_WORDS)
        left = np.where(weights.some > 0, np.float32(VAGUE), np.float32(_VAGUE_ASKED))
        found: Floats = np.where(near | grounded, np.float32(1), left)
        return found

    def _units(self, shared: _Shared, factors: Sequence[Floats], spread: Floats) -> tuple[Floats, Floats]:
        """The deviations that a unit of what is shared with likes and of nearness to them comes to."""
        kept = ((shared.common > 0) | (shared.raw[0] < 0)).astype(np.float32)
        by_words = factors[0] / (spread * self._scale(shared.beyond, _WORDS_LEAST)) * kept
        by_topic = factors[1] / (spread * self._scale(shared.liked, _TOPIC_LEAST))
        return by_words, by_topic

    def _of_votes(self, rows: slice, voters: NDArray[np.int64], by_words: Floats, by_topic: Floats) -> Shares:
        """What the votes of the interests *voters* among *rows* earn, for and against, in the signals of likes.

        *by_words* and *by_topic* are the deviations that a unit of what is shared and of nearness comes to.
        """
        wishes, found = self._wishes, []
        for said, of_all in ((wishes.voted[rows][voters], COMMON), (-wishes.against[rows][voters], 0)):
            common = of_all * np.asarray(said.sum(axis=1)) * self._usual
            words = self._beyond_ordinary(said @ self._each - common) * by_words[voters]
            topic = self._beyond_ordinary((said @ wishes.liked.places) @ self._places) * by_topic[voters]
            found.append((words[:, self._ordinary :], topic[:, self._ordinary :]))
        (words, topic), (less_words, less_topic) = found
        return {SIGNALS[0]: (words, less_words), SIGNALS[1]: (topic, less_topic)}

    def _sharing(self, liked: Sparse) -> Floats:
        """Words shared by every like with every paper; some papers at a time, whose words fit in memory with zeros."""
        found = np.empty((liked.shape[0], self._words.shape[1]), dtype=np.float32)
        for part in slices(found.shape[1], _BESIDE):
            found[:, part] = liked @ self._words[:, part].toarray(order="C")
        return found

    def _deviations(self, found: Floats, least: float) -> Floats:
        """*found* in deviations from what ordinary papers get, row by row."""
        deviations: Floats = (self._beyond_ordinary(found) / self._scale(found, least)).astype(np.float32)
        return deviations

    def _beyond_ordinary(self, found: Floats) -> Floats:
        usual = found[:, : self._ordinary]
        beyond: Floats = found - (usual.mean(axis=1, keepdims=True) if self._ordinary else 0)
        return beyond

    def _scale(self, found: Floats, least: float) -> Floats:
        """One deviation of every row, as a column."""
        usual = found[:, : self._ordinary]
        scale: Floats = np.sqrt((usual.var(axis=1, keepdims=True) if self._ordinary else 1) + least**2)
        return scale

    def _spread(self, rows: Floats) -> Floats:
        usual = rows[:, : self._ordinary]
        found: Floats = np.maximum(usual.std(axis=1, keepdims=True), 0.1) if self._ordinary else np.ones(1)
        return found
