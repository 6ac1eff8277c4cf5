"""One dump against another, and when two values of a field differ in more than form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from digest import matching
from digest.model import Capture, Paper
from digest.news.joining import assign, merge


@dataclass(frozen=True, slots=True)
class Diff:
    """What NEW changes against OLD; *updated* pairs a paper with the names of its fields that changed."""

    new: tuple[Paper, ...]
    updated: tuple[tuple[Paper, tuple[str, ...]], ...]
    gone: tuple[Paper, ...]
    same: int


_COMPARED = ("title", "abstract", "authors", "num_authors", "code_url", "keywords", "summary", "organisation")


def diff(old: Capture, new: Capture) -> Diff:
    """Compare two dumps; counts that moved and fields that only one of the two can show leave a paper the same."""
    index = matching.Index(merge(None, sighting, old.dump) for sighting in old.sightings)
    matched = assign(new, [index.candidates(paper) for paper in new.papers])
    kept = {known.paper.id for known in matched if known}
    fresh, updated, same = [], [], 0
    for paper, known in zip(new.papers, matched, strict=True):
        if known is None:
            fresh.append(paper)
        elif fields := _changed_fields(known.paper, paper, old.dump.shows):
            updated.append((paper, fields))
        else:
            same += 1
    gone = tuple(s.paper for s in old.sightings if merge(None, s, old.dump).paper.id not in kept)
    return Diff(tuple(fresh), tuple(updated), gone, same)


def _changed_fields(old: Paper, new: Paper, could_show: Collection[str]) -> tuple[str, ...]:
    changed = [name for name in _COMPARED if differ(old, new, name)]
    if new.code_url and not old.code_url and "code_url" in could_show:
        changed.append("code_url")
    return tuple(changed)


def differ(old: Paper, new: Paper, name: str) -> bool:
    """Both show the field, and differ in more than form or in one being cut short."""
    a, b = getattr(old, name), getattr(new, name)
    if a is None or b is None or a == b:
        return False
    if name not in ("title", "abstract", "summary"):
        return True
    texts = [("".join(matching.words(text)), _is_cut(text, name)) for text in (a, b)]
    (short, cut), (long, _) = sorted(texts, key=lambda text: len(text[0]))
    return short != long and not (cut and long.startswith(short))


def _is_cut(text: str, name: str) -> bool:
    """A listing may cut a text: it ends in dots, or, where it is prose, in the middle of a sentence."""
    end = text.rstrip()
    return end.endswith(("…", "...")) or (name != "title" and not end.endswith((".", "!", "?")))
