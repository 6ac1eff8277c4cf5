"""Blocks -> marks: what each block of an unknown layout can be, seen by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from digest.sources.blocks import Block
from digest.sources.facts import Facts, facts_of, link_kind, linked_id
from digest.sources.shapes import FURNITURE, day_in, is_masthead, unescaped

MarkKind = Literal["words", "prose", "fact", "names", "label", "skip"]
_PARTICLES = frozenset({"de", "da", "del", "della", "di", "dos", "van", "von", "der", "den", "la", "le", "bin", "al"})
_IDLE_WORDS = """arxiv|paper|pdf|link|abs|abstract|html|hf|huggingface|hugging face|read more|view|open|read|source|url
page|read paper|view paper|paper page|view on arxiv|arxiv link|paper link|full text|here"""
_IDLE = frozenset(_IDLE_WORDS.replace("\n", "|").split("|"))
_BETWEEN_NAMES = re.compile(r"\s*(?:,\s*and\s+|;|,|\s+and\s+|\s+&\s+)\s*")
_BY = re.compile(r"(?:submitted|posted|uploaded|curated)\s+by\b", re.IGNORECASE)
_TITLE_LABEL = re.compile(r"(?:paper |arxiv |full |original )?title")


@dataclass(slots=True)
class Mark:
    """One block and what it can be; *ids* maps the kinds of its links to the arXiv ids that they name."""

    kind: MarkKind
    block: Block
    facts: Facts = field(default_factory=Facts)
    names: tuple[str, ...] | None = None

    def linked(self, kind: str) -> str | None:
        """The address of the first link of *kind*, or None."""
        return next((url for _, url in self.block.links if link_kind(url) == kind), None)

    @property
    def titles_paper(self) -> str | None:
        """The words of a link to a paper that can be its title."""
        for linked, url in self.block.links:
            words = unescaped(linked)
            if len(words) < 3 or "://" in words or link_kind(url) != "paper":
                continue
            if words == self.block.text or not idle(words):
                return words if len(words) <= 300 else None
        return None

    @property
    def is_title_label(self) -> bool:
        """Whether the line calls itself a title."""
        return bool(self.block.label) and _TITLE_LABEL.fullmatch(self.block.label) is not None


def marks_of(blocks: list[Block]) -> list[Mark]:
    """What each of *blocks* can be; the line below "Submitted by" is somebody's name."""
    marks: list[Mark] = []
    after_by = False
    for block in blocks:
        mark = _mark(block)
        if after_by and mark.kind == "words" and len(block.text) <= 40 and mark.titles_paper is None:
            mark.kind = "skip"
        if block.text or block.label:
            after_by = _BY.fullmatch(block.text or block.label) is not None
        marks.append(mark)
    return marks


def _mark(block: Block) -> Mark:
    text = block.text
    if block.label and block.label != "title" and text.lower() not in FURNITURE:
        return Mark("label", block)
    if block.label == "title":
        return Mark("skip" if text.lower() in FURNITURE or is_masthead(text) else "label", block)
    if block.prose:
        names = names_of(text) if text.count(",") * 30 > len(text) else None
        return Mark("prose", block) if names is None else Mark("names", block, names=names)
    if not text:
        return Mark("fact", block)
    facts = Facts() if text.lower() in _IDLE else facts_of(text)
    if facts is not None:
        return Mark("fact", block, facts)
    if is_masthead(text):
        return Mark("skip", block, Facts(shown=day_in(text)))
    if _BY.match(text) is not None or not any(map(str.isalpha, text)) or len(text) < 3:
        return Mark("skip", block)
    names = names_of(text)
    return Mark("words", block) if names is None else Mark("names", block, names=names)


def idle(words: str) -> bool:
    """Whether the words of a link say nothing of what it leads to."""
    return words.lower().strip("[]() ") in _IDLE or facts_of(words) is not None


def names_of(text: str) -> tuple[str, ...] | None:
    """The names in a line that is a list of people's names, or None."""
    words = text[3:] if text[:3].lower() == "by " else text
    parts = [part for part in _BETWEEN_NAMES.split(words) if part]
    if len(parts) < 2 or ":" in text or len(text) > 3000:
        return None
    good = sum(is_name(part) for part in parts)
    return tuple(parts) if good >= 2 and good * 4 >= len(parts) * 3 else None


def is_name(text: str) -> bool:
    """Whether *text* has the shape of one person's name: two to five words, each with a capital."""
    tokens = text.split()
    if not 2 <= len(tokens) <= 5 or len(text) > 45 or any(map(str.isdigit, text)) or ":" in text:
        return False
    return tokens[0][0].isupper() and all(one[0].isupper() or one.lower() in _PARTICLES for one in tokens)


def votes_by_id(marks: list[Mark]) -> tuple[dict[str, int], dict[str, int]]:
    """Votes and comments that stand in or beside a link which names the paper: two maps by arXiv id.

    A bare address belongs to the number before it, a link without words to the number after it.
    """
    votes: dict[str, int] = {}
    comments: dict[str, int] = {}
    for position, mark in enumerate(marks):
        for words, url in mark.block.links:
            kind = link_kind(url)
            into = votes if kind == "vote" else comments if kind == "community" else None
            arxiv_id = linked_id(url) if into is not None else None
            if into is None or arxiv_id is None:
                continue
            number = _number(words) if words else None
            if "://" in words or not words:
                step = -1 if words else 1
                number = _beside(marks, position, step) if number is None else number
            if number is not None:
                into.setdefault(arxiv_id, number)
                mark.facts.number = mark.facts.votes = mark.facts.comments = None
    return votes, comments


def _number(words: str) -> int | None:
    facts = facts_of(words.strip()) if len(words) < 40 else None
    if facts is None:
        return None
    return next((one for one in (facts.number, facts.votes, facts.comments) if one is not None), None)


def _beside(marks: list[Mark], position: int, step: int) -> int | None:
    """The lone number in the mark before or after *position*, taken from it."""
    if "".join(words for words, url in marks[position].block.links if "://" not in words):
        return None
    other = position + step
    for place in (position, other):
        if 0 <= place < len(marks) and marks[place].facts.number is not None:
            number = marks[place].facts.number
            marks[place].facts.number = None
            return number
    return None
