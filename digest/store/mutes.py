"""What readers do not want to see for a while: an author or a topic, said by them and taken back by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import and_, delete, insert, select, update

from digest.store import rows, schema
from digest.store.engine import Access
from digest.text import clean

_m = schema.mutes.c
MuteKind = Literal["author", "topic"]
LONGEST_MUTE = 200
"""Characters; what is longer is cut."""


@dataclass(frozen=True, slots=True)
class Mute:
    """*profile* gets nothing by the author, or with the words, *what* before the instant *until*."""

    profile: str
    kind: MuteKind
    what: str
    until: datetime


class Mutes:
    """The part of the store that remembers what is muted."""

    _access: Access

    def mute(self, profile: str, kind: MuteKind, what: str, until: datetime, now: datetime) -> bool:
        """Show *profile* no *what* before *until*; a later call replaces an earlier one. False when it says nothing.

        What was muted before and is over at *now* is forgotten.
        """
        said = clean(what)[:LONGEST_MUTE].strip()
        if not said:
            return False
        here = _here(profile, kind, said)
        with self._access.writing(durable=True) as connection:
            connection.execute(delete(schema.mutes).where(_m.profile == profile, _m.until <= now))
            values: dict[str, Any] = {"until": until}
            if not connection.execute(update(schema.mutes).where(here).values(**values)).rowcount:
                connection.execute(insert(schema.mutes).values(profile=profile, kind=kind, what=said, **values))
        return True

    def unmute(self, profile: str, kind: MuteKind, what: str) -> bool:
        """Show it again; False when it was not muted."""
        with self._access.writing(durable=True) as connection:
            return connection.execute(delete(schema.mutes).where(_here(profile, kind, what))).rowcount > 0

    def mutes(self, profiles: Iterable[str] | None, now: datetime) -> dict[str, tuple[Mute, ...]]:
        """What each of *profiles* (None: of all) has muted at *now*, by name; who has nothing muted is left out."""
        query = select(_m.profile, _m.kind, _m.what, _m.until).where(_m.until > now)
        query = query.order_by(_m.profile, _m.kind, _m.what)
        parts = [query] if profiles is None else [query.where(_m.profile.in_(some)) for some in rows.chunks(profiles)]
        found: dict[str, list[Mute]] = {}
        with self._access.reading() as connection:
            for part in parts:
                for profile, kind, what, until in connection.execute(part):
                    found.setdefault(profile, []).append(Mute(profile, cast(MuteKind, kind), what, until))
        return {name: tuple(mutes) for name, mutes in found.items()}


def _here(profile: str, kind: str, what: str) -> Any:
    return and_(_m.profile == profile, _m.kind == kind, _m.what == what)
