"""Words looked for as they are: whole, in either case, singular or plural, whatever joins them."""

from __future__ import annotations

import re
from functools import lru_cache

from digest.model import Paper
from digest.ranking.terms import WIDE

_WORD = re.compile(rf"[{WIDE}]|[^\W_{WIDE}]+")


def folded(text: str) -> str:
    """*text* as words between single spaces, so that " lie group " is found in "Lie-groups."."""
    return " " + " ".join(map(_singular, _WORD.findall(text.casefold()))) + " "


def texts(paper: Paper) -> str:
    """Title and abstract, folded; "|" keeps a phrase from reaching from one into the other."""
    return f"{folded(paper.title)}|{folded(paper.abstract or '')}"


@lru_cache(maxsize=100_000)
def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
