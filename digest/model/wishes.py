"""Who wants what: profiles, interests, targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from digest.model.news import Cause

Quiet = Literal["silent", "note", "auto"]
"""What a reader gets on a day without papers: nothing, a note, or a note only when something may be broken."""


@dataclass(frozen=True, slots=True)
class Interest:
    """One topic of a profile; *about* is prose, *keywords* words and phrases, *like* arXiv ids, URLs or titles.

    *authors* and *organisations* are followed: what comes from them fits. *avoid* lowers a score, *weight* is
    the interest's share of the room.
    """

    name: str
    about: str = ""
    keywords: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    weight: float = 1.0
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a digest goes: *address* is a mail address, a Slack channel ID or a folder name."""

    channel: str
    address: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


@dataclass(frozen=True, slots=True)
class Profile:
    """A subscriber, as the config file states it. *floor* in [0, 1]: papers that score less are not sent.

    A paper known to have fewer upvotes or comments than the least asked for is not offered. *surprise* is how many
    papers from outside the interests are offered beside the others. *members* are the profiles of a team, by name: its
    digest says whom of them a paper fits who *share* that. *look_back* is the weekday and the time at which the week is
    looked back upon, "" for never.
    """

    name: str
    timezone: str
    schedule: str
    deliver: tuple[Target, ...]
    interests: tuple[Interest, ...] = ()
    limit: int = 10
    floor: float = 0.5
    mute: tuple[str, ...] = ()
    updates: tuple[Cause, ...] = ("code", "surge")
    title: str = ""
    enabled: bool = True
    least_upvotes: int = 0
    least_comments: int = 0
    surprise: int = 0
    quiet: Quiet = "auto"
    members: tuple[str, ...] = ()
    share: bool = False
    look_back: str = ""
