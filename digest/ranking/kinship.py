"""Are these papers of the field that a background was learned from?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.model import Paper
from digest.ranking.arrays import Sparse, dense
from digest.ranking.background import Background, spread_over
from digest.ranking.space import Space

_SAMPLE = 200
_NEAREST = 20
_COPY = 0.9  # nearer texts are one
_SAME_FIELD = 0.85  # measured: 1.0 within a field, 0.7 and 0.5 for titles and abstracts of another


def of_its_field(papers: Sequence[Paper], background: Background) -> bool:
    """Whether *papers* are about as near to the known papers as those are to each other."""
    landmarks = background.landmarks
    if landmarks.shape[0] < _NEAREST or not papers:
        return False
    own = landmarks[spread_over(landmarks.shape[0], _SAMPLE)]
    given = [papers[n] for n in spread_over(len(papers), _SAMPLE)]
    space = Space(background)
    theirs = space.level([space.paper(paper) for paper in given])
    return _nearness(theirs, landmarks) >= _SAME_FIELD * _nearness(own, landmarks)


def _nearness(rows: Sparse, landmarks: Sparse) -> float:
    near = dense(rows @ landmarks.T)
    near[near > _COPY] = 0
    return float(np.sort(near, axis=1)[:, -_NEAREST:].mean())
