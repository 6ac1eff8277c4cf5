"""What a person says of the identity of papers: these are one, this one is two."""

from __future__ import annotations

from datetime import datetime

from digest import matching, news
from digest.model import Change, Join, Known, Paper, Seen
from digest.store import Joined, Store


def merge_papers(store: Store, keep: Paper, gone: Paper, now: datetime) -> bool:
    """Take *gone* for *keep* from now on; False when that is so already."""

    def join(one: Known, other: Known) -> tuple[Known, Join]:
        return news.unite(one, other), Join(other, one, news.BY_HAND, 1.0)

    return store.merge_papers(keep.id, gone.id, join, now)


def split_paper(store: Store, joined: Joined, now: datetime) -> Change | None:
    """Undo a join: what was taken for another paper is new to every reader; None when it was undone before."""

    def part(known: Known, join: Join, seen: tuple[Seen, ...]) -> tuple[Known, Known]:
        return news.without(known, join, seen), news.apart(join, seen)

    return store.split_paper(joined, part, now)


def meant(joins: tuple[Joined, ...], which: str | None) -> tuple[Joined, ...]:
    """Return those of *joins* that a person may mean by *which*: a dump's file, its id, a title, a paper's id.

    Without *which* those that are not undone; undone ones only where there is no other.
    """
    said = which.strip() if which else ""
    title = matching.normal_title(said)
    found = [
        one
        for one in joins
        if not said
        or said in {one.where, one.where.rpartition("/")[2], one.dump_id, one.part, one.join.found.paper.id}
        or (len(said) >= 8 and one.dump_id.startswith(said))
        or (title and title in one.join.found.titles)
    ]
    return tuple(one for one in found if not one.split_at) or tuple(found[-1:])
