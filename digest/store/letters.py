"""Mails to one reader about their profile: queued like everything else that is sent."""

from __future__ import annotations

from datetime import date, datetime

from digest.model import LETTER, Digest, Letter, Target
from digest.store.engine import Access
from digest.store.health import queue_alone


class Letters:
    """The part of the store that queues letters."""

    _access: Access

    def post(self, letter: Letter, target: Target, day: date, now: datetime) -> None:
        """Queue *letter* for *target*, due at once; *day* is the local date that it bears."""
        with self._access.writing(durable=True) as connection:
            queue_alone(connection, LETTER, Digest("", day, notes=letter.notes), [target], now)
