"""Style "generic": a layout that nobody described. Titles and abstracts are found by their shape."""

from __future__ import annotations

from digest.errors import DumpRefused
from digest.model import Listing
from digest.sources import filling, outline, snapshot, tables
from digest.sources.blocks import Block, blocks_of
from digest.sources.likeness import lists_papers
from digest.sources.marks import Mark, marks_of, votes_by_id
from digest.sources.page import check_closed, is_html
from digest.sources.records import shown_fields
from digest.sources.rows import Draft
from digest.sources.segments import find_titles, is_abstract
from digest.sources.tidying import tidied

REFUSAL = "not a listing of papers that this bot can read"


def recognises(text: str) -> bool:
    """Any text may be tried; `read` refuses what it does not understand."""
    return bool(text)


def read(text: str, where: str) -> Listing:
    """Read what has the shape of papers; refuses a text of which it understands less than half."""
    draft = Draft("generic", where, frozenset())
    if tables.recognises(text):
        tables.read(text, draft)
    else:
        if is_html(text):
            check_closed(text, where)
            text = outline.text_of(text)
        elif snapshot.recognises(text):
            text = snapshot.text_of(text)
        _read_text(text, draft)
    if len(draft.rejects) > len(draft.entries) or not lists_papers(draft.entries, text):
        raise DumpRefused(where, REFUSAL)
    draft.shows = shown_fields(draft.entries)
    return draft.listing()


def _read_text(text: str, draft: Draft) -> None:
    blocks = blocks_of(tidied(text))
    marks = marks_of(blocks)
    votes, comments = votes_by_id(marks)
    titles = find_titles(marks)
    filling.fill(marks, titles, votes, comments, draft)
    if not _understood(blocks, marks, draft):
        raise DumpRefused(draft.where, REFUSAL)


def _understood(blocks: list[Block], marks: list[Mark], draft: Draft) -> bool:
    """Whether at least half of the text, and half of its paragraphs, ended in a paper or in a known fact."""
    total = sum(len(block.text) for block in blocks)
    held = sum(len(entry.paper.title) + len(entry.paper.abstract or "") for entry in draft.entries)
    held += sum(len(mark.block.text) for mark in marks if mark.kind in {"fact", "names"})
    held += sum(len(mark.block.text) for mark in marks if mark.kind == "label" and not is_abstract(mark))
    return 2 * held >= total
