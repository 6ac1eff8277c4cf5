"""The English words of the app, in one place. They hold no markup but Slack's own; names come in escaped."""

from __future__ import annotations

from collections.abc import Mapping

from digest.render.wording import VOTES as VOTES

UNDO = "Undo"
OLD = "This button is too old, or none of mine. The papers of today have new ones: `/papers today`."
UNDONE = "Taken back: nothing is learned from it."
REACTED = "Take the reaction away to undo that."
_VOTED = {
    "more": "Noted: more like this.",
    "less": "Noted: not for you.",
    "save": "Saved. Your Home tab lists what you saved.",
}
_TALLIED = {"more": "more like this", "less": "not for me", "save": "saved"}


def voted(opinion: str, title: str) -> str:
    """What somebody hears who voted."""
    return f"{_VOTED[opinion]} _{title}_"


def tally(counts: Mapping[str, int]) -> str:
    """How the votes stand: "2 more like this · 1 saved"; "" without any."""
    return " · ".join(f"{counts[opinion]} {words}" for opinion, words in _TALLIED.items() if counts.get(opinion))
