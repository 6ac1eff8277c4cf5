"""A layout that nobody described is read right, or not at all: a wrong title is worse than none."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from digest import sources
from digest.errors import DumpRefused
from digest.model import Capture, Paper, RawDump
from tests.converters import CONVERTED
from tests.layouts import LAYOUTS, headings, inner_text, jina, numbered_plain, some_rows, w3m

EVERY = LAYOUTS | CONVERTED
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
FIELDS = ("title", "abstract", "arxiv_id", "upvotes", "num_comments", "num_authors", "published", "authors")


def read(text: str, where: str = "page.txt") -> Capture:
    return sources.read(RawDump("test", where, text.encode(), NOW, date(2024, 6, 18)), NOW)


def shown_of(paper: Paper, name: str) -> object:
    value = getattr(paper, name)
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


def faults(layout, rows) -> list[str]:
    """What is wrong in the reading of *rows* in *layout*: a field that is not shown must be None."""
    capture = read(layout(rows))
    expected_style = "feed" if layout.__name__ == "rss" else "generic"
    wrong = [] if capture.dump.style == expected_style else [f"style {capture.dump.style}"]
    titles = [one.paper.title for one in capture.sightings]
    if titles != [row["title"] for row in rows]:
        return [*wrong, f"titles {titles}"]
    for sighting, row in zip(capture.sightings, rows, strict=True):
        for name in FIELDS:
            if name == "num_authors" and "authors" in EVERY[layout]:
                continue
            expected = row[name] if name in EVERY[layout] else None
            if shown_of(sighting.paper, name) != expected:
                wrong.append(f"{row['title']}: {name} is {shown_of(sighting.paper, name)}, not {expected}")
    return wrong


@pytest.mark.parametrize("layout", EVERY, ids=lambda layout: layout.__name__)
def test_every_layout_gives_what_it_shows_and_nothing_else(layout):
    assert faults(layout, some_rows()) == []


@pytest.mark.shared
@pytest.mark.parametrize("layout", EVERY, ids=lambda layout: layout.__name__)
def test_every_layout_of_a_real_day_gives_its_titles_and_no_others(shared, layout):
    truth = json.loads((shared / "captures" / "2024-06-18.page.truth.json").read_text())
    rows = [row | {"authors": ["Ada Lovelace", "Alan Turing"]} for row in truth]
    capture = read(layout(rows))
    assert [one.paper.title for one in capture.sightings] == [row["title"] for row in rows]
    assert [one.paper.abstract for one in capture.sightings] == [row["abstract"] for row in rows]


@pytest.mark.parametrize("layout", [jina, w3m, inner_text, headings, numbered_plain], ids=lambda one: one.__name__)
def test_a_text_that_was_cut_amid_its_last_record_gives_the_others_and_names_the_cut(layout):
    rows = some_rows()
    text = layout(rows)
    cut = text.rindex("compare their")
    capture = read(text[:cut])
    assert [one.paper.title for one in capture.sightings] == [row["title"] for row in rows[:-1]]
    assert [reject.why for reject in capture.rejects] == ["cut off: the last record is not whole"]


NEWS = "\n\n".join(
    f"Council approves plan number {n}\n\n"
    + "The council met on Tuesday and heard from residents of the old town. " * 6
    for n in range(12)
)
ARTICLE = "# How trains are cleaned\n\n" + "\n\n".join(
    f"## Step {n}\n\n" + "The crew walks through every carriage and collects what was left behind on the seats. " * 5
    for n in range(9)
)
SHOP = json.dumps(
    [{"title": f"Chair {n}", "description": "A wooden chair for the garden.", "price": n} for n in range(9)]
)


@pytest.mark.parametrize(
    "text",
    [
        NEWS,
        ARTICLE,
        SHOP,
        f"<!doctype html><html><body><h1>News</h1><p>{NEWS}</p></body></html>",
        "title,description\nChair,A wooden chair\nTable,A wooden table\n",
        "| title | description | price |\n|--|--|--|\n| Chair | Wooden | 3 |\n",
        "lorem ipsum " * 5000,
        "{}",
        "[]",
        '"papers"',
    ],
    ids=["news", "article", "shop", "html", "csv", "table", "lorem", "object", "list", "string"],
)
def test_a_page_of_another_site_is_refused_in_one_clear_line(text):
    with pytest.raises(DumpRefused) as refused:
        read(text)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("page.txt: ")


def test_a_text_of_which_less_than_half_is_understood_is_refused_whole():
    mixed = numbered_plain(some_rows(3)) + "\n\n" + NEWS
    with pytest.raises(DumpRefused):
        read(mixed)
