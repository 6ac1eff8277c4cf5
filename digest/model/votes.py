"""What readers say of papers, and what the bot makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Opinion = Literal["more", "less", "save"]


@dataclass(frozen=True, slots=True)
class Vote:
    """*person* said *opinion* of the paper of this id, in *profile*; "" is whoever reads the profile's mail."""

    profile: str
    person: str
    paper: str
    opinion: Opinion
    at: datetime


@dataclass(frozen=True, slots=True)
class LearnedTerm:
    """A word or phrase as papers write it; *weight* in [-1, 1], below 0 for what the reader does not want."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class LearnedPaper:
    """A paper that was voted on, by its *id*; *weight* in [-1, 1] is what it counts now: age, people, agreement."""

    id: str
    title: str
    weight: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What votes taught of one profile, strongest first."""

    terms: tuple[LearnedTerm, ...] = ()
    papers: tuple[LearnedPaper, ...] = ()
