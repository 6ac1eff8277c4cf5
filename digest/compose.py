"""From the ranked picks of a profile to the digest that its reader sees."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from digest.model import Digest, Paper, Pick, Profile, Section

MAX_ALSO = 15
MAX_UPDATES = 2
TOO_ALIKE = 0.5
"""Two papers this similar do not stand side by side; for `title_overlap`, half of all content words in common."""

Similarity = Callable[[Paper, Paper], float]

_WORD = re.compile(r"[^\W_]{3,}")
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the and for with from via using towards toward into over are can how what when why not its our your new"
        " learning models model based approach method",
    )
)


def compose(
    profile: Profile,
    day: date,
    picks: Sequence[Pick],
    considered: int,
    *,
    notes: tuple[str, ...] = (),
    similarity: Similarity | None = None,
) -> Digest:
    """Choose and order what *profile* is shown on *day*; the same input gives the same digest.

    *picks* may come in any order; *considered* counts candidates before mute, floor and limit.
    Below the profile's floor nothing is shown, so a quiet day gives a digest without sections.
    At most `profile.limit` picks are shown in full, at most two of them updates; interests share
    the room by weight, sections stand in the order of their best pick, and within a section the
    rank is kept but where two papers nearly alike would touch. Up to 15 more are named under *also*.
    *similarity* of two papers in [0, 1] defaults to `title_overlap`.
    """
    fit = _at_most_two_updates(_above_floor(profile, picks))
    shown = _share(profile, fit)
    taken = {id(pick) for pick in shown}
    also = [pick for pick in fit if id(pick) not in taken][:MAX_ALSO]
    return Digest(
        profile=profile.name,
        date=day,
        sections=_sections(shown, similarity or title_overlap),
        also=tuple(also),
        considered=considered,
        left_out=max(0, considered - len(shown) - len(also)),
        notes=notes,
    )


def title_overlap(one: Paper, other: Paper) -> float:
    """How much of their titles' content words two papers share, in [0, 1] (Jaccard)."""
    mine, theirs = _words(one.title), _words(other.title)
    union = len(mine | theirs)
    return len(mine & theirs) / union if union else 0.0


def _words(title: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(title.casefold()) if word not in _EMPTY_WORDS)


def _above_floor(profile: Profile, picks: Sequence[Pick]) -> list[Pick]:
    """Picks at or above the floor, best first, each paper once (an equal score keeps the given order)."""
    best = sorted((p for p in picks if math.isfinite(p.score)), key=lambda p: -p.score)
    seen: set[object] = set()
    kept = []
    for pick in best:
        key = pick.change.paper.id or pick.change.paper
        if pick.score >= profile.floor and key not in seen:
            seen.add(key)
            kept.append(pick)
    return kept


def _at_most_two_updates(picks: Sequence[Pick]) -> list[Pick]:
    """*picks* without the updates that come after the first `MAX_UPDATES`."""
    updates = 0
    kept = []
    for pick in picks:
        updates += pick.change.kind == "updated"
        if pick.change.kind == "new" or updates <= MAX_UPDATES:
            kept.append(pick)
    return kept


def _share(profile: Profile, fit: Sequence[Pick]) -> list[Pick]:
    """The picks to show: each next seat goes to the interest furthest below its share by weight.

    Seats by highest averages with odd divisors (Webster/Sainte-Laguë), which favours neither the
    heavy nor the light; a tie goes to the better pick. Within an interest the best come first.
    """
    queues: dict[str, list[Pick]] = {}
    for pick in fit:
        queues.setdefault(pick.interest, []).append(pick)
    weight: Mapping[str, float] = {interest.name: interest.weight for interest in profile.interests}
    seats = dict.fromkeys(queues, 0)
    shown: list[Pick] = []
    while queues and len(shown) < profile.limit:
        name = max(queues, key=lambda n: (weight.get(n, 1.0) / (2 * seats[n] + 1), queues[n][0].score))
        shown.append(queues[name].pop(0))
        seats[name] += 1
        if not queues[name]:
            del queues[name]
    return shown


def _sections(shown: Sequence[Pick], similarity: Similarity) -> tuple[Section, ...]:
    """*shown* grouped by interest, the section with the best pick first."""
    groups: dict[str, list[Pick]] = {}
    for pick in sorted(shown, key=lambda p: -p.score):
        groups.setdefault(pick.interest, []).append(pick)
    return tuple(Section(name, _apart(picks, similarity)) for name, picks in groups.items())


def _apart(picks: Sequence[Pick], similarity: Similarity) -> tuple[Pick, ...]:
    """*picks* in rank order, but one too alike its neighbour waits until another stands between, if one is left."""
    waiting = list(picks)
    placed: list[Pick] = []
    while waiting:
        fits = (
            pick for pick in waiting if not placed or similarity(placed[-1].change.paper, pick.change.paper) < TOO_ALIKE
        )
        following = next(fits, waiting[0])
        waiting.remove(following)
        placed.append(following)
    return tuple(placed)
