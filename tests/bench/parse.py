"""How fast is each capture style read? Prints one JSON line: MB/s of processor time per layout, and linearity.

    python tests/bench/parse.py [--megabytes 4] [--large 100]

*linear* is the time per byte of the large text (``--large`` megabytes, layout "card" and the generic one) divided by
that of the small one: 1.0 is perfectly linear.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from digest import sources
from digest.model import RawDump
from tests import layouts

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
_WORDS = (
    "we model data method learning training graph neural network results approach propose show that the of and for with"
    " in large language image video attention transformer sparse efficient robust theory bound sample optimal policy"
)
WORDS = _WORDS.split()


def rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """*count* made-up papers with texts of ordinary length."""
    rng = random.Random(seed)
    found = []
    for place in range(count):
        title = " ".join(rng.choices(WORDS, k=9)).capitalize() + f" {place}"
        sentences = (" ".join(rng.choices(WORDS, k=18)).capitalize() + "." for _ in range(10))
        found.append(
            {
                "title": title,
                "abstract": "We propose this paper. " + " ".join(sentences),
                "arxiv_id": f"24{place // 99999 % 12 + 1:02}.{place % 99999 + 1:05}",
                "upvotes": rng.randrange(100),
                "num_comments": rng.randrange(1, 9),
                "num_authors": rng.randrange(2, 20),
                "published": f"2024-06-{rng.randrange(1, 18):02}",
                "authors": ["Ada Lovelace", "Alan Turing"],
            }
        )
    return found


LAYOUTS: dict[str, Callable[[list[dict[str, Any]]], str]] = layouts.KNOWN | {
    f"generic:{one.__name__}": one for one in layouts.LAYOUTS
}


def seconds(text: str, expected: int) -> tuple[float, str]:
    """Processor seconds to read *text*, and the style it was told to be; every paper must come out."""
    raw = RawDump("bench", "2024-06-18.txt", text.encode(), NOW)
    start = time.process_time()
    capture = sources.read(raw, NOW)
    spent = time.process_time() - start
    if len(capture.sightings) != expected:
        raise SystemExit(f"{capture.dump.style}: {len(capture.sightings)} of {expected} papers")
    return spent, capture.dump.style


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=4.0)
    parser.add_argument("--large", type=float, default=100.0)
    wanted = parser.parse_args()
    per_paper = len(layouts.KNOWN["plain"](rows(50))) / 50
    papers = rows(int(wanted.megabytes * 1e6 / per_paper))
    speeds = {}
    for name, layout in LAYOUTS.items():
        text = layout(papers)
        speeds[name] = round(len(text.encode()) / 1e6 / min(seconds(text, len(papers))[0] for _ in range(2)), 1)
    ratios = {}
    many = rows(int(wanted.large * 1e6 / per_paper)) if wanted.large else []
    for name in ("card", "generic:inner_text") if many else ():
        text = LAYOUTS[name](many)
        speed = len(text.encode()) / 1e6 / seconds(text, len(many))[0]
        ratios[name] = round(speeds[name] / speed, 2)
    figures = {"bench": "parse", "mb_per_s": speeds, "slowest": min(speeds.values()), "linear": ratios}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
