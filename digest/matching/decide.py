"""Is this a paper that we know? The rules, from the surest to the least sure, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from digest.matching.forms import LONGEST, normal_title, normal_words
from digest.model import Known, Paper

MatchReason = Literal["arxiv id", "same title", "near title", "abstract"]


@dataclass(frozen=True, slots=True)
class Match:
    """The known paper that a paper is: its *id*, which rule says so, and how alike the titles are, in [0, 1]."""

    id: str
    reason: MatchReason
    similarity: float


def best_match(paper: Paper, candidates: Sequence[Known]) -> Match | None:
    """Return the one of *candidates* that *paper* is, or None where it is new or title and abstract cannot tell.

    The same arXiv id always matches, different ones never do.
    """
    if paper.arxiv_id:
        for known in candidates:
            if known.paper.arxiv_id == paper.arxiv_id:
                return Match(known.paper.id, "arxiv id", 1.0)
        candidates = [known for known in candidates if not known.paper.arxiv_id]
    flat = normal_title(paper.title)
    if not flat:
        return None
    for known in candidates:
        if flat in known.titles or flat == normal_title(known.paper.title):
            return Match(known.paper.id, "same title", 1.0)
    asked = " ".join(normal_words(paper.title))[:LONGEST]
    scored = [
        (fuzz.ratio(asked, " ".join(normal_words(known.paper.title))[:LONGEST]), known.paper.id) for known in candidates
    ]
    if scored and (best := max(scored))[0] >= 95:
        return Match(best[1], "near title", best[0] / 100)
    return None
