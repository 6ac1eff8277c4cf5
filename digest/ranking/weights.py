"""What the wishes of interests weigh beside each other: few likes and many, keywords, votes against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digest.ranking.arrays import Floats, Sparse
from digest.ranking.wishes import Wishes

_FADE, _FEW = 0.75, 5  # keywords weigh likes ** -_FADE: what is liked says more the more of it there is;
_FADE_MORE = 0.5  # beyond _FEW likes by this power more


@dataclass(frozen=True, slots=True)
class Weights:
    """Columns with a row per interest; *wanted* and *against* have a column per like."""

    some: Floats  # 1 where anything is liked
    many: Floats  # how much is liked, at least 1
    likes: Floats
    asks: Floats
    few: Floats  # 1 for one like or none, and so is what keywords weigh
    fade: Floats  # what is left of keywords beside likes
    wanted: Sparse  # likes less what is voted against
    against: Sparse

    @classmethod
    def of(cls, wishes: Wishes, rows: slice) -> Weights:
        """The weights of the interests *rows*."""
        many, against = wishes.many[rows][:, None], wishes.against[rows]
        least_one = np.maximum(many, 1)
        return cls(
            some=(many > 0).astype(np.float32),
            many=least_one,
            # what is voted against alone is a weak wish, too
            likes=np.maximum(np.minimum(many, 1), np.asarray(against.sum(axis=1))),
            asks=wishes.asks[rows][:, None],
            few=least_one**-0.5,
            fade=least_one**-_FADE * (np.maximum(least_one, _FEW) / _FEW) ** -_FADE_MORE,
            wanted=wishes.likes[rows] - against,
            against=against,
        )
