"""Speed and quality of the ranker, as one JSON line: ``python tests/bench/rank.py [--quality] [--many N]``.

The papers are made up from the shipped background's words, so the speed figures need no other data; the quality
figures are those of the labelled development sets kept beside the project (../shared/rankbench).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.evaluate.ranking import evaluate_ranking  # noqa: E402
from digest.model import Change, Interest, Paper, Profile  # noqa: E402
from digest.ranking import Background  # noqa: E402
from digest.ranking.learning import learn  # noqa: E402
from digest.ranking.ranker import Ranker  # noqa: E402

KNOWN, NEW, PROFILES, LIKES, TOPICS = 20_000, 500, 5_000, 50, 400
SHOWN = 10


def papers(background: Background, many: int, seed: int) -> list[Paper]:
    """Made-up papers of 110 words: a third drawn by how common a word is, the rest from the paper's own topic.

    As with real abstracts, a paper has about 125 terms, and about 6,000 of them are met again in 900 others.
    """
    rng = np.random.default_rng(seed)
    words = np.array([term for term in background.terms if " " not in term])
    common = background.counts[[background.terms[word] for word in words]].astype(float)
    common /= common.sum()
    topics = np.random.default_rng(0).integers(0, len(words), (TOPICS, 40))
    found = []
    for n in range(many):
        own = words[rng.choice(topics[rng.integers(TOPICS)], 70)]
        text = rng.permutation(np.concatenate([own, words[rng.choice(len(words), 40, p=common)]]))
        found.append(Paper(title=" ".join(text[:9]), abstract=" ".join(text[9:]), id=f"{seed}-{n}"))
    return found


def profiles(known: Sequence[Paper], many: int) -> list[Profile]:
    """Profiles with `LIKES` likes each, taken from one stretch of the known papers."""
    rng = np.random.default_rng(1)
    interests = [
        Interest("Likes", like=tuple(known[n].id for n in rng.choice(len(known), LIKES, replace=False)))
        for _ in range(many)
    ]
    return [Profile(f"p{n}", "UTC", "", (), (interest,)) for n, interest in enumerate(interests)]


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Processor seconds of the fastest of *times* runs."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def learned(default: Background, folder: Path) -> tuple[Path, float]:
    """A background of `KNOWN` papers on disk, learned in a process of its own as `digest learn` does; its seconds."""
    path = folder / "learned.npz"

    def work() -> None:
        learn(papers(default, KNOWN, 1), default).save(path)

    start = time.perf_counter()
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    return path, time.perf_counter() - start


def speed(folder: Path) -> dict[str, float]:
    """Time and memory at the sizes that the ranker is meant for; the processor's seconds, so others disturb little."""
    default = Background.default()
    figures = {"load_s": seconds(lambda: [default.terms, default.says, default.guides, default.settled])}
    path, figures["learn_20000_s"] = learned(default, folder)
    background = Background(path)
    known, new = papers(default, KNOWN, 1), papers(default, NEW, 2)
    figures["load_learned_s"] = seconds(lambda: [background.terms, background.says, background.known])
    liked = {paper.id: paper for paper in known}
    everyone = profiles(known, PROFILES)
    changes = [Change(paper, "new") for paper in new]
    ranker = Ranker(background)
    figures["half_s"] = seconds(lambda: last(ranker.orders(new, everyone[: PROFILES // 2], liked)), 2)
    figures["order_s"] = seconds(lambda: last(ranker.orders(new, everyone, liked)), 2)
    figures["rank_s"] = seconds(lambda: last(ranker.rank(changes, everyone, liked)))
    figures["reasons_s"] = seconds(
        lambda: last(r.reasoned(r.picks[:SHOWN]) for r in ranker.rank(changes, everyone, liked))
    )
    figures["peak_mb"] = peak()
    one = [Profile("p", "UTC", "", (), (Interest("One", keywords=("diffusion", "video"), like=("A liked title",)),))]
    short = Ranker(default)
    figures["one_ms"] = 1000 * seconds(
        lambda: [r.reasoned(r.picks[:SHOWN]) for r in short.rank(changes[:40], one, {})], 5
    )
    return figures


def last(found: Iterable[Any]) -> None:
    """Work through all of *found* and keep nothing."""
    deque(found, maxlen=0)


def peak() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def many(folder: Path, count: int) -> dict[str, float]:
    """*count* profiles of `LIKES` likes, and a tenth of them: processor seconds and memory, reasons of ten included."""
    default = Background.default()
    path, _ = learned(default, folder)
    known, new = papers(default, KNOWN, 1), papers(default, NEW, 2)
    liked = {paper.id: paper for paper in known}
    everyone = profiles(known, count)
    changes = [Change(paper, "new") for paper in new]
    ranker = Ranker(Background(path))

    def work(some: Sequence[Profile]) -> None:
        last(ranking.reasoned(ranking.picks[:SHOWN]) for ranking in ranker.rank(changes, some, liked))

    tenth = seconds(lambda: work(everyone[: count // 10]))
    return {"profiles": count, "tenth_s": tenth, "all_s": seconds(lambda: work(everyone)), "peak_mb": peak()}


def quality(sets: Path) -> dict[str, float]:
    """nDCG@10 on the development sets."""
    figures = {}
    for split, signals in (
        ("fulltext-dev", "likes"),
        ("digest-dev", "likes"),
        ("digest-dev", "both"),
        ("digest-dev", "keywords"),
    ):
        for row in evaluate_ranking(sets / split, signals):
            figures[f"{split}/{signals}/{row.slice}"] = row.values["nDCG@10"]
    return figures


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quality", action="store_true", help="rank the development sets as well")
    options.add_argument("--many", type=int, metavar="N", help="rank for N profiles instead; goal: linear, 1 GB")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = many(Path(folder), given.many) if given.many else speed(Path(folder))
    sets = ROOT.parent / "shared" / "rankbench"
    if given.quality and sets.is_dir():
        figures |= quality(sets)
    sys.stdout.write(json.dumps({name: round(value, 4) for name, value in figures.items()}) + "\n")


if __name__ == "__main__":
    main()
