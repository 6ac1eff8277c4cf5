"""Measure the product on labelled sets: its ranker and its matcher, and nothing else."""
