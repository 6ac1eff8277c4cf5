"""Which papers name which keywords and words to avoid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.ranking.arrays import Sparse, stacked, widened
from digest.ranking.wishes import Phrase


def holding(phrases: Sequence[Phrase], weights: Sparse, texts: Sequence[str]) -> Sparse:
    """Which candidate (column) names which phrase (row): its folded text holds it.

    Only texts that have all terms of a phrase are looked through.
    """
    found = having(phrases, weights)
    named = []
    for phrase, start, end in zip(phrases, found.indptr[:-1], found.indptr[1:], strict=True):
        where = sorted(found.indices[start:end].tolist()) if phrase.terms else range(len(texts))
        named.append({n: 1.0 for n in where if phrase.folded in texts[n]})
    return stacked(named, len(texts))


def having(phrases: Sequence[Phrase], weights: Sparse) -> Sparse:
    """Which text (column) has all the terms of which phrase (row); none has those of a phrase without terms."""
    width = max([weights.shape[1], *(1 + n for phrase in phrases for n in phrase.terms)])  # some were met since
    needs = stacked([dict.fromkeys(phrase.terms, 1.0) for phrase in phrases], width)
    has = widened(weights, width).copy()
    has.data = (has.data > 0).astype(np.float32)
    found = (needs @ has.T).tocsr()
    needed = np.repeat([len(phrase.terms) for phrase in phrases], np.diff(found.indptr))
    found.data = (found.data > needed - 0.5).astype(np.float32)
    found.eliminate_zeros()
    return found
