"""What is worth telling about a paper: that it is new, and of a known one what changed, each cause once."""

from __future__ import annotations

from dataclasses import replace

from digest.model import Cause, Change, Dump, Known, Sighting
from digest.news.comparing import differ
from digest.news.joining import merge
from digest.news.surging import surge


def take(before: Known | None, sighting: Sighting, dump: Dump) -> tuple[Known, tuple[Change, ...]]:
    """Merge a sighting and say what is news about its paper; the causes told are marked, so each is told once."""
    after = merge(before, sighting, dump)
    found = changes(before, after)
    told = frozenset(change.cause for change in found if change.kind == "updated")
    return replace(after, causes=after.causes | told), found


def changes(before: Known | None, after: Known) -> tuple[Change, ...]:
    """Say what is news in *after*: a new paper, or what changed in a known one that was not told before.

    A count that moved and a field that was empty because no dump could show it are no news.
    """
    if before is None:
        return (Change(after.paper, "new"),)
    causes: dict[Cause, tuple[str, ...]] = {
        "text": _new_texts(before, after),
        "code": _new_code(before, after),
        "surge": surge(before, after),
    }
    return tuple(
        Change(after.paper, "updated", cause, fields)
        for cause, fields in causes.items()
        if fields and cause not in before.causes
    )


def _new_texts(before: Known, after: Known) -> tuple[str, ...]:
    if (after.paper.version or 1) <= (before.paper.version or 1):
        return ()
    return tuple(name for name in ("title", "abstract") if differ(before.paper, after.paper, name))


def _new_code(before: Known, after: Known) -> tuple[str, ...]:
    """A code link counts when earlier dumps could have shown one, and the one that does is no older than they."""
    if before.paper.code_url or not after.paper.code_url or "code_url" not in before.shows:
        return ()
    giver = next(one for one in after.seen if one.dump_id == after.texts_from["code_url"])
    days = [one.as_of for one in before.seen if one.as_of]
    older = giver.as_of and days and giver.as_of < max(days)
    return () if older else ("code_url",)
