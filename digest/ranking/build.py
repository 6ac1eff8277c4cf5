"""Build the shipped background: ``python -m digest.ranking.build PAPERS.jsonl.gz… OUT.npz``.

Each line of a JSONL file holds a paper's "title" and "abstract". Only statistics leave this script.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digest.ranking.background import terms_of
from digest.ranking.terms import words

_FEWEST = 3
_SAMPLE = 500


def papers_in(path: Path) -> Iterator[set[str]]:
    """Yield the terms of each paper of a JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            yield set(terms_of(words(f"{paper['title']}. {paper.get('abstract') or ''}")))


def main(arguments: list[str]) -> None:
    """Count the terms of the given files and write the background."""
    *sources, out = map(Path, arguments)
    papers = [paper for source in sources for paper in papers_in(source)]
    counts = Counter(term for paper in papers for term in paper)
    kept = sorted(term for term, n in counts.items() if n >= _FEWEST)
    number = {term: n for n, term in enumerate(kept)}
    sample = [
        sorted(number[t] for t in papers[i] if t in number)
        for i in range(0, len(papers), max(1, len(papers) // _SAMPLE))
    ]
    np.savez_compressed(
        out,
        terms=np.frombuffer("\n".join(kept).encode(), dtype=np.uint8),
        counts=np.array([counts[t] for t in kept], dtype=np.uint16),
        papers=np.int64(len(papers)),
        reference_starts=np.cumsum([0, *map(len, sample)]).astype(np.uint32),
        reference_terms=np.array([t for s in sample for t in s], dtype=np.uint32),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
