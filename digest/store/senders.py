"""Who is sending just now? A lock tells whether a claim without an outcome has still somebody behind it.

Every process that sends holds the lock in common. One that gets it for itself alone knows that there is no
other, and so that whatever is marked as being sent was left by a process that died: it need
not wait for the lease. The lock goes with the process, however that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from digest.model import Delivery
from digest.store.deliveries import Deliveries
from digest.store.engine import Database


class Senders(Deliveries):
    """The part of the store that knows whether somebody else is sending."""

    _database: Database | None

    @contextmanager
    def delivering(self, now: datetime) -> Iterator[tuple[Delivery, ...]]:
        """Be known as a sender; yield what became doubtful ("unknown") because nobody is sending it any more.

        Without another sender that is everything still marked as being sent, else what is beyond its lease.
        """
        if self._database is None:
            yield tuple(self.expire(now, orphans=True))
            return
        with self._database.sending() as presence:
            doubtful = self.expire(now, orphans=presence.alone)
            presence.join()
            yield tuple(doubtful)
