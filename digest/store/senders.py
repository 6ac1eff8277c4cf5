"""Who is sending just now? A lock tells whether a claim without an outcome has still somebody behind it.

Every process that sends holds the lock in common. One that gets it for itself alone knows that there is no
other on this host, and so that whatever is marked as being sent was left by a process that died: it need
not wait for the lease. The lock goes with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from digest.errors import StoreError
from digest.model import Delivery
from digest.store.deliveries import Deliveries


class Senders(Deliveries):
    """The part of the store that knows whether somebody else is sending."""

    _senders: Path | None
    """The file that carries the lock; None for a store in memory, where nobody else can be."""

    @contextmanager
    def delivering(self, now: datetime) -> Iterator[tuple[Delivery, ...]]:
        """Be known as a sender; yield what became doubtful ("unknown") because nobody is sending it any more.

        Without another sender that is everything still marked as being sent, else what is beyond its lease.
        """
        if self._senders is None:
            yield tuple(self.expire(now, orphans=True))
            return
        lock = _open(self._senders)
        try:
            alone = _alone(lock)
            doubtful = self.expire(now, orphans=alone)
            # Changing to the common lock may let another one be alone for a moment: nothing was claimed yet.
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield tuple(doubtful)
        finally:
            os.close(lock)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror}); check the permissions of its folder") from error


def _alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
