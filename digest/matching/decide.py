"""Is this a paper that we know? The rules, from the surest to the least sure, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from digest.matching import abstracts
from digest.matching.forms import normal_title
from digest.matching.names import other_names
from digest.matching.parts import taken_apart
from digest.matching.rarity import bits
from digest.matching.titles import akin, near, sequels
from digest.model import Known, Paper

MatchReason = Literal["arxiv id", "other id", "same title", "abstract", "near title"]
SURE: frozenset[MatchReason] = frozenset({"arxiv id", "other id"})
"""What needs no look at titles, and is right unless a source is wrong."""


@dataclass(frozen=True, slots=True)
class Match:
    """The known paper that a paper is: its *id*, which rule says so, and how sure that is, in [0, 1]."""

    id: str
    reason: MatchReason
    similarity: float


def best_match(paper: Paper, candidates: Sequence[Known]) -> Match | None:
    """Return the one of *candidates* that *paper* is, or None where it is new or title and abstract cannot tell.

    The same arXiv id always matches, different ones never do. Then the same DOI or OpenReview forum, the same title,
    the same abstract, a near title; where two candidates are as good as each other, neither is it. The order of the
    candidates does not matter.
    """
    if paper.arxiv_id:
        for known in candidates:
            if known.paper.arxiv_id == paper.arxiv_id:
                return Match(known.paper.id, "arxiv id", 1.0)
        candidates = [known for known in candidates if not known.paper.arxiv_id]
    if names := other_names(paper):
        for known in candidates:
            if not names.isdisjoint(known.names | other_names(known.paper)):
                return Match(known.paper.id, "other id", 1.0)
    if not normal_title(paper.title):
        return None
    judged = [_judged(paper, known) for known in candidates]
    return _by_title(paper, judged) or _by_abstract(judged) or _by_near_title(judged)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What titles and abstracts say about one candidate; *part* of the abstract is shared, *proved*: that suffices."""

    id: str
    same: bool
    likeness: float | None
    verdict: abstracts.Verdict
    part: float
    proved: bool


def _judged(paper: Paper, known: Known) -> _Judged:
    flat, theirs = normal_title(paper.title), known.paper
    same = flat in known.titles or flat == normal_title(theirs.title)
    likeness = 1.0 if same else near(paper.title, theirs.title)
    verdict: abstracts.Verdict
    verdict, part = "silent", 0.0
    if likeness is not None or abstracts.begin_alike(paper.abstract, theirs.abstract):
        verdict, part = abstracts.compared(paper.abstract, theirs.abstract)
    proved = (verdict == "same" and not sequels(paper.title, theirs.title)) or (
        (verdict == "opening" or part >= 0.5) and akin(paper.title, theirs.title)
    )
    return _Judged(theirs.id, same, likeness, verdict, part, proved)


def _by_title(paper: Paper, judged: Iterable[_Judged]) -> Match | None:
    """The same title, unless the abstracts speak against it and the title is short enough to be two papers' name."""
    telling = bits(taken_apart(paper.title).words) >= 30
    same = [(one.part, one.id) for one in judged if one.same and (telling or one.verdict != "different")]
    return Match(max(same)[1], "same title", 1.0) if same else None


def _by_abstract(judged: Iterable[_Judged]) -> Match | None:
    """The same abstract, but of no sequel; or the same opening of one that was cut, under titles that are akin."""
    return _clear("abstract", [(one.verdict == "same", one.part, one.id) for one in judged if one.proved])


def _by_near_title(judged: Iterable[_Judged]) -> Match | None:
    return _clear(
        "near title",
        [
            (one.verdict == "alike", one.likeness, one.id)
            for one in judged
            if one.likeness is not None and one.verdict != "different"
        ],
    )


def _clear(reason: MatchReason, found: list[tuple[bool, float, str]]) -> Match | None:
    """Return the best of *found*, unless another is as good."""
    found.sort(reverse=True)
    if not found or (len(found) > 1 and found[0][:2] == found[1][:2]):
        return None
    return Match(found[0][2], reason, found[0][1])
