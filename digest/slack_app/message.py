"""A posted message after a vote: the same blocks, each paper with its tally, every id new. Pure.

What a message is about is read from its own signed buttons, so that nothing has to be remembered of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.slack_app import blocks

Reads = Callable[[str], tuple[str, ...] | None]
"""Says what a button's value is about: profile, date, paper, opinion; None for whatever is not ours."""
_TALLY = "tally:"


@dataclass(frozen=True, slots=True)
class About:
    """The paper that some blocks of a message are about, in an edition of *profile* for *date*."""

    profile: str
    date: str
    paper: str


def abouts(message: Sequence[Mapping[str, Any]], reads: Reads) -> list[About]:
    """What the buttons of *message* are about, each paper once, in order."""
    found = (_about(block, reads) for block in message)
    return list(dict.fromkeys(one for one in found if one is not None))


def refreshed(
    message: Sequence[Mapping[str, Any]], reads: Reads, tallies: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    """The blocks of *message* with what *tallies* says, by paper, below its buttons.

    No id is one that the message had: Slack's clients keep what they show of a block whose id stays.
    """
    revision = 1 + max((_revision(block) for block in message), default=0)
    made: list[Mapping[str, Any]] = []
    kept = [block for block in message if not str(block.get("block_id", "")).startswith(_TALLY)]
    subjects = [_about(block, reads) for block in kept]
    for place, (block, about) in enumerate(zip(kept, subjects, strict=True)):
        bare = {name: value for name, value in block.items() if name != "block_id"}
        if about is None:
            made.append(bare)
            continue
        made.append({**bare, "block_id": f"{block['type']}:{place}:{revision}"})
        tally = tallies.get(about.paper, "")
        if tally and about not in subjects[place + 1 :]:
            made.append({**blocks.context(tally), "block_id": f"{_TALLY}{place}:{revision}"})
    return made


def _about(block: Mapping[str, Any], reads: Reads) -> About | None:
    for element in block.get("elements") or ():
        value = element.get("value") or (element.get("positive_button") or {}).get("value")
        read = reads(value) if isinstance(value, str) else None
        if read is not None:
            return About(*read[:3])
    return None


def _revision(block: Mapping[str, Any]) -> int:
    last = str(block.get("block_id", "")).rpartition(":")[2]
    return int(last) if last.isascii() and last.isdecimal() else 0
