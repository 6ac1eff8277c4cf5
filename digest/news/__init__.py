"""What did this dump change? Sightings are joined to what is known, and what is worth telling is told once."""

from digest.news.comparing import Diff, diff
from digest.news.joining import assign, matches, merge, new_id, redate
from digest.news.parting import BY_HAND, apart, joined, unite, without
from digest.news.telling import changes, take

__all__ = [
    "BY_HAND",
    "Diff",
    "apart",
    "assign",
    "changes",
    "diff",
    "joined",
    "matches",
    "merge",
    "new_id",
    "redate",
    "take",
    "unite",
    "without",
]
