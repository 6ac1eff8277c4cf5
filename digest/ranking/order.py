"""From candidates and profiles to picks: every profile is scored in a few matrix products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from digest.model import Change, Interest, Paper, Part, Pick, Profile, Reason
from digest.ranking.background import Background, terms_of
from digest.ranking.terms import phrases, words

Floats = NDArray[np.floating[Any]]
_TITLE = 2.0  # a word of the title counts as often
_SATURATION = 1.2  # BM25's k1: the fifth mention says little more than the second
_ORDINARY, _SPREAD = 2.3, 0.7  # a score of one half: this many standard deviations above an ordinary paper
_AVOID = 0.6  # what a word that is to be avoided leaves of a score


class Terms:
    """Term numbers: those of the background, and the new ones of today."""

    def __init__(self, background: Background) -> None:
        self._numbers = dict(background.vocabulary)
        self._counts, self._papers = background.counts, background.papers

    def number(self, term: str) -> int:
        """The number of *term*, a new one for a term not met before."""
        return self._numbers.setdefault(term, len(self._numbers))

    def weights(self) -> Floats:
        """The inverse document frequency of every term met so far."""
        counts = np.zeros(len(self._numbers), dtype=np.float32)
        counts[: len(self._counts)] = self._counts
        idf: Floats = np.log((self._papers + 1.0) / (counts + 0.5)).clip(min=0.1).astype(np.float32)
        return idf


def ranked(
    changes: Sequence[Change], profiles: Sequence[Profile], liked: Mapping[str, Paper], background: Background, top: int
) -> Iterator[tuple[Pick, ...]]:
    """Yield the picks of each profile; see `digest.ranking.rank`."""
    terms = Terms(background)
    papers = [change.paper for change in changes]
    found = [_counts(terms, ((p.title, _TITLE), (p.abstract or "", 1.0))) for p in papers]
    rows = [(profile, interest) for profile in profiles for interest in profile.interests]
    wished = [_wish(terms, interest, liked) for _, interest in rows]
    avoided = [_counts(terms, ((". ".join(interest.avoid), 1.0),)) for _, interest in rows]
    idf = terms.weights()
    x, reference = _matrix(found, idf), _reference(background, idf)
    wish = _matrix(wished, idf)
    unwanted = np.asarray((_matrix(avoided, idf) @ x.T).todense()) > 0
    points = _standard(wish, x, reference)
    points += np.log([max(interest.weight, 1e-3) for _, interest in rows] or np.zeros(0))[:, None]
    scores = 1.0 / (1.0 + np.exp(-np.clip((points - _ORDINARY) / _SPREAD, -30, 30)))
    scores = np.where(unwanted, _AVOID * scores, scores)
    at = 0
    for profile in profiles:
        mine = slice(at, at + len(profile.interests))
        at = mine.stop
        yield _picks(profile, changes, scores[mine], wish[mine], terms, top)


def _counts(terms: Terms, fields: Sequence[tuple[str, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for text, weight in fields:
        for term in terms_of(words(text)):
            number = terms.number(term)
            found[number] = found.get(number, 0.0) + weight
    return found


def _wish(terms: Terms, interest: Interest, liked: Mapping[str, Paper]) -> dict[int, float]:
    keywords = max(1, len(interest.like))
    fields = [(keyword, 2.0 * keywords / (1 + keywords**0.5)) for keyword in (*interest.keywords, interest.name)]
    fields.append((interest.about, 1.0))
    for like in interest.like:
        paper = liked.get(like)
        fields += [(paper.title, _TITLE), (paper.abstract or "", 1.0)] if paper else [(like, _TITLE)]
    return _counts(terms, fields)


def _matrix(rows: Sequence[Mapping[int, float]], idf: Floats) -> sparse.csr_matrix:
    """Saturated tf-idf rows of length 1; an empty row stays empty."""
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((n for row in rows for n in row), dtype=np.int64, count=starts[-1])
    counts = np.fromiter((c for row in rows for c in row.values()), dtype=np.float32, count=starts[-1])
    return _unit(counts * (_SATURATION + 1) / (counts + _SATURATION) * idf[columns], columns, starts, len(idf))


def _reference(background: Background, idf: Floats) -> sparse.csr_matrix:
    starts, columns = background.reference
    return _unit(idf[columns], columns, starts, len(idf))


def _unit(values: Floats, columns: NDArray[np.int64], starts: NDArray[np.int64], width: int) -> sparse.csr_matrix:
    lengths = np.sqrt(np.add.reduceat(np.append(values**2, 0), starts[:-1])) if len(starts) > 1 else np.zeros(0)
    lengths[np.diff(starts) == 0] = 1
    return sparse.csr_matrix(
        (values / np.repeat(lengths.clip(1e-9), np.diff(starts)), columns, starts), shape=(len(starts) - 1, width)
    )


def _standard(wish: sparse.csr_matrix, x: sparse.csr_matrix, reference: sparse.csr_matrix) -> Floats:
    """Cosines as standard deviations above the same wish's cosine with ordinary papers."""
    raw = np.asarray((wish @ x.T).todense())
    usual = np.asarray((wish @ reference.T).todense())
    above: Floats = (raw - usual.mean(axis=1, keepdims=True)) / usual.std(axis=1, keepdims=True).clip(0.01)
    return above


def _picks(
    profile: Profile, changes: Sequence[Change], scores: Floats, wish: sparse.csr_matrix, terms: Terms, top: int
) -> tuple[Pick, ...]:
    muted = [_muted(change.paper, profile) for change in changes]
    best = scores.max(axis=0) if len(scores) else _by_popularity(changes)
    order = sorted(
        (n for n in range(len(changes)) if not muted[n]), key=lambda n: (-float(best[n]), *_tie(changes[n].paper))
    )
    picks = []
    for n in order[:top]:
        if not len(scores):
            reasons: tuple[Reason, ...] = (Reason("popular"),)
            picks.append(Pick(changes[n], float(best[n]), "", reasons, (Part("popularity", float(best[n])),)))
            continue
        i = int(scores[:, n].argmax())
        names = _earned(changes[n].paper, wish[i], terms)
        picks.append(
            Pick(
                changes[n],
                float(best[n]),
                profile.interests[i].name,
                (Reason("words", names),) if names else (),
                (Part("words", float(best[n]), ", ".join(names)),),
            )
        )
    return tuple(picks)


def _earned(paper: Paper, wish: sparse.csr_matrix, terms: Terms) -> tuple[str, ...]:
    """Up to four words or phrases of *paper* that stand in the wish, heaviest first, none inside another."""
    weight = dict(zip(wish.indices.tolist(), wish.data.tolist(), strict=True))
    earned: dict[str, tuple[float, str]] = {}
    for term, shown in phrases(f"{paper.title}. {paper.abstract or ''}"):
        value = weight.get(terms.number(term), 0.0)
        if value > 0.08:
            earned.setdefault(term, (value, shown))
    names: list[str] = []
    for term, (_, shown) in sorted(earned.items(), key=lambda item: (-item[1][0], item[0])):
        if not any(term in f"{other} ".split(" ") or shown.lower() in other.lower() for other in names):
            names.append(shown)
    return tuple(names[:4])


def _muted(paper: Paper, profile: Profile) -> bool:
    text = _spaced(f"{paper.title} . {paper.abstract or ''}")
    return any(_spaced(word) in text for word in profile.mute if _spaced(word).strip())


def _spaced(text: str) -> str:
    return " " + " ".join(word or "." for word in words(text)) + " "


def _by_popularity(changes: Sequence[Change]) -> Floats:
    """Votes and comments of today's papers, from 0 to 1: the share of papers with fewer."""
    votes = [(c.paper.upvotes or 0) + (c.paper.num_comments or 0) for c in changes]
    return np.array([sum(v < mine for v in votes) / max(1, len(votes) - 1) for mine in votes], dtype=np.float32)


def _tie(paper: Paper) -> tuple[int, int, str, str]:
    votes = (paper.upvotes or 0) + (paper.num_comments or 0)
    return -votes, -(paper.published.toordinal() if paper.published else 0), paper.title, paper.id
