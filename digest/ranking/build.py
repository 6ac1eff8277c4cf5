"""Build the shipped background: ``python -m digest.ranking.build PAPERS.jsonl.gz… OUT.npz``.

Each line of a JSONL file holds a paper's "title" and "abstract". Only statistics leave this script.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from digest.model import Paper
from digest.ranking.learning import learn

_FEWEST = 4  # papers that must have a term: rarer ones are not worth their bytes
_HEAVIEST = 60  # terms kept of each landmark


def papers_in(path: Path) -> Iterator[Paper]:
    """Yield the papers of a JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            yield Paper(title=paper["title"], abstract=paper.get("abstract"))


def main(arguments: list[str]) -> None:
    """Learn from the given files and write the background."""
    *sources, out = map(Path, arguments)
    papers = [paper for source in sources for paper in papers_in(source)]
    learn(papers, fewest=_FEWEST, heaviest=_HEAVIEST).save(out)


if __name__ == "__main__":
    main(sys.argv[1:])
