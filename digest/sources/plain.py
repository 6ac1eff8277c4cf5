"""Style "plain": the page's text with titles and abstracts only, a blank line between all of them."""

from __future__ import annotations

from digest.model import Listing
from digest.sources.pairs import TEXT_SHOWS, is_bare, numbered_lines, skip_header, take_pairs
from digest.sources.rows import Draft


def recognises(text: str) -> bool:
    """Whether *text* begins with the page's furniture and separates its lines by blank ones."""
    return is_bare(text) and "\n\n" in text[:3000]


def read(text: str, where: str) -> Listing:
    """Read every title and abstract; a last record that was cut off is a reject."""
    draft = Draft("plain", where, TEXT_SHOWS)
    lines = numbered_lines(text)
    take_pairs(lines[skip_header(lines, draft) :], draft, whole=text.endswith("\n"))
    return draft.listing()
