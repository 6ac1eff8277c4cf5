# ruff: noqa: E501  layouts are easier to read in one line
"""How fast is each capture style read? Prints one JSON line: MB/s of processor time per layout, and linearity.

    python tests/bench/parse.py [--megabytes 4] [--large 100]

*linear* is the time per byte of the large text (``--large`` megabytes, layout "card" and the generic one) divided by
that of the small one: 1.0 is perfectly linear.
"""

from __future__ import annotations

import argparse
import html
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
HEAD = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nbyAK and the research community\n\nJun 18\n\n"
SITE = "https://huggingface.co"


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


def card(papers: list[dict[str, Any]]) -> str:
    return HEAD + "\n\n".join(
        f"{one['title']}\n\n{one['abstract']}\n\n  • {one['num_authors']} authors\n·\nJun {one['published'][-2:].lstrip('0')}, 2023 {one['num_comments']}"
        for one in papers
    )


def plain(papers: list[dict[str, Any]]) -> str:
    return HEAD + "\n\n".join(f"{one['title']}\n\n{one['abstract']}" for one in papers)


def glued(papers: list[dict[str, Any]]) -> str:
    head = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
    return head + "\n".join(f"{one['title']}\n{one['abstract']}" for one in papers)


def firecrawl(papers: list[dict[str, Any]]) -> str:
    return "# Daily Papers\n\nJun 18\n\n" + "\n\n".join(
        f"[{one['upvotes']}]({SITE}/login?next=%2Fpapers%2F{one['arxiv_id']})\n\n### [{one['title']}]({SITE}/papers/{one['arxiv_id']})\n\n"
        f"[{one['abstract']}]({SITE}/papers/{one['arxiv_id']})\n\n[- {one['num_authors']} authors]({SITE}/papers/{one['arxiv_id']})\n\n·\n\n"
        f"Jun 17[{one['num_comments']}]({SITE}/papers/{one['arxiv_id']}#community)"
        for one in papers
    )


def barelinks(papers: list[dict[str, Any]]) -> str:
    return "Daily Papers\n\nJun 18\n\n" + "\n\n".join(
        f" [-] {one['upvotes']}\n\n{SITE}/login?next=%2Fpapers%2F{one['arxiv_id']}\n\n{one['title']}\n\n{SITE}/papers/{one['arxiv_id']}\n\n"
        f"{one['abstract']}\n\n{SITE}/papers/{one['arxiv_id']}\n\n[\n\n{one['num_authors']} authors]({SITE}/papers/{one['arxiv_id']})\n\n·\n\n"
        f"Jun 17\n\n{one['num_comments']}\n\n{SITE}/papers/{one['arxiv_id']}#community"
        for one in papers
    )


def trending(papers: list[dict[str, Any]]) -> str:
    return "# Trending Papers\n\n" + "\n\n".join(
        f"### [{one['title']}]({SITE}/papers/{one['arxiv_id']})\n\n\n{one['abstract']}\n\n\n-\n\n- {one['num_authors']} authors\n\n"
        f"· Published on Jun 17, 2024\n\n\n[Upvote\n\n{one['upvotes']}]({SITE}/login?next=%2Fpapers%2F{one['arxiv_id']})\n\n"
        f"[GitHub 1.3k](https://github.com/x/y) [arXiv Page](https://arxiv.org/abs/{one['arxiv_id']})"
        for one in papers
    )


def api(papers: list[dict[str, Any]]) -> str:
    return json.dumps(
        [
            {
                "paper": {
                    "id": one["arxiv_id"],
                    "title": one["title"],
                    "summary": one["abstract"],
                    "upvotes": one["upvotes"],
                    "publishedAt": one["published"] + "T10:00:00.000Z",
                    "authors": [{"name": name, "hidden": False} for name in one["authors"]],
                },
                "numComments": one["num_comments"],
            }
            for one in papers
        ]
    )


def page(papers: list[dict[str, Any]]) -> str:
    props = html.escape(json.dumps({"dailyPapers": json.loads(api(papers)), "dateString": "2024-06-18"}))
    links = "".join(
        f'<article><h3><a href="/papers/{one["arxiv_id"]}">{one["title"]}</a></h3></article>' for one in papers
    )
    return f'<!doctype html><html><body><div data-target="DailyPapers" data-props="{props}">{links}</div></body></html>'


LAYOUTS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    one.__name__: one for one in (card, plain, glued, firecrawl, barelinks, trending, api, page)
} | {f"generic:{one.__name__}": one for one in layouts.LAYOUTS}


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
    per_paper = len(plain(rows(50))) / 50
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
