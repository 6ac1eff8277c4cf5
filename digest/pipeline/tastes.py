"""What votes taught, read for many profiles at once: cheap where nobody voted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from digest.model import Learned, LearnedPaper
from digest.pipeline.bot import Bot
from digest.pipeline.learning import background
from digest.ranking.feedback import NO_TASTE, Taste, opinions, taste_of
from digest.ranking.terms import terms_of
from digest.store import Store

RECENT = timedelta(days=90)
"""What was passed over longer ago says nothing any more, and is not looked for."""


def tastes(store: Store, names: Iterable[str], now: datetime) -> Mapping[str, Taste]:
    """The tastes of those of the profiles *names* in which somebody voted."""
    votes = store.votes(names)
    if not votes:
        return {}
    over = store.passed_over(votes, (now - RECENT).date())
    struck = store.struck_terms(votes)
    ids = {vote.paper for cast in votes.values() for vote in cast} | {id_ for ids in over.values() for id_ in ids}
    papers = store.papers(ids)
    return {name: taste_of(cast, over.get(name, {}), papers, struck.get(name, ()), now) for name, cast in votes.items()}


def learned(bot: Bot, name: str, now: datetime) -> Learned:
    """What votes taught of the profile *name*, to be read by a person."""
    votes = bot.store.votes([name]).get(name, ())
    if not votes:
        return Learned()
    from digest.ranking.learned import learned_terms

    said = opinions(votes, now)
    papers = bot.store.papers(said)
    found = [LearnedPaper(id_, papers[id_].title, round(weight, 3)) for id_, weight in said.items() if id_ in papers]
    taste = tastes(bot.store, [name], now).get(name, NO_TASTE)
    terms = learned_terms(taste, background(bot.settings))
    return Learned(terms, tuple(sorted(found, key=lambda one: (-abs(one.weight), one.title))))


def same_term(one: str, other: str) -> bool:
    """Whether two words or phrases are read as the same: "Lie groups" and "lie group"."""
    return terms_of(one) == terms_of(other)
