"""Slack's own rules: what must be escaped, how long things may be, and how a post too long is split."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from digest.model import Post
from digest.render import wording
from digest.render.addresses import safe_url

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
MAX_CONTEXT_ELEMENTS = 10
MAX_LABEL = 75
"""Of a button, what is on it and what a screen reader says."""
MAX_TEXT = 3_500
"""Slack advises at most 4,000 characters of top-level text."""
MAX_POST = 10_000
"""All of a post as JSON; Slack refuses an undocumented total of about 13,200 with msg_blocks_too_long."""

_GUARD = "\u200b"
_FORMATTING = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])")
_EMOJI_NAME = re.compile(r":(?=[A-Za-z0-9_+'-]+:)")
_ENTITY = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@lru_cache(maxsize=8192)
def mrkdwn(text: str) -> str:
    """*text* shown as it is in Slack: no mention, no link, no formatting, no emoji by name.

    Formatting characters get a zero-width space on both sides, so that none opens or closes anything.
    """
    text = _FORMATTING.sub(lambda found: f"{_GUARD}{found.group()}{_GUARD}", text)
    text = _EMOJI_NAME.sub(":" + _GUARD, text)
    if text.startswith(">"):
        text = _GUARD + text  # a quotation mark at the start of a line would indent it
    return text.translate(_ENTITY)


@lru_cache(maxsize=8192)
def link(url: str, words: str) -> str:
    """``<url|words>`` if *url* may be linked, else the words alone."""
    url = safe_url(url)
    label = mrkdwn(words)
    return f"<{url.replace('|', '%7C').translate(_ENTITY)}|{label}>" if url else label


def size(text: str) -> int:
    """Characters as Slack counts them: those beyond the basic plane count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """The beginning of *text*, at most *limit* characters, "…" at the end if cut; never within a visible character,
    an escape such as ``&lt;`` or a link.
    """
    if size(text) <= limit:
        return text
    kept = text[:limit]
    while size(kept) >= limit:
        kept = kept[:-1]
    while kept and _continues(text, len(kept)):
        kept = kept[:-1]
    while kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    entity = re.search(r"&[a-z]{0,4}$", kept)
    if entity and text[entity.start() :].startswith(("&amp;", "&lt;", "&gt;")):
        kept = kept[: entity.start()]
    return kept.rstrip() + "…"


def _continues(text: str, index: int) -> bool:
    """Whether the character at *index* belongs to the visible character before it."""
    if index >= len(text):
        return False
    here, before = text[index], text[index - 1]
    if before == "\u200d" or here == "\u200d" or "\ufe00" <= here <= "\ufe0f" or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if _is_flag(here) and _is_flag(before):
        return sum(1 for _ in _flags_before(text, index)) % 2 == 1
    return unicodedata.combining(here) != 0 or unicodedata.category(here) in {"Mn", "Mc", "Me"}


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, index: int) -> Iterator[str]:
    while index > 0 and _is_flag(text[index - 1]):
        index -= 1
        yield text[index]


@dataclass(slots=True)
class _Draft:
    """A post being filled."""

    text: str
    blocks: list[Mapping[str, Any]] = field(default_factory=list)
    used: int = 0


def posts(source: str) -> tuple[Post, ...]:
    """Read what the Slack template yields, a JSON array of {"text", "blocks"}, and fit it to Slack's limits.

    The first is the parent, the rest its thread. A text too long is cut or split, and blocks that a post
    has no room for go to a further post after it, announced in the first. Raises ValueError for anything
    but such an array.
    """
    made = json.loads(source)
    if not isinstance(made, list) or not made:
        raise ValueError("a Slack template must yield a JSON array of posts")
    done: list[Post] = []
    for post in made:
        if (
            not isinstance(post, dict)
            or not isinstance(post.get("text"), str)
            or not isinstance(post.get("blocks"), list)
        ):
            raise ValueError('each Slack post must be an object with "text" and "blocks"')
        done += _split(post["text"], post["blocks"])
    return tuple(done)


def _split(text: str, blocks: Sequence[Mapping[str, Any]]) -> list[Post]:
    """One post, or as many as its blocks need."""
    text = cut(text, MAX_TEXT)
    note = _context(wording.CONTINUED)
    room = MAX_POST - _weight(note)
    drafts = [_Draft(text, used=size(text))]
    for block in chain.from_iterable(map(_fit, blocks)):
        weight = _weight(block)
        last = drafts[-1]
        if last.blocks and (last.used + weight > room or len(last.blocks) >= MAX_BLOCKS - 1):
            last.blocks.append(note)
            last = _Draft(wording.CONTINUED)
            drafts.append(last)
        last.blocks.append(block)
        last.used += weight
    return [Post(draft.text, tuple(draft.blocks)) for draft in drafts]


def _weight(block: Mapping[str, Any]) -> int:
    return size(json.dumps(block, ensure_ascii=False)) + 1


def _fit(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """*block* within its own limits; a section too long becomes several, divided between lines."""
    text = block.get("text")
    if block.get("type") == "header" and isinstance(text, Mapping):
        yield {**block, "text": {**text, "text": cut(str(text.get("text", "")), MAX_HEADER)}}
    elif block.get("type") == "section" and isinstance(text, Mapping):
        for part in _lines(str(text.get("text", "")), MAX_SECTION):
            yield {**block, "text": {**text, "text": part}}
    elif block.get("type") == "context":
        elements = [_cut_element(element) for element in block.get("elements", ())]
        yield {**block, "elements": elements[:MAX_CONTEXT_ELEMENTS]}
    else:
        yield block


def _cut_element(element: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**element, "text": cut(str(element["text"]), MAX_SECTION)} if "text" in element else element


def _lines(text: str, limit: int) -> Iterator[str]:
    """*text* in parts of at most *limit* characters, divided between lines, a longer line cut."""
    part = ""
    for line in text.split("\n"):
        line = cut(line, limit)
        if part and size(part) + size(line) + 1 > limit:
            yield part
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    yield part or " "


def _context(words: str) -> Mapping[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}]}


def ordinary(post: Post) -> Post:
    """*post* with ordinary buttons in the place of a feedback element, which not every workspace takes."""
    return Post(post.text, tuple(map(_ordinary, post.blocks)))


def _ordinary(block: Mapping[str, Any]) -> Mapping[str, Any]:
    if block.get("type") != "context_actions":
        return block
    buttons = [
        {"type": "button", "action_id": f"vote_{opinion}", **element[side]}
        for element in block["elements"]
        for opinion, side in (("more", "positive_button"), ("less", "negative_button"))
        if side in element
    ]
    return {**block, "type": "actions", "elements": buttons}


def plain(post: Post) -> Post:
    """*post* without blocks, for the one attempt after Slack called them invalid: all it says, as text."""
    said = [line for block in post.blocks for line in _said(block)]
    return Post(cut("\n".join(said) or post.text, MAX_TEXT), ())


def _said(block: Mapping[str, Any]) -> Iterator[str]:
    text = block.get("text")
    if isinstance(text, Mapping):
        words = str(text.get("text", ""))
        yield words if text.get("type") == "mrkdwn" else mrkdwn(words)
    for element in block.get("elements", ()):
        if isinstance(element, Mapping) and isinstance(element.get("text"), str):
            yield element["text"]
