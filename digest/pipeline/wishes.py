"""What readers asked for themselves, as a pass honours it: no more for a target, nothing for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from digest.model import Profile, Target
from digest.render import wording_notes
from digest.store import Mute, Rest, Store


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who wants nothing at *now*: profiles that rest, the targets that unsubscribed, and what is muted, by profile."""

    now: datetime
    rests: Mapping[str, Rest]
    left: Mapping[str, frozenset[str]]
    mutes: Mapping[str, tuple[Mute, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, now: datetime) -> Wishes:
        """Read them."""
        return cls(now, store.rests(), store.unsubscribed(), store.mutes(None, now))

    def heeded(self, profile: Profile) -> Profile:
        """*profile* with what its reader muted for a while among what it mutes."""
        muted = self.mutes.get(profile.name)
        return replace(profile, mute=(*profile.mute, *(one.what for one in muted))) if muted else profile

    def targets(self, profile: Profile) -> tuple[Target, ...]:
        """The targets of *profile* that want its digest."""
        left = self.left.get(profile.name, frozenset())
        return tuple(target for target in profile.deliver if str(target) not in left)

    def wanted(self, profile: Profile) -> bool:
        """Whether an edition of *profile* is wanted now."""
        rest = self.rests.get(profile.name)
        return bool(self.targets(profile)) and (rest is None or _local(profile, self.now) >= rest.until)

    def begins(self, profile: Profile) -> date | None:
        """The first local date of *profile* for which an edition may be missing, where it rested."""
        rest = self.rests.get(profile.name)
        return rest.until if rest else None

    def returns(self, profile: Profile, last_day: date | None) -> tuple[str, ...]:
        """What the first edition after a rest says of it; () when there was none since *last_day*, its last edition."""
        rest = self.rests.get(profile.name)
        began = _local(profile, rest.since) if rest else None
        if began is None or (last_day is not None and last_day > began):
            return ()
        return (wording_notes.returns(began),)


def _local(profile: Profile, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(profile.timezone)).date()
