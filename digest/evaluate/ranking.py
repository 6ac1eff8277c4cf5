"""Rank a labelled set with the product's own ranker, and measure the order.

A split folder holds papers.jsonl[.gz], profiles.jsonl and batches.jsonl (docs/ranking.md). The papers marked
*corpus* teach the background, as the bot learns from what it knows; *relevant* is read for the metrics alone.
"""

from __future__ import annotations

import gzip
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from digest.model import Interest, Paper, Profile
from digest.ranking import Background

if TYPE_CHECKING:
    from digest.pipeline.meaning import Meaning

Signals = Literal["likes", "keywords", "both"]
Ranked = tuple[Mapping[str, Any], Mapping[str, Any], list[str]]  # a profile, a batch, ids best first
METRICS = ("nDCG@10", "P@10", "MRR", "R@20")
_CUT, _RECALL = 10, 20
_DRAWS = 200  # bootstrap samples of users


@dataclass(frozen=True, slots=True)
class Row:
    """One slice of a table: means over users of their means over batches; *half* is nDCG@10's 95 % half-width."""

    slice: str
    users: int
    pairs: int
    values: Mapping[str, float]
    half: float


@dataclass(frozen=True, slots=True)
class Split:
    """A labelled set as read."""

    papers: Mapping[str, Paper]
    corpus: Sequence[Paper]
    profiles: Sequence[Mapping[str, Any]]
    batches: Sequence[Mapping[str, Any]]


def evaluate_ranking(
    split: Path, signals: Signals = "both", out: Path | None = None, meaning: Meaning | None = None
) -> tuple[Row, ...]:
    """Rank every batch for every profile that has a relevant paper in it; write the rankings to *out*.

    With *meaning* a sentence model is asked too. Raises ValueError naming the file when the folder is no ranking set.
    """
    with out.open("w", encoding="utf-8") if out else _Nowhere() as lines:
        per = by_user(rankings(read(split), signals, meaning), lines.write)
    return tuple(_row(name, users) for name, users in sorted(per.items()))


def by_user(
    ranked: Iterable[Ranked], write: Callable[[str], object] = len
) -> dict[str, dict[str, list[tuple[float, ...]]]]:
    """Slice -> user -> the measures of each of their rankings; every ranking is given to *write* as a line."""
    per: dict[str, dict[str, list[tuple[float, ...]]]] = defaultdict(lambda: defaultdict(list))
    for profile, batch, ids in ranked:
        write(json.dumps({"profile": profile["profile"], "batch": batch["batch"], "ranked": ids}) + "\n")
        per[profile["slice"]][profile["user"]].append(measures(ids, frozenset(batch["relevant"][profile["user"]])))
    return per


class _Nowhere:
    def __enter__(self) -> _Nowhere:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, _: str) -> None: ...


def rankings(split: Split, signals: Signals, meaning: Meaning | None = None) -> Iterator[Ranked]:
    """Yield (profile, batch, ids best first) for everything that is due."""
    from digest.ranking.learning import learn
    from digest.ranking.ranker import Ranker

    ranker = Ranker(learn(split.corpus, Background.default()))
    for batch in split.batches:
        due = [profile for profile in split.profiles if batch["relevant"].get(profile["user"])]
        papers = [split.papers[item] for item in batch["items"]]
        wishes = [as_profile(profile, signals) for profile in due]
        meanings = meaning.of(papers, wishes, split.papers, lambda most: split.corpus[-most:]) if meaning else None
        for profile, order in zip(due, ranker.orders(papers, wishes, split.papers, meanings), strict=True):
            yield profile, batch, [batch["items"][n] for n in order]


def as_profile(profile: Mapping[str, Any], signals: Signals) -> Profile:
    """A labelled profile as the config would state it, with what *signals* names alone."""
    interest = Interest(
        name="",
        keywords=tuple(profile.get("keywords") or ()) if signals != "likes" else (),
        like=tuple(profile["liked"]) if signals != "keywords" else (),
    )
    return Profile(profile["profile"], "UTC", "", (), (interest,))


def read(split: Path) -> Split:
    """Read a labelled set; ValueError names the file that is missing or broken."""
    papers: dict[str, Paper] = {}
    corpus = []
    for line in _lines(split, "papers.jsonl"):
        papers[line["id"]] = Paper(title=line["title"], abstract=line["abstract"] or None, id=line["id"])
        if line["corpus"]:
            corpus.append(papers[line["id"]])
    return Split(papers, corpus, list(_lines(split, "profiles.jsonl")), list(_lines(split, "batches.jsonl")))


def _lines(split: Path, name: str) -> Iterator[Mapping[str, Any]]:
    path = next((p for p in (split / name, split / f"{name}.gz") if p.is_file()), None)
    if path is None:
        raise ValueError(f"{split} has no {name} or {name}.gz")
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError as fault:
                raise ValueError(f"{path}:{number} is not JSON: {fault}") from None


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def measures(ranked: Sequence[str], relevant: frozenset[str]) -> tuple[float, ...]:
    """nDCG@10, P@10, the reciprocal rank of the first hit, and R@20 of one ranking."""
    hits = [item in relevant for item in ranked]
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits[:_CUT]) if hit)
    best = sum(1 / math.log2(place + 2) for place in range(min(_CUT, len(relevant))))
    first = next((1 / (place + 1) for place, hit in enumerate(hits) if hit), 0.0)
    return gain / best, sum(hits[:_CUT]) / _CUT, first, sum(hits[:_RECALL]) / len(relevant)


def _row(name: str, users: Mapping[str, Sequence[tuple[float, ...]]]) -> Row:
    means = [tuple(sum(values) / len(values) for values in zip(*of, strict=True)) for of in users.values()]
    values = {metric: sum(mean[n] for mean in means) / len(means) for n, metric in enumerate(METRICS)}
    return Row(name, len(means), sum(map(len, users.values())), values, _half_width([mean[0] for mean in means]))


def _half_width(values: Sequence[float]) -> float:
    """Half the 95 % interval of the mean, by drawing users with replacement, always the same draws."""
    rng = random.Random(0)  # noqa: S311 no secret: the same figures every time
    many = len(values)
    draws = sorted(sum(values[rng.randrange(many)] for _ in range(many)) / many for _ in range(_DRAWS))
    return (draws[round(0.97 * _DRAWS)] - draws[round(0.025 * _DRAWS)]) / 2
