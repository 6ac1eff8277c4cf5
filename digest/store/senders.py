"""Who is sending just now? A lock tells whether a claim without an outcome has still somebody behind it.

Every process that sends holds the lock in common. One that gets it for itself alone knows that there is no
other, and so that whatever is marked as being sent was left by a process that died: it need
not wait for the lease. The lock goes with the process, however that ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from digest.errors import StoreError
from digest.model import Delivery
from digest.store.deliveries import Deliveries, flight
from digest.store.engine import PLACES, Database, Flights, Presence


class Senders(Deliveries):
    """The part of the store that knows whether somebody else is sending."""

    _database: Database | None

    _flights: Flights | None = None
    _stays: Presence | None = None

    def leading(self) -> AbstractContextManager[Callable[[], bool] | None]:
        """Lead all processes with this store while this lasts.

        Gives None when another one leads, else what says whether this one still does. StoreError where the store
        is not on a server.
        """
        if self._database is None:
            raise StoreError("a rehearsal has no workers")
        return self._database.leading()

    @contextmanager
    def delivering(self, now: datetime) -> Iterator[tuple[Delivery, ...]]:
        """Be known as a sender; yield what became doubtful ("unknown") because nobody is sending it any more.

        Without another sender that is everything that was being sent, or where it is known what was in flight, that;
        else what is beyond its lease, and on a server, where each sender has a number, what those had who are there
        no more.
        """
        if self._database is None:
            yield tuple(self.expire(now, orphans=True))
            return
        if self._stays is not None:
            yield tuple(self.expire(now))
            return
        with self._database.sending() as presence:
            in_flight = presence.flights.left if presence.flights else None
            doubtful = self.expire(now, orphans=presence.alone, in_flight=in_flight, gone=presence.gone(self.senders()))
            presence.join()
            self._flights, self._places, self._sender = presence.flights, deque(range(PLACES)), presence.number
            try:
                yield tuple(doubtful)
            finally:
                self._flights = self._sender = None

    @contextmanager
    def staying(self, now: datetime) -> Iterator[Callable[[], bool]]:
        """Be known as a sender while this lasts; `delivering` within it, by any thread, needs no session of its own.

        What others left is for `sweep`. Yields what says whether the others still know of this one.
        """
        if self._database is None:
            raise StoreError("a rehearsal has no workers")
        with self._database.sending() as presence:
            presence.join()
            self._stays, self._sender = presence, presence.number
            try:
                yield presence.lives
            finally:
                self._stays = self._sender = None

    def sweep(self, now: datetime) -> list[Delivery]:
        """Say what `delivering` would yield, without becoming a sender: for who looks after others."""
        if self._database is None:
            return []
        if self._stays is not None:  # its own lock would look free to itself
            return self.expire(now, gone=self._stays.gone(self.senders() - {self._sender}))
        with self._database.sending() as presence:
            return self.expire(now, orphans=presence.alone, gone=presence.gone(self.senders()))

    def note_flights(self) -> None:
        """Promise that from now on everything is sent within `flying`, while this is `delivering`."""
        if self._flights is not None:
            self._flights.begin()

    @contextmanager
    def flying(self, delivery: Delivery) -> Iterator[None]:
        """Note that *delivery* is on its way until its outcome is recorded; after an exception the note stays."""
        if self._flights is None:
            yield
            return
        place = self._places.popleft()
        self._flights.note(place, flight(delivery.key, delivery.token))
        yield
        self._flights.note(place, "")
        self._places.append(place)
