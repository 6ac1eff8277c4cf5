"""The last seven days of a profile as the tuner shows them: what would have been sent beside what was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from digest.model import Digest, Profile
from digest.pipeline.trying import KeywordUse, Trial, TriedDay
from digest.render.latex import readable
from digest.text import clean
from digest.web import words_tuner as said
from digest.web.site import Site

PATIENCE = 8.0
"""Seconds that a request waits for another one's trial; less than a request may take."""

Title = tuple[str, bool]
"""The title of a paper, and whether it stands only on this side."""


@dataclass(frozen=True, slots=True)
class DayView:
    """One edition: the titles on both sides."""

    day: str
    would: tuple[Title, ...]
    was: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class TrialView:
    """What the tuner shows of a trial; *idle* are the days on which nothing would have come, and nothing came."""

    days: tuple[DayView, ...]
    idle: tuple[str, ...]
    keywords: tuple[KeywordUse, ...]
    warnings: tuple[str, ...]


def preview(site: Site, profile: Profile) -> TrialView | None:
    """Try *profile* out, one at a time, since it takes a core for a second; None when that takes too long."""
    if site.trial is None or not site.trying.acquire(timeout=PATIENCE):
        return None
    try:
        return _viewed(site.trial(profile), profile.name)
    finally:
        site.trying.release()


def _viewed(trial: Trial, name: str) -> TrialView:
    warnings = tuple(clean(one).removeprefix(f"profile {name}, ") for one in trial.warnings)
    idle = [one for one in trial.days if not one.would.picks and not (one.was and one.was.picks)]
    days = tuple(_day(one) for one in trial.days if one not in idle)
    return TrialView(days, tuple(said.short_date(one.day) for one in idle), trial.keywords, warnings)


def _day(tried: TriedDay) -> DayView:
    would, was = _titles(tried.would), _titles(tried.was) if tried.was else {}
    return DayView(
        said.day(tried.day),
        tuple((title, paper not in was) for paper, title in would.items()),
        tuple((title, paper not in would) for paper, title in was.items()),
    )


def _titles(digest: Digest) -> dict[str, str]:
    """The papers that are shown in full, by their ids."""
    return {pick.change.paper.id: readable(pick.change.paper.title) for pick in digest.picks}


@cache
def zones() -> tuple[str, ...]:
    """The time zones to choose from: regions and cities."""
    return tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))
