"""Style "glued": no blank lines, and the word Subscribe stuck to the first title."""

from __future__ import annotations

import re

from digest.model import Listing
from digest.sources.pairs import TEXT_SHOWS, is_bare, numbered_lines, skip_header, take_pairs
from digest.sources.rows import Draft

_STUCK = re.compile(r"^Subscribe(?=\S)")


def recognises(text: str) -> bool:
    """Whether *text* begins with the page's furniture and has no blank lines."""
    return is_bare(text) and "\n\n" not in text[:6000].strip()[:3000]


def read(text: str, where: str) -> Listing:
    """Read every title and abstract; a last record that was cut off is a reject."""
    draft = Draft("glued", where, TEXT_SHOWS)
    lines = numbered_lines(text)
    lines = lines[skip_header(lines, draft) :]
    if lines:
        number, first = lines[0]
        lines[0] = (number, _STUCK.sub("", first))
        if len(lines) > 1 and draft.header is None:
            lines = lines[skip_header(lines, draft) :]
    take_pairs(lines, draft, whole=text.endswith("\n"))
    return draft.listing()
