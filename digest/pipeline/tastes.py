"""What votes taught, read for many profiles at once: cheap where nobody voted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from digest.ranking.feedback import Taste, taste_of
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
