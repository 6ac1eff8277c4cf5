"""Build the shipped list of words: ``python -m digest.matching.build PAPERS.jsonl.gz… OUT.txt.gz``.

Each line of a JSONL file holds a paper's "title" and, if it has one, "abstract". Only words leave this script, one
a line, commonest first: those of titles by the number of titles, then those that only abstracts hold. The list is
built once; building it from other papers changes every key.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from digest.matching.forms import normal_words

_LISTED = 30_000


def main(arguments: list[str]) -> None:
    """Count the words of the given files and write the list."""
    *sources, out = map(Path, arguments)
    papers = {}
    for source in sources:
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            papers.update({p["title"]: p.get("abstract") or "" for p in map(json.loads, lines)})
    counts: Counter[str] = Counter()
    for title, abstract in papers.items():
        here = set(normal_words(title))
        counts.update(dict.fromkeys(here, 10))
        counts.update(set(normal_words(abstract)) - here)
    common = sorted(((n, w) for w, n in counts.items() if n > 1), key=lambda c: (-c[0], c[1]))
    listed = "\n".join(word for _, word in common[:_LISTED])
    out.write_bytes(gzip.compress(listed.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
