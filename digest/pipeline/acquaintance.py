"""How long a reader has been with us, and whether they answer: the first edition welcomes, a long silence is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model import Digest, Profile
from digest.store import Store

SILENCE = timedelta(days=21)
"""So long without a vote a reader is asked whether the profile is too wide or too narrow; and again after as long."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What the store knows of each profile by name, before the editions of a pass; *pages*: whether votes can come."""

    pages: bool
    shown_since: Mapping[str, date]
    last_days: Mapping[str, date]
    last_votes: Mapping[str, datetime]

    @classmethod
    def read(cls, store: Store, names: Iterable[str], *, pages: bool) -> Acquaintance:
        """Read it."""
        names = list(names)
        votes = store.last_votes(names) if pages else {}
        return cls(pages, store.shown_since(names), store.last_edition_day(names), votes)

    def greeted(self, digest: Digest, profile: Profile) -> Digest:
        """Mark *digest* as the first of *profile*, or as one that nobody answered to for long."""
        if not digest.is_sent:
            return digest
        return replace(digest, first=self._is_first(digest, profile), unanswered=self._is_unanswered(digest, profile))

    def _is_first(self, digest: Digest, profile: Profile) -> bool:
        """Whether nothing was sent before; who wishes a note on a quiet day was welcomed by a first quiet one."""
        if profile.name in self.shown_since:
            return False
        if digest.picks:
            return profile.quiet != "note" or profile.name not in self.last_days
        return profile.quiet == "note" and profile.name not in self.last_days

    def _is_unanswered(self, digest: Digest, profile: Profile) -> bool:
        """Whether another three weeks of silence were completed since the last edition."""
        since = self.shown_since.get(profile.name)
        if not self.pages or not digest.picks or since is None:
            return False
        voted = self.last_votes.get(profile.name)
        if voted is not None:
            since = max(since, voted.astimezone(ZoneInfo(profile.timezone)).date())
        before = max(since, self.last_days.get(profile.name, since))
        return (digest.date - since) // SILENCE > (before - since) // SILENCE
