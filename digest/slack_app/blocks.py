"""Blocks that the app itself writes, each within Slack's limits: pure. Texts of others come in through `mrkdwn`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from digest.render import slack

Block = Mapping[str, Any]
MAX_VALUE = 2_000


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn, with a button beside it if given."""
    block = {"type": "section", "text": _mrkdwn(slack.cut(text, slack.MAX_SECTION))}
    return {**block, "accessory": accessory} if accessory else block


def context(text: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [_mrkdwn(slack.cut(text, slack.MAX_SECTION))]}


def header(words: str) -> Block:
    """A heading, of plain text."""
    return {"type": "header", "text": plain(slack.cut(words, slack.MAX_HEADER))}


def button(words: str, action: str, value: str = "", *, about: str = "") -> Block:
    """A button that sends *action* with *value*; *about* names for a screen reader what it acts on."""
    made = {"type": "button", "action_id": action, "text": plain(slack.cut(words, slack.MAX_LABEL))}
    label = {"accessibility_label": slack.cut(f"{words}: {about}", slack.MAX_LABEL)} if about else {}
    return {**made, **({"value": value} if value else {}), **label}


def actions(*buttons: Block) -> Block:
    """Buttons in a row."""
    return {"type": "actions", "elements": list(buttons)}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "verbatim": True, "text": text}


def fitting(made: Sequence[Block], rest: str) -> list[Block]:
    """The first of *made* for which one message has room; *rest* stands below them where others had to be left out."""
    kept: list[Block] = []
    used = 0
    for block in made:
        used += slack.size(json.dumps(block, ensure_ascii=False))
        if used > slack.MAX_POST or len(kept) == slack.MAX_BLOCKS - 1:
            return [*kept, context(rest)]
        kept.append(block)
    return kept


def plain(words: str) -> Block:
    """Words without any markup."""
    return {"type": "plain_text", "emoji": False, "text": words}
