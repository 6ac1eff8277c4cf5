"""Measure the product on labelled sets: its ranker and its matcher, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.evaluate.leaving import LeavingReport, leave_each_out
from digest.evaluate.matching import MatchingReport, Slice, evaluate_matching, is_matching_set
from digest.evaluate.ranking import Signals, evaluate_ranking
from digest.evaluate.reporting import RankingReport

if TYPE_CHECKING:
    from digest.evaluate.baselines import Method
    from digest.pipeline.meaning import Meaning

__all__ = [
    "LeavingReport",
    "MatchingReport",
    "RankingReport",
    "Slice",
    "evaluate",
    "evaluate_matching",
    "evaluate_ranking",
    "leave_each_out",
]


def evaluate(
    split: Path,
    *,
    signals: Signals = "both",
    out: Path | None = None,
    against: Sequence[Method] = (),
    meaning: Meaning | None = None,
) -> RankingReport | MatchingReport:
    """Rank or match the labelled set in the folder *split*, whichever it is; raises UsageError when it is neither.

    *against* names methods of peers that rank the same set, to be compared with; *meaning* asks a sentence model too.
    """
    try:
        if is_matching_set(split):
            return evaluate_matching(split, out)
        rows = evaluate_ranking(split, signals, out, meaning)
        if not against:
            return RankingReport(rows)
        from digest.evaluate.comparing import compare

        return RankingReport(rows, tuple(compare(split, signals, against, meaning)))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{split}: not a labelled set, or not a whole one: {error}") from error
