"""Choose, spread, and lay out in sections: what one profile is shown for one local date."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from digest.compose.sharing import Similarity, share
from digest.model import Change, Digest, Paper, Pick, Profile, Section

MAX_ALSO = 15
MAX_UPDATES = 2
TOO_ALIKE = 0.5
"""Two papers this similar do not stand side by side; for `title_overlap`, half of all content words in common."""

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
    Below the profile's floor nothing is shown but what is marked as a surprise, and that only beside
    others, so a quiet day gives a digest without sections. At most `profile.limit` picks are shown in
    full, at most two of them updates. Interests share the room by weight and by how good their day is;
    each with something clearly above the floor has a seat while there are enough. What says the same as
    a paper shown already waits behind what is nearly as good. Sections stand in the order of their best
    pick, and within one the rank is kept but where two papers nearly alike would touch. Up to 15 more
    are named under *also*, without what one line does not need. No pick keeps its parts: a digest is
    stored for each edition, and what asks for parts ranks anew.
    *similarity* of two papers in [0, 1] defaults to `title_overlap`.
    """
    near = similarity or title_overlap
    fit = _at_most_two_updates(_above_floor(profile, picks))
    inside = [pick for pick in fit if not _is_surprise(pick)]
    surprises = [pick for pick in fit if _is_surprise(pick)][: profile.limit - 1] if inside else []
    shown = share(profile, inside, profile.limit - len(surprises), near) + surprises
    taken = {id(pick) for pick in shown}
    also = [pick for pick in inside if id(pick) not in taken][:MAX_ALSO]
    return Digest(
        profile=profile.name,
        date=day,
        sections=_sections(shown, near),
        also=tuple(map(_one_line, also)),
        considered=considered,
        left_out=max(0, considered - len(shown) - len(also)),
        notes=notes,
    )


def _is_surprise(pick: Pick) -> bool:
    return bool(pick.reasons) and any(reason.kind == "surprise" for reason in pick.reasons)  # most have none yet


def _one_line(pick: Pick) -> Pick:
    """*pick* with what is needed to name it and to offer it: its texts can be looked up by its id."""
    change = pick.change
    named = Change(without_texts(change.paper), change.kind, change.cause, change.fields, change.id)
    return Pick(named, pick.score, pick.interest)


def _without_parts(pick: Pick) -> Pick:
    return Pick(pick.change, pick.score, pick.interest, pick.reasons)


@lru_cache(maxsize=4096)
def without_texts(paper: Paper) -> Paper:
    """*paper* for the lines of all who are shown it."""
    return replace(paper, abstract=None, authors=None, keywords=None, summary=None)


def title_overlap(one: Paper, other: Paper) -> float:
    """How much of their titles' content words two papers share, in [0, 1] (Jaccard)."""
    mine, theirs = _words(one.title), _words(other.title)
    union = len(mine | theirs)
    return len(mine & theirs) / union if union else 0.0


def _words(title: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(title.casefold()) if word not in _EMPTY_WORDS)


def _above_floor(profile: Profile, picks: Sequence[Pick]) -> list[Pick]:
    """What may be shown, best first and each paper once; picks of an equal score keep the given order."""
    best = sorted((p for p in picks if math.isfinite(p.score)), key=lambda p: -p.score)
    seen: set[object] = set()
    kept = []
    for pick in best:
        key = pick.change.paper.id or pick.change.paper
        if (pick.score >= profile.floor or _is_surprise(pick)) and key not in seen:
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


def _sections(shown: Sequence[Pick], similarity: Similarity) -> tuple[Section, ...]:
    """*shown* grouped by interest, the section with the best pick first."""
    groups: dict[str, list[Pick]] = {}
    for pick in sorted(shown, key=lambda p: -p.score):
        groups.setdefault(pick.interest, []).append(pick)
    return tuple(Section(name, tuple(map(_without_parts, _apart(picks, similarity)))) for name, picks in groups.items())


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
