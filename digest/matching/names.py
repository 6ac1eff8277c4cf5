"""The other permanent names of a paper, beside its arXiv id: a DOI, a forum on OpenReview."""

from __future__ import annotations

import re
from urllib.parse import unquote

from digest.model import Paper

# https://www.doi.org/the-identifier/resources/handbook; what may end a sentence is no part of a DOI within one.
_DOI = r"(?P<doi>10\.\d{4,9}/[^\s\"<>?#]+)"
_IN_URL = re.compile(
    rf"^https?://(?:(?:dx\.|www\.)?doi\.org/|[^/\s]+/(?:doi|doi/[a-z]+|articles?)/){_DOI}", re.IGNORECASE
)
_OWN = re.compile(rf"(?:^|[\s(])(?:doi\s*:\s*|https?://(?:dx\.)?doi\.org/){_DOI}[.)\s]*$", re.IGNORECASE)
_REVIEW = re.compile(
    r"^https?://(?:www\.)?openreview\.net/(?:forum|pdf|attachment|revisions)\?(?:[^#]*&)?id=([\w-]{6,20})"
)
_BARE = re.compile(rf"(?:(?:doi\s*:\s*)|(?:https?://)?(?:dx\.|www\.)?doi\.org/)?{_DOI}", re.IGNORECASE)
_ELSEWHERE = re.compile(r"10\.(?:48550/arxiv\.|5281/zenodo|6084/m9\.figshare|57967/hf)", re.IGNORECASE)
_LONGEST = 200


def other_names(paper: Paper) -> frozenset[str]:
    """Return names such as "doi:10.1145/1234567" and "openreview:AbC123xyz" under which *paper* shows itself.

    A DOI counts where the paper's link holds it, or where it ends the abstract as "doi:..."; elsewhere in an abstract
    it is another work's. Those of data sets, and of arXiv, whose own id is surer, do not count.
    """
    found = set()
    url = unquote(paper.url) if paper.url else ""
    for match in (_IN_URL.match(url), _OWN.search(paper.abstract[-_LONGEST:]) if paper.abstract else None):
        if match and not _ELSEWHERE.match(match["doi"]) and len(match["doi"]) <= _LONGEST:
            found.add("doi:" + match["doi"].lower().removesuffix(".pdf").rstrip(".,;)/"))
    if review := _REVIEW.match(url):
        found.add("openreview:" + review[1])
    return frozenset(found)


def doi_link(text: str) -> str | None:
    """Return the link of a DOI that is all of *text* ("doi:10.1145/1234567", "10.1145/1234567"); None: it is none."""
    found = _BARE.fullmatch(text.strip())
    return f"https://doi.org/{found['doi']}" if found else None
