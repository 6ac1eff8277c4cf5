"""From the ranked picks of a profile to the digest that its reader sees."""

from digest.compose.composing import MAX_ALSO, MAX_UPDATES, TOO_ALIKE, compose, title_overlap, without_texts
from digest.compose.sharing import Similarity, share

__all__ = ["MAX_ALSO", "MAX_UPDATES", "TOO_ALIKE", "Similarity", "compose", "share", "title_overlap", "without_texts"]
