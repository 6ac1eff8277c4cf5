"""The real dumps, captures and API days: every field that they show is read, and is right."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest import sources
from digest.model import Capture

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
DUMPS = {
    "000": ("card", 35, date(2026, 1, 9), "header"),
    "001": ("plain", 62, date(2026, 3, 18), "guess"),
    "002": ("plain", 92, date(2026, 3, 12), "guess"),
    "003": ("card", 80, date(2025, 10, 31), "header"),
    "004": ("glued", 119, None, "none"),
}


def read(path: Path) -> Capture:
    return sources.read(sources.load(str(path), NOW), NOW)


def dump(shared: Path, number: str) -> Path:
    return next((shared / "seeds").glob(f"{number}_*.txt"))


@pytest.mark.shared
@pytest.mark.parametrize("number", DUMPS)
def test_each_real_dump_is_told_read_whole_and_dated(shared, number):
    style, rows, captured_on, dated_by = DUMPS[number]
    capture = read(dump(shared, number))
    assert (capture.dump.style, len(capture.sightings)) == (style, rows)
    assert (capture.dump.captured_on, capture.dump.dated_by) == (captured_on, dated_by)
    assert capture.rejects == ()


@pytest.mark.shared
def test_the_real_dumps_hold_388_rows_of_346_titles(shared):
    titles = [one.paper.title for number in DUMPS for one in read(dump(shared, number)).sightings]
    assert (len(titles), len(set(titles))) == (388, 346)


@pytest.mark.shared
def test_every_line_of_the_real_dumps_stands_in_a_paper_or_in_the_furniture(shared):
    for number in DUMPS:
        path = dump(shared, number)
        papers = [one.paper for one in read(path).sightings]
        held = {text for paper in papers for text in (paper.title, paper.abstract)}
        long_lines = {" ".join(line.split()) for line in path.read_text().split("\n") if len(line) > 60}
        assert {line.removeprefix("Subscribe") for line in long_lines} <= held, number


@pytest.mark.shared
def test_the_footers_of_the_real_cards_are_read_as_they_stand(shared):
    for number in ("000", "003"):
        path = dump(shared, number)
        lines = [line.strip() for line in path.read_text().split("\n")]
        for sighting in read(path).sightings:
            paper = sighting.paper
            after = lines[lines.index(paper.title) :][3:8]
            if paper.num_authors is None:
                assert paper.title == "Rethinking the shape convention of an MLP"
                continue
            assert f"• {paper.num_authors} authors" in after
            assert sighting.shown is not None
            assert paper.published is not None
            year = f", {sighting.shown.year}" if sighting.shown.year else ""
            comments = f" {paper.num_comments}" if paper.num_comments else ""
            assert f"{paper.published:%b} {paper.published.day}{year}{comments}" in after


@pytest.mark.shared
def test_the_row_without_author_and_date_is_read(shared):
    papers = {one.paper.title: one.paper for one in read(dump(shared, "003")).sightings}
    paper = papers["Rethinking the shape convention of an MLP"]
    assert paper.abstract is not None
    assert (paper.num_authors, paper.published, paper.num_comments) == (None, None, None)


@pytest.mark.shared
@pytest.mark.parametrize("style", ["card", "plain", "glued", "firecrawl", "barelinks", "trending", "page"])
def test_each_capture_equals_its_truth_in_every_field_that_it_shows(shared, style):
    truths = sorted((shared / "captures").glob(f"*.{style}.truth.json"))
    assert len(truths) == 3
    for truth in truths:
        path = next(one for one in truth.parent.glob(truth.name.replace("truth.json", "*")) if one != truth)
        capture = read(path)
        assert capture.dump.style == style
        assert capture.dump.captured_on == date.fromisoformat(path.name[:10])
        expected = json.loads(truth.read_text())
        found = [
            {name: getattr(one.paper, name) for name in expected[0]}
            | {"published": one.paper.published.isoformat() if one.paper.published else None}
            for one in capture.sightings
        ]
        named = [{"published": None} | row for row in expected]
        assert found == [{name: row[name] for name in found[0]} for row in named]


@pytest.mark.shared
def test_every_row_of_every_day_of_the_api_is_a_paper_or_a_named_reject(shared):
    days = sorted((shared / "hf_api").glob("*.json"))
    assert len(days) == 49
    for path in days:
        capture = read(path)
        assert capture.dump.style == "api"
        assert capture.dump.captured_on == date.fromisoformat(path.name[:10])
        rows = json.loads(path.read_text())
        assert len(capture.sightings) + len(capture.rejects) == len(rows)
        assert not capture.rejects, "all of them can be read, also those that were printed by Python"
        for sighting, row in zip(capture.sightings, rows, strict=True):
            if isinstance(row, str):
                assert f"'{sighting.paper.arxiv_id}'" in row[:40]
                continue
            paper = row["paper"]
            assert sighting.paper.arxiv_id == paper["id"]
            assert sighting.paper.title == " ".join(paper["title"].split())
            assert sighting.paper.abstract == " ".join(paper["summary"].split())
            assert sighting.paper.upvotes == paper["upvotes"]
            assert sighting.paper.num_comments == row["numComments"]
            assert sighting.paper.authors == tuple(" ".join(one["name"].split()) for one in paper["authors"])
            assert sighting.paper.published is not None
            assert sighting.paper.published.isoformat() == paper["publishedAt"][:10]
