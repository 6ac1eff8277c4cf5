"""What votes say of a profile's taste: papers that count as liked or disliked, each with a weight. Pure.

A vote fades by half in a year. Where several people vote in one profile, a paper counts what those who voted on it say
on average, and nobody's votes weigh more, all together, than an average person's. A paper that was shown beside others
that were voted on, and passed over, is weak evidence against it (Joachims 2002). See docs/ranking.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from digest.model import Opinion, Paper, Vote
from digest.ranking.terms import phrases, terms_of

FADES = timedelta(days=365)
"""In this time a vote loses half of its weight."""

SAYS: Mapping[Opinion, float] = {"more": 0.7, "save": 1.0, "less": -0.7}
"""What an opinion counts; a like that the profile states counts 1. One vote in ten is a slip."""

PASSED_OVER = 0.07
"""What a paper counts against, that was shown beside ones that were voted on."""

MOST = 200
"""So many papers for, and so many against, are taken into account: those that weigh most."""

LEAST = 0.01
"""What weighs less says nothing any more."""


@dataclass(frozen=True, slots=True)
class Voted:
    """A paper that votes are about; *weight* in (0, 1]. *paper* lacks the words that its reader struck out."""

    paper: Paper
    weight: float
    title: str


@dataclass(frozen=True, slots=True)
class Taste:
    """What the votes in one profile are for and against, the weightiest first."""

    likes: tuple[Voted, ...] = ()
    dislikes: tuple[Voted, ...] = ()

    @property
    def papers(self) -> tuple[Paper, ...]:
        """All of their papers."""
        return tuple(voted.paper for voted in (*self.likes, *self.dislikes))

    def beside(self, paper: Paper) -> Taste:
        """The same without what was said of *paper*."""
        return Taste(*(tuple(one for one in said if one.paper.id != paper.id) for said in (self.likes, self.dislikes)))


NO_TASTE = Taste()
NO_VOTES: Mapping[str, Taste] = MappingProxyType({})


def taste_of(
    votes: Sequence[Vote],
    passed_over: Mapping[str, date],
    papers: Mapping[str, Paper],
    struck: Collection[str],
    now: datetime,
) -> Taste:
    """What the *votes* in one profile come to at *now*.

    *passed_over* are ids of papers that were shown beside papers voted on, with the local date; *papers* tells what is
    known of any of these ids, one that is missing is left out. *struck* are words and phrases to learn nothing from.
    """
    weights = opinions(votes, now)
    for paper, day in passed_over.items():
        if paper not in weights:
            weights[paper] = -PASSED_OVER * faded(now.date() - day)
    strike = [tuple(terms_of(term)) for term in sorted(struck)]
    found = [
        Voted(without(papers[id_], strike), weight, papers[id_].title)
        for id_, weight in sorted(weights.items())
        if id_ in papers and abs(weight) >= LEAST
    ]
    likes = tuple(sorted((one for one in found if one.weight > 0), key=lambda one: -one.weight)[:MOST])
    against = sorted((one for one in found if one.weight < 0), key=lambda one: one.weight)[:MOST]
    return Taste(likes, tuple(replace(one, weight=-one.weight) for one in against))


def opinions(votes: Iterable[Vote], now: datetime) -> dict[str, float]:
    """What each paper that was voted on counts at *now*, by its id, from -1 to 1: the average of those who voted on it.

    Of a person's votes on one paper the last one counts.
    """
    said: dict[str, dict[str, float]] = defaultdict(dict)  # person -> paper -> what it counts
    for vote in sorted(votes, key=lambda vote: vote.at):
        said[vote.person][vote.paper] = SAYS[vote.opinion] * faded(now - vote.at)
    spoken = {person: sum(map(abs, of.values())) for person, of in said.items()}
    share = sum(spoken.values()) / max(1, len(spoken))
    heard: dict[str, list[float]] = defaultdict(list)
    for person, of in said.items():
        for paper, value in of.items():
            heard[paper].append(value * min(1.0, share / max(spoken[person], LEAST)))
    return {paper: sum(values) / len(values) for paper, values in heard.items()}


def faded(age: timedelta) -> float:
    """What is left of a vote of this age: 1 at first, a half after `FADES`."""
    return float(0.5 ** (max(age, timedelta(0)) / FADES))


def without(paper: Paper, strike: Sequence[Sequence[str]]) -> Paper:
    """*paper* with none of the words that have one of the terms *strike*, each given as `terms_of` reads it."""
    gone = {terms[-1] for terms in strike if terms}
    if not gone:
        return paper
    return replace(paper, title=_cut(paper.title, gone), abstract=_cut(paper.abstract or "", gone) or None)


def _cut(text: str, gone: Collection[str]) -> str:
    """*text*, a full stop in place of every word or pair of words that reads as one of *gone*: no pair reaches over."""
    text = " ".join(text.split())
    for shown in sorted({shown for term, shown in phrases(text) if term in gone}):
        text = re.sub(rf"(?<!\w){re.escape(shown)}(?!\w)", ".", text)
    return text
