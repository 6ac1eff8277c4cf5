"""How well summaries read, and what they cost: `python tests/bench/summaries.py [--read N] [--seed S]`.

Shows, for a seeded sample of real papers, our summary beside the first sentences of the abstract, for a person to
judge, and the time per summary. The texts are only printed; what is kept is the count. Read in November 2026, seed 6,
100 papers: ours preferred 77, no difference 18 (11 of them the same words), the first sentences preferred 5. Ours says
what was done where they say why the field matters; it loses where an abstract tells its contribution without "we".
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import sys
import time
from pathlib import Path

from digest.summary import MAX_SUMMARY, sentences, summarise
from digest.text import shorten

PAPERS = Path(__file__).parents[3] / "shared" / "hf_papers.jsonl.gz"


def main() -> None:
    """Print the sample to judge, or without --read only the figures."""
    options = argparse.ArgumentParser()
    options.add_argument("--read", type=int, default=0, help="print so many pairs")
    options.add_argument("--skip", type=int, default=0, help="leave out the first so many of the sample")
    options.add_argument("--seed", type=int, default=6)
    options.add_argument("--papers", type=Path, default=PAPERS)
    given = options.parse_args()
    with gzip.open(given.papers, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    sample = random.Random(given.seed).sample(papers, 1000)
    for number, paper in enumerate(sample[given.skip : given.skip + given.read], given.skip + 1):
        ours, first = summarise(paper["abstract"], paper["title"]), shorten(paper["abstract"], MAX_SUMMARY)
        pair = f"\n  OURS  {ours}\n  FIRST {first}" if ours != first else " the same"
        sys.stdout.write(f"{number}. {paper['title']}{pair}\n\n")
    sys.stdout.write(figures(sample) + "\n")


def figures(papers: list[dict[str, str]]) -> str:
    """Time and length over *papers*."""
    took, lengths, whole = [], [], 0
    for paper in papers:
        began = time.process_time()
        summary = summarise(paper["abstract"], paper["title"])
        took.append((time.process_time() - began) * 1e3)
        lengths.append(len(summary))
        whole += not summary.endswith("…")
    parts = statistics.mean(len(sentences(paper["abstract"])) for paper in papers)
    late = sorted(took)[len(took) * 99 // 100]
    return (
        f"{len(papers)} papers: median {statistics.median(took):.2f} ms, 99 % {late:.2f} ms, most {max(took):.2f} ms; "
        f"length median {statistics.median(lengths):.0f}, most {max(lengths)}; "
        f"uncut {100 * whole / len(papers):.0f} %; {parts:.1f} sentences each"
    )


if __name__ == "__main__":
    main()
