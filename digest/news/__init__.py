"""What did this dump change? Sightings are joined to what is known, and what is worth telling is told once."""

from digest.news.comparing import Diff, diff
from digest.news.joining import assign, merge, new_id, redate
from digest.news.telling import changes, take

__all__ = ["Diff", "assign", "changes", "diff", "merge", "new_id", "redate", "take"]
