"""Measure the product on labelled sets: its ranker and its matcher, and nothing else."""

from __future__ import annotations

from pathlib import Path

from digest.errors import UsageError
from digest.evaluate.matching import MatchingReport, Slice, evaluate_matching, is_matching_set
from digest.evaluate.ranking import Signals, evaluate_ranking
from digest.evaluate.reporting import RankingReport

__all__ = ["MatchingReport", "RankingReport", "Slice", "evaluate", "evaluate_matching", "evaluate_ranking"]


def evaluate(split: Path, *, signals: Signals = "both", out: Path | None = None) -> RankingReport | MatchingReport:
    """Rank or match the labelled set in the folder *split*, whichever it is; raises UsageError when it is neither."""
    try:
        if is_matching_set(split):
            return evaluate_matching(split, out)
        return RankingReport(evaluate_ranking(split, signals, out))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{split}: not a labelled set, or not a whole one: {error}") from error
