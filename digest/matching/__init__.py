"""Is this a paper that we know? Identity by arXiv id, DOI or OpenReview, then by title and abstract; pure."""

from digest.matching.choosing import choose, worth_comparing
from digest.matching.decide import SURE, Match, MatchReason, best_match
from digest.matching.filing import keys, query_keys, title_number
from digest.matching.forms import arxiv_id, normal_title, normal_words, words
from digest.matching.index import Index
from digest.matching.names import doi_link, other_names

__all__ = [
    "SURE",
    "Index",
    "Match",
    "MatchReason",
    "arxiv_id",
    "best_match",
    "choose",
    "doi_link",
    "keys",
    "normal_title",
    "normal_words",
    "other_names",
    "query_keys",
    "title_number",
    "words",
    "worth_comparing",
]
