"""How much processor time composing and rendering cost: one JSON line, milliseconds per edition.

    python -m tests.bench.render [--editions 1000] [--papers 200]

Every edition has its own ten papers of those that came in, its own reasons and its own reader.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

from digest.compose import compose
from digest.model import Change, Digest, Interest, Paper, Pick, Profile, Reason, Target
from digest.render import Renderer
from digest.render.size import encoded_size

DAY = date(2026, 11, 20)
NAMES = ("Ice", "Birds", "Kites")
SENTENCE = (
    "steerable ice floes drift slowly over équivariant maps while $10^{3}$ kites count birds; a network of small"
    " models learns 5\\% more from fewer, noisier songs and says why it does not know"
)


def a_paper(rng: random.Random, number: int) -> Paper:
    def words(count: int) -> str:
        return " ".join(rng.choices(SENTENCE.split(), k=count))

    return Paper(
        id=str(number),
        title=words(11).capitalize(),
        abstract=". ".join(words(22).capitalize() for _ in range(8)) + ".",
        authors=tuple(words(2).title() for _ in range(6)),
        published=DAY,
        arxiv_id=f"2611.{number:05}",
        code_url=f"https://github.com/example/p{number}" if number % 3 == 0 else None,
        upvotes=number,
        num_comments=number % 5,
    )


def candidates(rng: random.Random, papers: list[Paper]) -> tuple[Pick, ...]:
    return tuple(
        Pick(
            Change(paper, "new"),
            0.5 + rng.random() / 2,
            rng.choice(NAMES),
            (Reason("keywords", (f"word{rng.randrange(999)}", "ice")), Reason("like", (rng.choice(papers).title,))),
        )
        for paper in rng.sample(papers, 60)
    )


def per_edition(work: Callable[[], object], editions: int) -> float:
    """Median of three rounds, in milliseconds of processor time."""
    rounds = []
    for _ in range(3):
        begun = time.process_time()
        work()
        rounds.append((time.process_time() - begun) * 1000 / editions)
    return round(statistics.median(rounds), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, default=1000)
    parser.add_argument("--papers", type=int, default=200)
    asked = parser.parse_args()
    rng = random.Random(11)
    papers = [a_paper(rng, number) for number in range(asked.papers)]
    profiles = [
        Profile(f"p{n}", "UTC", "daily 08:00", (Target("email", f"p{n}@example.org"),), tuple(map(Interest, NAMES)))
        for n in range(asked.editions)
    ]
    picks = [candidates(rng, papers) for _ in profiles]
    digests: list[Digest] = []

    def composing() -> None:
        digests[:] = [compose(p, DAY, k, asked.papers) for p, k in zip(profiles, picks, strict=True)]

    def rendering(channel: str) -> None:
        for digest, profile in zip(digests, profiles, strict=True):
            renderer.message(digest, profile, Target(channel, "x@example.org"))

    renderer = Renderer()
    figures: dict[str, object] = {"bench": "render", "editions": asked.editions}
    figures["compose_ms"] = per_edition(composing, asked.editions)
    begun = time.process_time()
    message = renderer.message(digests[0], profiles[0], profiles[0].deliver[0])
    figures["first_mail_ms"] = round((time.process_time() - begun) * 1000, 1)
    figures["mail_ms"] = per_edition(lambda: rendering("email"), asked.editions)
    figures["slack_ms"] = per_edition(lambda: rendering("slack"), asked.editions)
    figures["html_bytes"], figures["text_bytes"] = len(message.html.encode()), len(message.text.encode())
    figures["html_encoded_bytes"] = encoded_size(message.html)
    json.dump(figures, sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
