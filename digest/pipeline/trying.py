"""What a profile would have brought in the last seven days, beside what was sent: for the tuner; nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest import schedule
from digest.compose import compose
from digest.model import Change, Digest, Paper, Pick, Profile
from digest.pipeline import meaning
from digest.pipeline.bot import Bot
from digest.pipeline.candidates import liked_papers, unknown_to
from digest.pipeline.making import rank
from digest.pipeline.tastes import tastes
from digest.pipeline.wishes import Wishes
from digest.pipeline.wordcheck import warnings
from digest.ranking.feedback import Taste
from digest.ranking.sketch import kinship

SEEN = timedelta(days=7)
MOST_KEYWORDS = 80
"""So many keywords are weighed, the first ones: each is one more profile to rank."""


@dataclass(frozen=True, slots=True)
class TriedDay:
    """One edition as the profile *would* have had it, beside what *was* sent (None: nothing)."""

    day: date
    would: Digest
    was: Digest | None


@dataclass(frozen=True, slots=True)
class KeywordUse:
    """How many of the week's papers name a keyword, and how many come only because of it."""

    interest: str
    keyword: str
    papers: int
    needed: int


@dataclass(frozen=True, slots=True)
class Trial:
    """The last seven days, newest first, what each keyword did in them, and what is odd about the profile."""

    days: tuple[TriedDay, ...]
    keywords: tuple[KeywordUse, ...]
    warnings: tuple[str, ...]


Window = tuple[date, datetime, datetime]
"""The local date of an edition, and the instants between which its news came."""


def try_out(bot: Bot, profile: Profile) -> Trial:
    """Rank and compose the last seven days for *profile*, which may be one that is only being thought of.

    Its own mutes and those of its reader count; what was learned elsewhere does not change.
    """
    now = bot.clock()
    heeded = Wishes.read(bot.store, now).heeded(profile)
    liked = liked_papers(bot, [heeded])
    taught = tastes(bot.store, [profile.name], now)
    without = list(_without_each(heeded))
    found, needed, named = [], Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for day, begin, end in windows(heeded, now):
        changes = bot.store.changes_after(
            bot.store.cursor_at(begin), upto=bot.store.cursor_at(end), causes=heeded.updates
        )
        would, lost = _ranked(bot, [heeded, *(other for _, other in without)], day, changes, liked, taught)
        found.append(TriedDay(day, would, _sent(bot, profile.name, day)))
        needed.update(dict(zip((key for key, _ in without), lost, strict=True)))
        named.update(_named(heeded, changes))
    meaning.done(bot)
    uses = (KeywordUse(*key, named[key], needed[key]) for key, _ in without)
    return Trial(tuple(reversed(found)), tuple(uses), tuple(warnings(bot, [profile])))


def windows(profile: Profile, now: datetime) -> list[Window]:
    """The editions that the schedule of *profile* asks for in the seven days up to *now*, oldest first.

    One that it never asks for in that time is taken to come now.
    """
    rule, zone = schedule.parse(profile.schedule), ZoneInfo(profile.timezone)
    found: list[Window] = []
    before = now - 2 * SEEN
    while (due := schedule.next_due(rule, zone, before)) <= now:
        if due > now - SEEN:
            (day, *_) = schedule.due_dates(rule, zone, due - timedelta(microseconds=1), due)
            found.append((day, max(before, now - 2 * SEEN), due))
        before = due
    return found or [(now.astimezone(zone).date(), now - SEEN, now)]


def _ranked(
    bot: Bot,
    profiles: Sequence[Profile],
    day: date,
    changes: Sequence[Change],
    liked: Mapping[str, Paper],
    taught: Mapping[str, Taste],
) -> tuple[Digest, list[int]]:
    """The edition of *day* for the first of *profiles*; for each other one how many papers it loses below the floor."""
    whole, *others = rank(bot, changes, profiles, liked, taught)
    profile = profiles[0]
    picks = unknown_to(profile, whole.picks, liked, {})
    digest = compose(profile, day, picks, len(changes), similarity=kinship)
    sections = tuple(replace(one, picks=whole.reasoned(one.picks)) for one in digest.sections)
    fit = _fit(profile, picks)
    return replace(digest, sections=sections), [len(fit - _fit(profile, other.picks)) for other in others]


def _fit(profile: Profile, picks: Sequence[Pick]) -> set[str]:
    return {pick.change.paper.id for pick in picks if pick.score >= profile.floor}


def _without_each(profile: Profile) -> Iterator[tuple[tuple[str, str], Profile]]:
    """*profile* without one keyword of one interest, for each of the first `MOST_KEYWORDS`."""
    keywords = [(n, word) for n, interest in enumerate(profile.interests) for word in interest.keywords]
    for n, word in keywords[:MOST_KEYWORDS]:
        interests = list(profile.interests)
        left = tuple(other for other in interests[n].keywords if other != word)
        interests[n] = replace(interests[n], keywords=left)
        yield (profile.interests[n].name, word), replace(profile, interests=tuple(interests))


def _named(profile: Profile, changes: Sequence[Change]) -> Counter[tuple[str, str]]:
    """How many of the papers of *changes* name each keyword, as ranking looks for it."""
    from digest.ranking.folding import folded, texts

    said = [texts(change.paper) for change in changes]
    return Counter(
        {
            (interest.name, word): sum(folded(word) in text for text in said)
            for interest in profile.interests
            for word in interest.keywords
        }
    )


def _sent(bot: Bot, name: str, day: date) -> Digest | None:
    digest = bot.store.digest(name, day)
    return digest if digest is not None and digest.is_sent else None
