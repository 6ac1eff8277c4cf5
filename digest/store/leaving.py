"""Who wants nothing more, and who wants nothing for a while: said by readers, and taken back by them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from digest.store import rows, schema
from digest.store.engine import Access
from digest.store.values import Rest

_l, _r = schema.leavers.c, schema.rests.c


class Leaving:
    """The part of the store that remembers what readers asked for themselves."""

    _access: Access

    def unsubscribe(self, profile: str, target: str, now: datetime) -> bool:
        """Send *target* ("email:ada@example.org") nothing more of *profile*; False when that was so already.

        What waits to be sent there is given up instead of claimed (`Deliveries.claim`, FAULTS 48); what a sender
        holds in its hands goes out.
        """
        with self._access.writing(durable=True) as connection:
            here = and_(_l.profile == profile, _l.target == target)
            if connection.execute(select(_l.at).where(here)).first():
                return False
            connection.execute(insert(schema.leavers).values(profile=profile, target=target, at=now))
        return True

    def resubscribe(self, profile: str, target: str | None = None) -> int:
        """Let *target*, or everybody, get *profile* again; returns how many had unsubscribed."""
        here = _l.profile == profile if target is None else and_(_l.profile == profile, _l.target == target)
        with self._access.writing(durable=True) as connection:
            return connection.execute(delete(schema.leavers).where(here)).rowcount

    def unsubscribed(self) -> dict[str, frozenset[str]]:
        """The targets that want no more, by profile; a profile that nobody left is left out."""
        with self._access.reading() as connection:
            return unsubscribed(connection)

    def rest_until(self, profile: str, until: date, now: datetime) -> None:
        """Prepare nothing for *profile* before its local date *until*; a later call replaces an earlier one."""
        values: dict[str, Any] = {"until": until, "at": now}
        with self._access.writing(durable=True) as connection:
            if not connection.execute(update(schema.rests).where(_r.profile == profile).values(**values)).rowcount:
                connection.execute(insert(schema.rests).values(profile=profile, **values))

    def wake(self, profile: str) -> bool:
        """End the rest of *profile* now; False when it had none."""
        with self._access.writing(durable=True) as connection:
            return connection.execute(delete(schema.rests).where(_r.profile == profile)).rowcount > 0

    def rests(self) -> dict[str, Rest]:
        """The rests that were asked for, those that are over too, by profile."""
        with self._access.reading() as connection:
            return rests(connection)


def unsubscribed(connection: Connection) -> dict[str, frozenset[str]]:
    """The targets that want no more, by profile."""
    found: dict[str, set[str]] = {}
    for profile, target in connection.execute(select(_l.profile, _l.target).order_by(_l.profile, _l.target)):
        found.setdefault(profile, set()).add(target)
    return {profile: frozenset(targets) for profile, targets in found.items()}


def rests(connection: Connection) -> dict[str, Rest]:
    """The rests that were asked for, those that are over too, by profile."""
    query = select(_r.profile, _r.until, _r.at).order_by(_r.profile)
    return {row.profile: Rest(*row) for row in connection.execute(query)}


def leavers_among(connection: Connection, profiles: Collection[str]) -> set[tuple[str, str]]:
    """The (profile, target) of *profiles* that want no more."""
    found: set[tuple[str, str]] = set()
    for chunk in rows.chunks(profiles):
        query = select(_l.profile, _l.target).where(_l.profile.in_(chunk))
        found |= {(profile, target) for profile, target in connection.execute(query)}
    return found
