"""Is this a paper that we know? Identity by arXiv id, then by title and abstract; pure."""

from digest.matching.decide import Match, MatchReason, best_match
from digest.matching.filing import keys, query_keys
from digest.matching.forms import arxiv_id, normal_title, normal_words, words
from digest.matching.index import Index

__all__ = [
    "Index",
    "Match",
    "MatchReason",
    "arxiv_id",
    "best_match",
    "keys",
    "normal_title",
    "normal_words",
    "query_keys",
    "words",
]
