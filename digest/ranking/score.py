"""How well every candidate fits every interest: a few matrix products, no loop over profiles and papers.

Four signals, each told in deviations from what ordinary papers get from the same interest:
the words shared with the liked papers (less what any paper shares: Rocchio's background), how near it lies to
them among the topics, and both again for the keywords and the prose. See docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.ranking.arrays import Floats, Sparse, dense, members, narrowed, widened
from digest.ranking.holding import having
from digest.ranking.semantic import MEANT, Meant
from digest.ranking.space import Vectors, slices
from digest.ranking.wishes import Wishes

COMMON = 2.0  # how much of what any paper shares is taken off what likes share
_WORDS_LEAST, _TOPIC_LEAST = 0.02, 0.05  # deviations are not taken for smaller than this
_STEP = 0.8  # deviations that e-fold the odds of a score
_RARE = 0.05  # a score of ½: so few ordinary papers fit as well,
_LEAST_HALF, _MOST_HALF = 1.4, 4.5  # within these deviations above the mean of ordinary papers
_TAIL = 0.1  # the share of ordinary papers that tells how quickly matches become rare
_FOLLOWED, _FROM = 5.0, 3.5  # deviations that a followed author and a followed organisation add
_NAMED, _NAMED_TOO = 1.5, 1.0  # deviations that a keyword named in full adds, and beside a sentence model
_MEANT = 1.5  # deviations by meaning that make a match no vague one
_TOPIC = 0.55  # what topics of likes weigh beside their words, and 1 / √likes more: few words say little
_FADE, _FEW = 0.75, 5  # keywords weigh likes ** -_FADE: what is liked says more the more of it there is;
_FADE_MORE = 0.5  # beyond _FEW likes by this power more
_FEW_WORDS = 0.2  # deviations by words, of likes or of terms that say something alone, that make a match no vague one
_MANY_WORDS = 2.5  # and by words of the prose, where keywords say what is meant
_NEAR = 0.65  # nor is one that lies so near to the likes among the topics, as a cosine
VAGUE = 0.8  # what is left of a score that comes of a topic alone,
_VAGUE_ASKED = 0.5  # and where nothing is liked: no keyword stands there, so it does not reach the floor
AVOIDED = 0.6  # what a word that is to be avoided leaves of a score
_BESIDE = 256  # papers multiplied at a time
_FAR, _FINE = 40.0, 1000.0
_GRAIN = 10_000  # scores are rounded to its fraction, so that the last bits of a sum decide no order
SIGNALS = (
    "words of liked papers",
    "topic of liked papers",
    "words asked for",
    "topic asked for",
    "keyword",
    "followed author",
    "followed organisation",
)
VOTED = ("papers voted for", "papers voted against")
Shares = Mapping[str, tuple[Floats, Floats]]  # signal -> what of it votes for and votes against earned
_BY_WORDS = 4  # of them come of words and topics


@dataclass(frozen=True)
class Scores:
    """Rows are interests, columns candidates. *signals* sum to the deviations above an ordinary paper."""

    signals: Mapping[str, Floats]
    half: Floats  # of each interest (rows × 1): the deviations that score ½
    unwanted: NDArray[np.bool_]
    vague: Floats  # what is left of a score for want of words in common; 1: all

    @cached_property
    def _deviations(self) -> Floats:
        return np.clip(total(list(self.signals.values())), -_FAR, _FAR)

    @cached_property
    def final(self) -> Floats:
        """Scores in [0, 1], rounded."""
        kept = np.where(self.unwanted, AVOIDED, 1) * self.vague * chance(self._deviations, self.half)
        found: Floats = np.rint(kept.astype(np.float64) * _GRAIN) / _GRAIN
        return found

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """Whole numbers that order as scores do, and equal scores near 1 by their deviations."""
        fine = np.rint((self._deviations + _FAR) * _FINE).astype(np.int64)
        found: NDArray[np.int64] = np.rint(self.final * _GRAIN).astype(np.int64) * int(2 * _FAR * _FINE + 1) + fine
        return found


def _without_more(deviations: Floats, common: Floats) -> Floats:
    """*deviations*, but none above 0 without a word in *common*: who shares little with any paper is not nearer."""
    found: Floats = np.where(common > 0, deviations, np.minimum(deviations, 0))
    return found


def chance(deviations: Floats, half: Floats | float) -> Floats:
    """Deviations above an ordinary paper as a score in (0, 1): ½ at *half* of them."""
    odds: Floats = 1 / (1 + np.exp(-np.clip((deviations - half) / _STEP, -30, 30)))
    return odds


def halves(ordinary: Floats) -> Floats:
    """The deviations that one ordinary paper in twenty reaches, of every row, as a column.

    Beyond the tenth of the papers that are best, how far they lie is taken for exponential (Pickands 1975): from so
    few papers its mean is told better than the place of the last of them.
    """
    many = ordinary.shape[1]
    tail = max(1, round(_TAIL * many))
    if many <= tail:
        return np.full((len(ordinary), 1), _LEAST_HALF, dtype=np.float32)
    best = np.partition(ordinary, many - tail - 1, axis=1)[:, many - tail - 1 :]
    start = best[:, :1]
    beyond = (best[:, 1:] - start).mean(axis=1, keepdims=True)
    found: Floats = np.clip(start + beyond * np.log(_TAIL / _RARE), _LEAST_HALF, _MOST_HALF).astype(np.float32)
    return found


def total(arrays: Sequence[Floats]) -> Floats:
    """The sum of arrays of one shape, from the first to the last."""
    summed: Floats = np.add.reduce(arrays)
    return summed


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
        wishes = self._wishes
        many = wishes.many[rows][:, None]
        any_, asks = (many > 0).astype(np.float32), wishes.asks[rows][:, None]
        against = wishes.against[rows]
        wanted = wishes.likes[rows] - against
        # what is voted against alone is a weak wish, too
        likes = np.maximum(np.minimum(many, 1), np.asarray(against.sum(axis=1)))
        liked = (wanted @ wishes.liked.places) @ self._places
        asked = wishes.asked.places[rows] @ self._places
        common = wishes.likes[rows] @ self._each  # words shared with the likes, on average
        beyond = wanted @ self._each - COMMON * any_ * self._usual
        raw = [
            _without_more(self._deviations(beyond, _WORDS_LEAST), common),
            self._deviations(liked, _TOPIC_LEAST),
            self._deviations(dense(self._asked[rows] @ self._words), _WORDS_LEAST),
            self._deviations(asked, _TOPIC_LEAST),
        ]
        least_one = np.maximum(many, 1)
        few = least_one**-0.5  # 1 for one like or none, and so is what keywords weigh
        fade = least_one**-_FADE * (np.maximum(least_one, _FEW) / _FEW) ** -_FADE_MORE
        pairs = [(likes, likes * (_TOPIC + few), likes), (asks, asks, fade)]
        factors = []
        for n, (words, topic, weight) in zip((0, 2), pairs, strict=True):
            spread = self._spread(words * raw[n] + topic * raw[n + 1])
            factors += [words * weight / spread, topic * weight / spread]
        weighed = [signal * factor for signal, factor in zip(raw, factors, strict=True)]
        spread = self._spread(total(weighed))
        ordinary = total([signal[:, : self._ordinary] / spread for signal in weighed])
        named = fade * (_NAMED if self.meant is None else _NAMED_TOO)
        ordinary += named * np.minimum(dense(wishes.keywords[rows] @ self._usually), 1)
        signals = [signal[:, self._ordinary :] / spread for signal in weighed]
        signals.append(named * np.minimum(dense(wishes.keywords[rows] @ self._holds), 1))
        signals += [_FOLLOWED * dense(wishes.authors[rows]), _FROM * dense(wishes.organisations[rows])]
        unwanted = dense(wishes.avoided[rows] @ self._holds) > 0
        near = liked[:, self._ordinary :] >= _NEAR
        alone, sure = (dense(has[rows] @ self._words[:, self._ordinary :]) > 0 for has in (self._alone, self._sure))
        grounded = signals[0] + np.where(sure, signals[2], 0) + sum(signals[4:]) >= _FEW_WORDS
        grounded |= alone & (signals[2] >= _MANY_WORDS)
        vague = np.where(
            near | grounded, np.float32(1), np.where(any_ > 0, np.float32(VAGUE), np.float32(_VAGUE_ASKED))
        )
        told = dict(zip(SIGNALS, signals, strict=True))
        voters = np.flatnonzero(np.diff(wishes.voted[rows].indptr) + np.diff(against.indptr))
        kept = ((common > 0) | (raw[0] < 0)).astype(np.float32)
        by_words = factors[0] / (spread * self._scale(beyond, _WORDS_LEAST)) * kept
        by_topic = factors[1] / (spread * self._scale(liked, _TOPIC_LEAST))
        shares = self._of_votes(rows, voters, by_words, by_topic) if len(voters) else {}
        if self.meant is not None:
            level, meant, more = self.meant.beside(rows, voters, likes, least_one, fade)
            told |= {name: told[name] * level for name in SIGNALS[:_BY_WORDS]} | dict(zip(MEANT, meant, strict=True))
            shares = {name: (ups * level, downs * level) for name, (ups, downs) in shares.items()}
            shares |= more
            vague = np.where(total(meant) < _MEANT, vague, np.float32(1))
        return Scores(apart(told, voters, shares), halves(ordinary), unwanted, vague)

    def _of_votes(
        self, rows: slice, voters: NDArray[np.int64], by_words: Floats, by_topic: Floats
    ) -> dict[str, tuple[Floats, Floats]]:
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


def apart(told: Mapping[str, Floats], voters: NDArray[np.int64], shares: Shares) -> Mapping[str, Floats]:
    """The signals *told*, with what votes earned in those that *shares* names told by itself; *voters* are its rows."""
    if not shares:
        return told
    found = dict(told)
    for name, (ups, downs) in shares.items():
        found[name] = found[name].copy()
        found[name][voters] -= ups + downs
    for place, name in enumerate(VOTED):
        found[name] = np.zeros_like(found[SIGNALS[0]])
        found[name][voters] = total([share[place] for share in shares.values()])
    return found
