"""Join sightings to what is known of a paper.

The join does not depend on the order in which dumps arrive: of two counts the newer dump's wins, of two texts that of
the later version, then the longer one, then the dump id decides. What is fetched again from an address replaces what
was read there before, also where it is shorter: the site corrected it. Only the id of a paper, which says where it
was met first, follows the order of arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import Any

from digest import dates, matching
from digest.model import Capture, Dump, Known, Paper, Seen, Sighting

TEXTS = (
    "title",
    "abstract",
    "authors",
    "num_authors",
    "url",
    "arxiv_id",
    "code_url",
    "keywords",
    "summary",
    "organisation",
    "project_url",
    "stars",
    "submitter",
)
_COUNTS = ("upvotes", "num_comments")
_SURE = {"given": 3, "filename": 3, "fetch": 3, "header": 2, "corrected": 2, "guess": 1, "none": 0}


def new_id(dump_id: str, position: int) -> str:
    """Return the permanent id of a paper that was first met at *position* of a dump; 20 hex digits."""
    return blake2b(f"{dump_id}:{position}".encode(), digest_size=10).hexdigest()


def assign(capture: Capture, candidates: Sequence[Sequence[Known]]) -> tuple[Known | None, ...]:
    """Say which known paper each sighting is, or None; a page shows a paper once, so the surest claim has it."""
    return tuple(found[0] if found else None for found in matches(capture, candidates))


def matches(capture: Capture, candidates: Sequence[Sequence[Known]]) -> tuple[tuple[Known, matching.Match] | None, ...]:
    """Say which known paper each sighting is, as `assign` does, and by which rule."""
    found: dict[int, tuple[Known, matching.Match]] = {}
    waiting = list(range(len(capture.sightings)))
    while waiting:
        taken = {known.paper.id for known, _ in found.values()}
        claims: list[tuple[bool, float, int, Known, matching.Match]] = []
        for at in waiting:
            open_ = [known for known in candidates[at] if known.paper.id not in taken]
            if match := matching.best_match(capture.sightings[at].paper, open_):
                known = next(known for known in open_ if known.paper.id == match.id)
                claims.append((match.reason not in matching.SURE, -match.similarity, at, known, match))
        waiting = []
        for _, _, at, known, match in sorted(claims, key=lambda claim: claim[:3]):
            if known.paper.id in taken:
                waiting.append(at)
            else:
                taken.add(known.paper.id)
                found[at] = known, match
    return tuple(found.get(at) for at in range(len(capture.sightings)))


def merge(known: Known | None, sighting: Sighting, dump: Dump) -> Known:
    """Join a sighting to what is known of its paper; the same for any order and any repetition of sightings."""
    seen = _seen(sighting, dump)
    if known is None:
        texts_from = {name: dump.id for name in TEXTS if getattr(sighting.paper, name) is not None}
        paper = replace(sighting.paper, id=sighting.paper.id or new_id(dump.id, sighting.position))
        known = Known(paper, (), texts_from, dump.shows)
    by_dump = {one.dump_id: one for one in known.seen}
    by_dump[dump.id] = max(seen, by_dump.get(dump.id, seen), key=lambda one: (age(one)[:2], repr(one)))
    fields, texts_from = dict[str, Any](), dict(known.texts_from)
    for name in TEXTS:
        value, theirs = getattr(sighting.paper, name), getattr(known.paper, name)
        giver = by_dump.get(texts_from.get(name, ""), seen)
        if value is not None and (theirs is None or _wins(value, seen, theirs, giver)):
            fields[name], texts_from[name] = value, dump.id
    title = matching.normal_title(sighting.paper.title)
    return replace(
        known,
        paper=resettled(replace(known.paper, **fields), tuple(by_dump.values())),
        seen=tuple(sorted(by_dump.values(), key=lambda one: one.dump_id)),
        texts_from=dict(sorted(texts_from.items())),
        shows=known.shows | dump.shows,
        titles=tuple(sorted({*known.titles, title} - {""})),
        names=known.names | matching.other_names(sighting.paper),
    )


def _wins(value: Any, seen: Seen, theirs: Any, giver: Seen) -> bool:
    """Whether *value* of the sighting *seen* is to stand in the place of *theirs*, which *giver* showed."""
    if _replaces(seen, giver) or _replaces(giver, seen):
        return _replaces(seen, giver)
    return weight(value, seen) > weight(theirs, giver)


def redate(known: Known, dump: Dump) -> Known:
    """Take in that the guessed day of *dump* was corrected: its count may win now, its year-less date moves."""
    seen = tuple(_redated(one, dump) if one.dump_id == dump.id else one for one in known.seen)
    return replace(known, seen=seen, paper=resettled(known.paper, seen))


def _redated(one: Seen, dump: Dump) -> Seen:
    published = dates.published_on(one.shown, dump.captured_on) if one.shown else one.published
    return replace(one, captured_on=dump.captured_on, dated_by=dump.dated_by, published=published)


def _seen(sighting: Sighting, dump: Dump) -> Seen:
    paper = sighting.paper
    return Seen(
        dump_id=dump.id,
        captured_on=dump.captured_on,
        dated_by=dump.dated_by,
        shown=sighting.shown,
        published=paper.published,
        upvotes=paper.upvotes,
        num_comments=paper.num_comments,
        version=paper.version,
        place=dump.place,
        read_at=dump.fetched_at if dump.place else None,
    )


def _replaces(new: Seen, old: Seen) -> bool:
    """Whether *new* was read at the place where *old* had been read before: then its texts are the corrected ones."""
    if not new.place or new.place != old.place or new.read_at is None or old.read_at is None:
        return False
    return new.read_at > old.read_at and (new.version or 1) >= (old.version or 1)


def weight(value: Any, seen: Seen) -> tuple[Any, ...]:
    """Sort key of a field's value: the later version, the fuller text, then the dump id."""
    size = value if isinstance(value, int) else len(value)
    return seen.version or 1, size, seen.dump_id, value


def age(one: Seen) -> tuple[date, float, str]:
    """Sort key of a sighting: its day, undated ones first, the instant it was fetched at, then the dump id."""
    return one.as_of or date.min, one.read_at.timestamp() if one.read_at else 0.0, one.dump_id


def resettled(paper: Paper, seen: Collection[Seen]) -> Paper:
    """Take counts from the newest dump that shows one, the date from the sighting that knows its year best."""
    counts: dict[str, Any] = {}
    for name in _COUNTS:
        shown = [one for one in seen if getattr(one, name) is not None]
        counts[name] = getattr(max(shown, key=age), name) if shown else None
    dated = [one for one in seen if one.published]
    best = max(dated, key=_certainty).published if dated else None
    versions = [one.version for one in seen if one.version is not None]
    return replace(paper, **counts, published=best, version=max(versions, default=None))


def _certainty(one: Seen) -> tuple[bool, int, date, float, str]:
    with_year = one.shown is None or one.shown.year is not None
    return with_year, _SURE[one.dated_by], *age(one)
