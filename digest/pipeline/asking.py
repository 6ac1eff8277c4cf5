"""One round of all sources over one line: what they offer is taken in, then they are asked for titles they may know."""

from __future__ import annotations

from datetime import datetime

from digest.pipeline.bot import Bot
from digest.pipeline.ingest import Line, Outcome, ingest_offers
from digest.pipeline.lookups import look_up


def ingest_sources(bot: Bot, now: datetime, *, due_only: bool = False) -> Outcome:
    """Ask every configured source for what it has that is new, and take it in; a source that fails is named.

    With *due_only* a source that was asked less than its interval ago is left alone.
    """
    with Line(bot) as line:
        taken = ingest_offers(bot, line, now, due_only=due_only)
        look_up(bot, line, taken.answering, now)
    return taken.reports, taken.failures, taken.warnings
