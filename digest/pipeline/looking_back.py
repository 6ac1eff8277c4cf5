"""The weekly look back: what was saved, what took off, and when that is due. It offers no paper and moves no cursor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest import schedule
from digest.compose import without_texts
from digest.model import Digest, LookBack, Profile, Risen
from digest.pipeline.due import Due
from digest.pipeline.wishes import Wishes
from digest.store import QueuedEdition, Store, Vote

WEEK = timedelta(days=7)
MOST = 10
"""Papers of a kind in one look back."""
MOST_RISEN = 5
LEAST_GAINED = 5
"""Upvotes by which a paper that was offered must have grown to be told of again."""


def due_alone(store: Store, profiles: Sequence[Profile], now: datetime, wishes: Wishes) -> list[Due]:
    """Who is due a look back for a date on which no edition comes.

    Any other date's look back stands in that edition, and one that was missed in the next.
    """
    wanted = [profile for profile in profiles if profile.look_back]
    last = store.last_edition_day([profile.name for profile in wanted])
    found = []
    for profile in wanted:
        before = max(filter(None, (last.get(profile.name), wishes.begins(profile))), default=None)
        day = _last_due(profile, now) if profile.name in last else None
        if day is not None and before is not None and day > before and not _is_ordinary(profile, day):
            found.append((profile, day))
    return found


def alone(store: Store, due: Sequence[Due], now: datetime, wishes: Wishes) -> Iterator[QueuedEdition]:
    """The editions that only look back; one that shows nothing is not sent."""
    names = [profile.name for profile, _ in due]
    cursors, votes = store.cursors(names), store.votes(names)
    for profile, day in due:
        digest = Digest(profile.name, day, look_back=look_back(store, profile, day, now, votes.get(profile.name, ())))
        cursor = cursors[profile.name]
        yield QueuedEdition(digest, wishes.targets(profile), cursor, cursor)


def belongs(profile: Profile, day: date, last: date | None) -> bool:
    """Whether the edition of *day* looks back: a date for that has come after that of the *last* edition."""
    if not profile.look_back or last is None:
        return False
    zone, rule = ZoneInfo(profile.timezone), schedule.parse(profile.look_back)
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    dates = schedule.due_dates(rule, zone, midnight - WEEK - timedelta(seconds=1), midnight)
    return any(last < one <= day for one in dates)


def look_back(store: Store, profile: Profile, day: date, now: datetime, votes: Sequence[Vote]) -> LookBack | None:
    """The week of *profile* up to *day*; None when there is nothing in it to show."""
    days = [day - timedelta(days=n) for n in range(7)]
    given = [vote for vote in votes if vote.at > now - WEEK]
    saved = list(dict.fromkeys(vote.paper for vote in reversed(given) if vote.opinion == "save"))[:MOST]
    then: dict[str, int] = {}
    for _, digest in reversed(store.archive(profile.name, days)):
        for pick in (*digest.picks, *digest.also):
            if pick.change.paper.upvotes is not None:
                then.setdefault(pick.change.paper.id, pick.change.paper.upvotes)
    papers = store.papers([*then, *saved])
    gained = {id_: (papers[id_].upvotes or 0) - count for id_, count in then.items() if id_ in papers}
    best = sorted((id_ for id_ in gained if gained[id_] >= LEAST_GAINED), key=lambda id_: -gained[id_])[:MOST_RISEN]
    opinions = Counter(vote.opinion for vote in given)
    shown = LookBack(
        saved=tuple(without_texts(papers[id_]) for id_ in saved if id_ in papers),
        risen=tuple(Risen(without_texts(papers[id_]), gained[id_]) for id_ in best),
        more=opinions["more"],
        less=opinions["less"],
    )
    return shown if shown.saved or shown.risen else None


def _last_due(profile: Profile, now: datetime) -> date | None:
    dates = schedule.due_dates(schedule.parse(profile.look_back), ZoneInfo(profile.timezone), now - WEEK, now)
    return dates[-1] if dates else None


def _is_ordinary(profile: Profile, day: date) -> bool:
    """Whether an edition with new papers comes on *day*."""
    zone = ZoneInfo(profile.timezone)
    start = datetime.combine(day, time(), zone) - timedelta(days=1)
    return day in schedule.due_dates(schedule.parse(profile.schedule), zone, start, start + timedelta(days=3))
