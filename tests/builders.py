"""Values for tests, with sensible defaults: name only what the test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from digest.model import Change, Digest, Interest, Paper, Pick, Profile, Reason, Section, Target

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def a_paper(title: str = "Steerable Networks for Molecules", **fields: object) -> Paper:
    """A paper that was matched already; its id follows its title."""
    paper = Paper(
        title=title, abstract=f"{title} is studied here. We measure what helps.", id=f"id-{title.lower()}"[:40]
    )
    return replace(paper, **fields)  # type: ignore[arg-type]


def a_change(title: str = "Steerable Networks for Molecules", **fields: object) -> Change:
    """News of a new paper."""
    return Change(paper=a_paper(title, **fields), kind="new")


def a_profile(name: str = "ada", **fields: object) -> Profile:
    """A profile with one interest, delivered to a folder."""
    profile = Profile(
        name=name,
        timezone="UTC",
        schedule="daily 08:00",
        deliver=(Target("folder", name),),
        interests=(Interest(name="Equivariance", keywords=("steerable", "equivariant")),),
    )
    return replace(profile, **fields)  # type: ignore[arg-type]


def a_pick(title: str = "Steerable Networks for Molecules", score: float = 0.9, **fields: object) -> Pick:
    """A pick for its words."""
    return Pick(a_change(title, **fields), score, "Equivariance", (Reason("words", ("steerable",)),))


def a_digest(*titles: str, profile: str = "ada", day: date = date(2026, 11, 21)) -> Digest:
    """An edition that shows *titles* in one section."""
    picks = tuple(a_pick(title) for title in titles or ("Steerable Networks for Molecules",))
    return Digest(profile, day, (Section("Equivariance", picks),), considered=len(picks))
