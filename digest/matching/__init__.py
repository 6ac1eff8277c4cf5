"""Is this a paper that we know? Identity by arXiv id, then by title and abstract; pure."""

from digest.matching.decide import Match, MatchReason, best_match
from digest.matching.filing import keys, query_keys
from digest.matching.forms import arxiv_id, normal_title

__all__ = ["Match", "MatchReason", "arxiv_id", "best_match", "keys", "normal_title", "query_keys"]
