"""Measure the product on labelled sets: its ranker and its matcher, and nothing else."""

from digest.evaluate.matching import MatchingReport, Slice, evaluate_matching, is_matching_set

__all__ = ["MatchingReport", "Slice", "evaluate_matching", "is_matching_set"]
