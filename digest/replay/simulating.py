"""The bot's own way through past days: take in each day's dumps, serve each profile when it is due, send nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest import schedule
from digest.compose import compose
from digest.errors import Fault
from digest.model import Capture, Change, Digest, EditionReport, Paper, Profile, Settings
from digest.pipeline import Bot, prepare
from digest.pipeline.candidates import NEW_PROFILE_SEES, liked_papers
from digest.pipeline.ingest import record
from digest.pipeline.making import rank
from digest.render import Renderer
from digest.store import Store

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper of an edition: its title, its score, and its interest."""

    title: str
    score: float
    interest: str
    arxiv_id: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """What one profile would have been sent on *day*, a local date."""

    day: date
    considered: int
    picks: tuple[Shown, ...] = ()


@dataclass(slots=True)
class Course:
    """One profile through all days.

    *likes_seen*: papers that it likes and that came in meanwhile; *likes_shown*: those of them that would have been
    shown on their day if the profile had not named them, by all else that it says.
    """

    profile: str
    editions: list[Edition] = field(default_factory=list)
    likes: int = 0
    likes_seen: int = 0
    likes_shown: int = 0

    @property
    def picks(self) -> int:
        """Papers shown in all."""
        return sum(len(edition.picks) for edition in self.editions)

    @property
    def quiet(self) -> int:
        """Editions without a paper."""
        return sum(not edition.picks for edition in self.editions)

    @property
    def considered(self) -> int:
        """Candidates in all."""
        return sum(edition.considered for edition in self.editions)


class _Unheard(Renderer):
    """The voice of a bot that nobody hears: what would be said is not put into words."""

    def rehearse(
        self, digest: Digest, profile: Profile, *, proven: bool = False
    ) -> tuple[Digest, tuple[Fault, ...], tuple[Fault, ...]]:
        """Take every paper for sayable."""
        return digest, (), ()


@dataclass(slots=True)
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


def replay(
    dumps: Mapping[date, Sequence[Capture]],
    settings: Settings,
    profiles: Sequence[Profile],
    first: date,
    last: date,
    *,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> list[Course]:
    """Live through *first* to *last*, both included, and return what each of *profiles* would have been sent.

    A dump is there from the first minute (UTC) of its day; dumps before *first* were seen before, so their
    papers are not new. An edition is made at the profile's own time. The store is in memory and forgotten.
    """
    clock = _Clock(min(_midnight(min([first, *dumps])), _midnight(first) - 2 * NEW_PROFILE_SEES))
    courses = {one.name: Course(one.name, likes=len({k for i in one.interests for k in i.like})) for one in profiles}
    with Store.open("sqlite://", now=clock.now) as store:
        settings = replace(settings, profiles=tuple(profiles), sources=())
        rng = random.Random(0)  # noqa: S311 nothing is sent, nothing drawn
        bot = Bot(settings, store, _Unheard(), {}, clock, rng)
        waiting = sorted(day for day in dumps if day <= last)
        total, long_before = (last - first).days + 1, _midnight(first) - 2 * NEW_PROFILE_SEES
        for instant, due in _moments(profiles, first, last):
            day = max(_local_day(instant, profile) for profile in due)
            progress((day - first).days, total, day.isoformat())
            while waiting and waiting[0] <= day:
                came = waiting.pop(0)
                clock.now = min(max(_midnight(came), clock.now), instant if came >= first else long_before)
                changes = _take_in(store, dumps[came], clock.now)
                if came >= first:
                    _ask_for_likes(bot, changes, profiles, courses, came)
            clock.now = instant
            _serve(bot, due, courses)
    return list(courses.values())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _local_day(instant: datetime, profile: Profile) -> date:
    return instant.astimezone(ZoneInfo(profile.timezone)).date()


def _moments(profiles: Sequence[Profile], first: date, last: date) -> Iterator[tuple[datetime, list[Profile]]]:
    """Every instant at which somebody is due on a local date from *first* to *last*, in order, with those who are."""
    rules = {one.name: (schedule.parse(one.schedule), ZoneInfo(one.timezone)) for one in profiles}
    start = _midnight(first) - _DAY
    coming = {one.name: schedule.next_due(*rules[one.name], start) for one in profiles}
    while coming:
        instant = min(coming.values())
        due = [one for one in profiles if coming.get(one.name) == instant]
        for one in due:
            following = schedule.next_due(*rules[one.name], instant)
            coming[one.name] = following
            if _local_day(following, one) > last:
                del coming[one.name]
        due = [one for one in due if first <= _local_day(instant, one) <= last]
        if due:
            yield instant, due


def _take_in(store: Store, captures: Sequence[Capture], now: datetime) -> tuple[Change, ...]:
    """Record the dumps of a day and return the news in them."""
    before = store.last_change()
    for capture in captures:
        with store.writing() as writer:
            if writer.dump(capture.dump.id) is None:
                record(writer, capture, "", now)
    return store.changes_after(before)


def _serve(bot: Bot, due: Sequence[Profile], courses: Mapping[str, Course]) -> None:
    settings = replace(bot.settings, profiles=tuple(due))
    reports, _, _ = prepare(replace(bot, settings=settings), bot.clock(), due_only=True)
    for report in reports:
        courses[report.profile].editions.append(_edition(bot.store, report))


def _edition(store: Store, report: EditionReport) -> Edition:
    digest = store.digest(report.profile, report.date) if report.picks else None
    return Edition(
        report.date,
        report.considered,
        tuple(
            Shown(pick.change.paper.title, pick.score, pick.interest, pick.change.paper.arxiv_id)
            for pick in (digest.picks if digest else ())
        ),
    )


def _ask_for_likes(
    bot: Bot, changes: Sequence[Change], profiles: Sequence[Profile], courses: Mapping[str, Course], day: date
) -> None:
    """Count the liked papers among *changes*, and which of them a profile that does not name them would be shown."""
    new = {change.paper.id for change in changes if change.kind == "new"}
    if not new or not any(course.likes for course in courses.values()):
        return
    liked = liked_papers(bot, profiles)
    asked = []
    for profile in profiles:
        mine = {like: liked[like].id for i in profile.interests for like in i.like if like in liked}
        asked += [(profile, paper) for paper in dict.fromkeys(mine.values()) if paper in new]
    unaware = [_without(profile, paper, liked) for profile, paper in asked]
    for (profile, paper), ranked in zip(asked, rank(bot, changes, unaware, liked), strict=True):
        digest = compose(profile, day, ranked.picks, len(changes))
        courses[profile.name].likes_seen += 1
        courses[profile.name].likes_shown += any(pick.change.paper.id == paper for pick in digest.picks)


def _without(profile: Profile, paper: str, liked: Mapping[str, Paper]) -> Profile:
    """*profile* as if it did not like *paper*."""

    def others(likes: Sequence[str]) -> tuple[str, ...]:
        return tuple(like for like in likes if like not in liked or liked[like].id != paper)

    return replace(profile, interests=tuple(replace(i, like=others(i.like)) for i in profile.interests))
