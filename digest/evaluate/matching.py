"""Match a labelled set with the product's own matcher, and count what it found, missed and merged wrongly.

A split folder holds known.jsonl[.gz] {id, title, abstract}, queries.jsonl {query, title, abstract} and, to be judged,
truth.jsonl {query, id or null, class, variant}. The arXiv id of a query is hidden, so title and abstract decide.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.matching import Index, best_match
from digest.model import Known, Paper

_FORM_ONLY = frozenset({"same", "case only", "punctuation, spaces, LaTeX"})


@dataclass(frozen=True, slots=True)
class Slice:
    """Counts of one slice: queries, those that are known papers, those found, and matches that were wrong."""

    name: str
    queries: int
    known: int
    found: int
    wrong: int

    @property
    def precision(self) -> float:
        """Right matches among matches; 1 where nothing was matched."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Right matches among queries that are known papers; 1 where there are none."""
        return self.found / self.known if self.known else 1.0

    @property
    def false_merges(self) -> float:
        """Wrong matches per 1,000 queries."""
        return 1000 * self.wrong / self.queries if self.queries else 0.0


@dataclass(frozen=True, slots=True)
class MatchingReport:
    """How many queries were matched, and the slices, the whole first; no slices where the truth is not given."""

    queries: int
    matched: int
    slices: tuple[Slice, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report for a machine: shares in [0, 1], false merges per 1,000 queries."""
        return {
            "queries": self.queries,
            "matched": self.matched,
            "slices": [
                {
                    "slice": one.name,
                    "queries": one.queries,
                    "precision": round(one.precision, 4),
                    "recall": round(one.recall, 4),
                    "false_merges": round(one.false_merges, 2),
                }
                for one in self.slices
            ],
        }

    def lines(self) -> list[str]:
        """Return the report for a person, one slice a line under a heading."""
        rows = [
            f"{one.name:36} {one.queries:7} {one.precision:9.4f} {one.recall:7.4f} {one.false_merges:14.2f}"
            for one in self.slices
        ]
        heading = [f"{'slice':36} {'queries':>7} precision  recall  wrong per 1,000"] if rows else []
        return [f"{self.queries} queries, {self.matched} matched", *heading, *rows]


def is_matching_set(split: Path) -> bool:
    """Say whether *split* holds a matching set rather than a ranking set."""
    return (split / "queries.jsonl").is_file() and any(split.glob("known.jsonl*"))


def evaluate_matching(split: Path, out: Path | None = None) -> MatchingReport:
    """Match every query of *split*; write lines {query, match: id or null} to *out*.

    Raises ValueError naming the file and line of a row that cannot be read, OSError where a file is missing.
    """
    matches = dict(matched(split))
    if out:
        lines = (json.dumps({"query": query, "match": match}) for query, match in matches.items())
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    truth = split / "truth.jsonl"
    slices = _judged(matches, truth) if truth.is_file() else ()
    return MatchingReport(len(matches), sum(match is not None for match in matches.values()), slices)


def matched(split: Path) -> Iterator[tuple[int, str | None]]:
    """Yield the number of each query and the id of the known paper that it is, or None, as the product would decide."""
    known = split / "known.jsonl.gz"
    index = Index(
        Known(Paper(row["title"], row.get("abstract"), id=str(row["id"])))
        for row in rows(known if known.is_file() else split / "known.jsonl")
    )
    for row in rows(split / "queries.jsonl"):
        paper = Paper(row["title"], row.get("abstract"))
        match = best_match(paper, index.candidates(paper))
        yield row["query"], match.id if match else None


def rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a JSONL file, gzipped or not; ValueError names the file and line that is none."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}:{number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise ValueError(f"{path}:{number}: not an object")
            yield row


def _judged(matches: Mapping[int, str | None], truth: Path) -> tuple[Slice, ...]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(truth):
        match = matches.get(row["query"])
        for name in _slices_of(row):
            counts[name]["queries"] += 1
            counts[name]["known"] += row["id"] is not None
            counts[name]["found"] += match is not None and match == row["id"]
            counts[name]["wrong"] += match is not None and match != row["id"]
    order = sorted(counts, key=lambda name: (name != "all", not name.startswith("variant"), name))
    return tuple(Slice(name, *(counts[name][key] for key in ("queries", "known", "found", "wrong"))) for name in order)


def _slices_of(row: Mapping[str, Any]) -> Iterator[str]:
    yield "all"
    yield f"variant: {row['variant']}"
    yield f"class: {row['class']}"
    if row["class"] in _FORM_ONLY:
        yield "form only"
    elif row["id"] is not None:
        yield f"changed titles, {row['variant']}"
