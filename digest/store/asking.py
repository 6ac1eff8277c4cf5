"""What a person types into a search, taken apart: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.text import clean

LONGEST = 300
"""Characters of a search that are looked at."""
MOST = 16
"""Terms of a search that are looked at."""
_TERM = re.compile(r'(?P<sign>-?)(?P<field>author:)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))', re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: words that stand together; *begins*: the last one may go on ("steer" finds "steerable")."""

    text: str
    begins: bool = False
    author: bool = False
    absent: bool = False


def terms(text: str) -> tuple[Term, ...]:
    """Take a search apart: words, "phrases in quotes", author:NAME, author:"NAME", and each of them with - before it.

    Signs without a letter or a digit are left out; so is what comes after `LONGEST` characters or `MOST` terms.
    """
    found: list[Term] = []
    for match in _TERM.finditer(clean(text[: 4 * LONGEST])[:LONGEST]):
        said = match["word"] if match["phrase"] is None else match["phrase"]
        said = said.replace('"', " ").strip()
        if _LETTER.search(said) and len(found) < MOST:
            begins = match["phrase"] is None and len(said) >= _SHORT
            found.append(Term(said, begins, bool(match["field"]), bool(match["sign"])))
    return tuple(found)


def by_author(name: str) -> tuple[Term, ...]:
    """Every word of *name* stands in the names of the authors, in any order."""
    return tuple(Term(word, begins=True, author=True) for word in clean(name).split()[:MOST] if _LETTER.search(word))
