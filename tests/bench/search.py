"""How long searches take among many papers: prints one JSON line, milliseconds of CPU, the slowest of five runs each.

python -m tests.bench.search [PAPERS]
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from digest.model import Change, Paper
from digest.store import Store, Wanted, terms
from tests.builders import NOW
from tests.stores import a_known

SEARCHES = {
    "common word": Wanted(terms("w00001")),
    "two common words": Wanted(terms("w00001 w00002")),
    "rare word": Wanted(terms("w09000")),
    "phrase": Wanted(terms('"w00001 w00002"')),
    "author": Wanted(terms("author:name77")),
    "common word, since": Wanted(terms("w00003"), since=date(2026, 10, 1)),
    "without words": Wanted(),
}

BEST = ("common word", "rare word")


def fill(store: Store, count: int) -> None:
    """Put *count* papers of random words into *store*; how often a word comes follows Zipf's law."""
    rng = random.Random(1)
    words = [f"w{n:05}" for n in range(1, 10_001)]  # none begins another
    weights = [1 / n for n in range(1, 10_001)]
    for start in range(0, count, 2000):
        papers = []
        for n in range(start, min(start + 2000, count)):
            text = rng.choices(words, weights, k=160)
            names = (f"Given name{rng.randrange(9999)}", f"Other name{rng.randrange(9999)}")
            published = date(2020, 1, 1) + timedelta(days=n * 2500 // count)
            title, abstract = " ".join(text[:10]), " ".join(text[10:])
            papers.append(Paper(title, abstract, names, published=published, id=f"p{n}"))
        with store.writing() as writer:
            writer.save([a_known(paper) for paper in papers], NOW)
            writer.add_changes([Change(papers[0], "new")], NOW)


def main(count: int) -> None:
    """Fill a store and search it."""
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/digest.db", now=NOW) as store:
        began = time.process_time()
        fill(store, count)
        filled = time.process_time() - began
        figures = {name: _slowest(partial(store.find, wanted)) for name, wanted in SEARCHES.items()}
        figures |= {f"best of {name}": _slowest(partial(store.best, SEARCHES[name])) for name in BEST}
        size = (Path(folder) / "digest.db").stat().st_size / 2**20
    told = {"papers": count, "fill_cpu_s": round(filled), "mb": round(size), "ms": figures}
    sys.stdout.write(json.dumps(told) + "\n")


def _slowest(search: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        began = time.process_time()
        search()
        taken.append(time.process_time() - began)
    return round(1000 * max(taken), 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
