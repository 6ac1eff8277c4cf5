"""The real dumps and days of the API by the product's own matcher: what is one paper, and what is two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from digest import matching, news, sources
from digest.model import Capture, Known

pytestmark = pytest.mark.shared
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read(files: Iterable[Path]) -> list[Capture]:
    return [sources.read(sources.load(str(file), NOW, max_bytes=2**28), NOW) for file in sorted(files)]


def taken(captures: Iterable[Capture]) -> tuple[dict[str, Known], list[str]]:
    """Take the dumps in one after the other; return the papers and the causes of updates."""
    papers: dict[str, Known] = {}
    told = []
    for capture in captures:
        index = matching.Index(papers.values())
        found = news.assign(capture, [index.candidates(paper) for paper in capture.papers])
        for sighting, before in zip(capture.sightings, found, strict=True):
            after, changes = news.take(before, sighting, capture.dump)
            papers[after.paper.id] = after
            told += [change.cause for change in changes if change.kind == "updated"]
    return papers, told


def shown(papers: dict[str, Known]) -> Sequence[tuple[object, ...]]:
    return sorted(repr(replace(known.paper, id="")) for known in papers.values())


@pytest.fixture(scope="module")
def dumps(shared: Path) -> list[Capture]:
    return read((shared / "seeds").iterdir())


def test_the_five_dumps_hold_346_papers_in_388_rows(dumps: list[Capture]) -> None:
    papers, told = taken(dumps)

    assert sum(len(capture.sightings) for capture in dumps) == 388
    assert len(papers) == 346
    assert told == [], "no dump knows a later version, a code link or an upvote"


def test_the_five_dumps_hold_the_same_papers_in_any_order(dumps: list[Capture]) -> None:
    expected = shown(taken(dumps)[0])

    for order in list(permutations(dumps))[7::23]:
        assert shown(taken(order)[0]) == expected


def test_no_two_papers_of_the_api_are_merged_though_their_ids_are_hidden(shared: Path) -> None:
    papers = {paper.arxiv_id: paper for capture in read((shared / "hf_api").glob("*.json")) for paper in capture.papers}
    assert len(papers) > 600
    index = matching.Index(Known(replace(paper, arxiv_id=None, id=str(id_))) for id_, paper in papers.items())

    for id_, paper in papers.items():
        hidden = replace(paper, arxiv_id=None)
        candidates = index.candidates(hidden)
        assert matching.best_match(hidden, candidates).id == id_  # type: ignore[union-attr]
        assert matching.best_match(hidden, [one for one in candidates if one.paper.id != id_]) is None


@pytest.mark.parametrize("day", ["2024-06-04", "2024-06-18", "2024-07-12"])
def test_every_capture_of_a_day_shows_the_same_papers(shared: Path, day: str) -> None:
    captures = read(file for file in (shared / "captures").glob(f"{day}.*") if "truth" not in file.name)

    assert len(captures) == 7
    for old, new in permutations(captures, 2):
        found = news.diff(old, new)
        assert (found.new, found.updated, found.gone) == ((), (), ()), f"{old.dump.style} -> {new.dump.style}"
        assert found.same == len(new.sightings)
