"""Would the bot have found what a reader likes? Each like is left out in turn and ranked among a recent month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from digest.model import Interest, Paper, Profile
from digest.ranking import Background
from digest.ranking.feedback import NO_TASTE, Taste

if TYPE_CHECKING:
    from digest.pipeline.meaning import Meaning

_TOP = 10


@dataclass(frozen=True, slots=True)
class Left:
    """One like that was left out: its *place* from 1 among *among* papers, by what the rest of *interest* says."""

    interest: str
    title: str
    place: int
    among: int


@dataclass(frozen=True, slots=True)
class LeavingReport:
    """Where each like of *profile* came out; *unknown* are likes that no known paper or file tells more about."""

    profile: str
    found: tuple[Left, ...]
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        places = [one.place for one in self.found]
        return {
            "profile": self.profile,
            "likes": [
                {"interest": one.interest, "title": one.title, "place": one.place, "among": one.among}
                for one in self.found
            ],
            "unknown": list(self.unknown),
            "median_place": median(places) if places else None,
            "top_10": sum(place <= _TOP for place in places),
        }

    def lines(self) -> Iterator[str]:
        """Yield a line per like, the best found first, and what they come to."""
        for one in sorted(self.found, key=lambda left: left.place):
            yield f"{one.place:5} of {one.among}  {one.title[:90]}  ({one.interest})"
        for like in self.unknown:
            yield f"    – not known, so it cannot be ranked: {like[:90]}"
        if self.found:
            middle = median(one.place for one in self.found)
            first = sum(one.place <= _TOP for one in self.found)
            yield f"median place {middle:g}; {first} of {len(self.found)} among the first ten"
        else:
            yield "no like of this profile is among the known papers: nothing to measure"


def leave_each_out(
    profile: Profile,
    liked: Mapping[str, Paper],
    month: Sequence[Paper],
    background: Background,
    meaning: Meaning | None = None,
    taste: Taste = NO_TASTE,
) -> LeavingReport:
    """Rank each like of *profile* that *liked* knows among the papers of *month*, by all that the profile says else.

    *taste* is what votes taught of it; what they say of the like itself is left out too.

    Its own interest alone is asked, with its other likes; these are not among the candidates.
    """
    from digest.ranking.ranker import Ranker

    likes = [(interest, like) for interest in profile.interests for like in dict.fromkeys(interest.like)]
    known = [(interest, like) for interest, like in likes if like in liked]
    ours = {liked[like].title for _, like in known} | {liked[like].id for _, like in known}
    others = [paper for paper in month if paper.title not in ours and (not paper.id or paper.id not in ours)]
    candidates = [*others, *(liked[like] for _, like in known)]
    wishes = [
        replace(_without(profile, interest, like, liked), name=str(n)) for n, (interest, like) in enumerate(known)
    ]
    found = []
    tastes = {wish.name: taste.beside(liked[like]) for wish, (_, like) in zip(wishes, known, strict=True)}
    meanings = meaning.of(candidates, wishes, liked, tastes=tastes) if meaning else None
    for n, order in enumerate(Ranker(background).orders(candidates, wishes, liked, meanings, tastes)):
        own = len(others) + n
        ahead = sum(one < len(others) for one in order[: order.index(own)]) if own in order else len(others)
        interest, like = known[n]
        found.append(Left(interest.name, liked[like].title, ahead + 1, len(others) + 1))
    return LeavingReport(profile.name, tuple(found), tuple(like for _, like in likes if like not in liked))


def _without(profile: Profile, interest: Interest, like: str, liked: Mapping[str, Paper]) -> Profile:
    """*profile* with nothing but *interest*, and that without any name of the paper that *like* means."""
    rest = tuple(other for other in interest.like if other != like and liked.get(other) != liked[like])
    return replace(profile, interests=(replace(interest, like=rest),), mute=(), surprise=0)
