"""A command as its answers see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.slack_app import blocks, words
from digest.slack_app.blocks import Block


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, in which channel, and what stands after the verb."""

    user: str
    channel: str
    text: str


def what(verb: str) -> Sequence[Block]:
    """The answer to a verb without what it needs."""
    return [blocks.section(words.WHAT.format(verb=verb))]
