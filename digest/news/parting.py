"""Two papers taken for one, and one taken apart again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from digest import matching
from digest.matching import Match
from digest.model import Dump, Join, Known, Seen, Sighting
from digest.news.joining import TEXTS, merge, resettled, weight

BY_HAND = "by hand"
_NOBODY = Seen("", None, "none")


def joined(before: Known, match: Match, sighting: Sighting, dump: Dump) -> Join | None:
    """Return what must be remembered of a match so that it can be undone, or None where it changes no text.

    An id leaves no doubt; the same title with the same abstract, or without one, is the same paper seen again.
    """
    paper, known = sighting.paper, before.paper
    again = matching.normal_title(paper.title) in {*before.titles, matching.normal_title(known.title)}
    said, theirs = (matching.normal_title(text or "") for text in (paper.abstract, known.abstract))
    if match.reason in matching.SURE or (again and (not said or said == theirs)):
        return None
    return Join(merge(None, sighting, dump), before, match.reason, match.similarity)


def unite(one: Known, other: Known) -> Known:
    """Take *other* for *one*, whose id stays: the texts and counts that would be there had it been one from the first.

    Of a dump that shows both, the row of *one* counts.
    """
    seen = {each.dump_id: each for each in (*other.seen, *one.seen)}
    fields, texts_from = dict[str, Any](), dict(one.texts_from)
    for name in TEXTS:
        mine, theirs = getattr(one.paper, name), getattr(other.paper, name)
        if theirs is not None and (mine is None or _weighs(theirs, other, name) > _weighs(mine, one, name)):
            fields[name], texts_from[name] = theirs, other.texts_from.get(name, "")
    return replace(
        one,
        paper=resettled(replace(one.paper, **fields), tuple(seen.values())),
        seen=tuple(sorted(seen.values(), key=lambda each: each.dump_id)),
        texts_from=dict(sorted(texts_from.items())),
        shows=one.shows | other.shows,
        titles=tuple(sorted({*one.titles, *other.titles})),
        causes=one.causes | other.causes,
        names=one.names | other.names,
    )


def _weighs(value: Any, known: Known, name: str) -> tuple[Any, ...]:
    giver = next((each for each in known.seen if each.dump_id == known.texts_from.get(name)), _NOBODY)
    return weight(value, giver)


def without(known: Known, join: Join, gone: Collection[Seen]) -> Known:
    """Return *known* as if the paper of *join*, with the sightings *gone*, had never been taken for it.

    A text that came with these gives way to the one of before; a better one that another dump showed meanwhile comes
    back when that is seen again.
    """
    left = tuple(each for each in known.seen if each not in gone)
    dumps = {each.dump_id for each in gone}
    fields, texts_from = dict[str, Any](), dict(known.texts_from)
    for name in TEXTS:
        if texts_from.get(name) in dumps:
            fields[name] = getattr(join.before.paper, name)
            texts_from[name] = join.before.texts_from.get(name, "")
    own = {*join.before.titles, matching.normal_title(join.before.paper.title)}
    return replace(
        known,
        paper=resettled(replace(known.paper, **fields), left),
        seen=left,
        texts_from={name: dump for name, dump in sorted(texts_from.items()) if dump},
        titles=tuple(title for title in known.titles if title in own or title not in join.found.titles),
        names=known.names - (join.found.names - join.before.names),
    )


def apart(join: Join, seen: Collection[Seen]) -> Known:
    """Return what was taken for another paper as one of its own again, with the sightings that go with it."""
    found = join.found
    return replace(found, paper=resettled(found.paper, tuple(seen)), seen=tuple(seen))
