# ruff: noqa: E501  hostile texts are easier to read in long lines
"""FAULTS 2, 7, 10 and 13, and bad dumps of every kind: a clear line each, and nothing half-guessed."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from digest import sources
from digest.errors import DumpRefused
from digest.model import Capture, RawDump
from tests.layouts import KNOWN, LAYOUTS, rss, some_rows

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
TEXTS = ("card", "plain", "glued", "firecrawl", "barelinks", "trending")


def read(content: str | bytes, where: str = "2024-06-18.txt") -> Capture:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return sources.read(RawDump("test", where, data, NOW), NOW)


def titles(capture: Capture) -> list[str]:
    return [one.paper.title for one in capture.sightings]


def row(**fields: object) -> dict[str, object]:
    return {"paper": {"id": "2406.00001", "title": "A Title", "summary": "We propose.", **fields}, "numComments": 1}


@pytest.mark.parametrize("style", TEXTS)
def test_fault_2_of_a_text_that_was_cut_all_whole_records_are_taken_and_the_cut_one_is_named(style):
    rows = some_rows()
    text = KNOWN[style](rows)
    last = text.rindex(rows[-1]["title"])
    for cut in range(last + len(rows[-1]["title"]) // 2, text.rindex("representations"), 7):
        if text[:cut].rstrip().endswith((".", ")")):
            continue
        capture = read(text[:cut])
        assert titles(capture) == [one["title"] for one in rows[:-1]], text[cut - 30 : cut]
        assert len(capture.rejects) <= 1


@pytest.mark.parametrize("style", TEXTS)
def test_fault_2_the_reject_says_where_the_text_was_cut(style):
    text = KNOWN[style](some_rows())
    (reject,) = read(text[: text.rindex("compare their")]).rejects
    assert reject.where.startswith("2024-06-18.txt:")
    assert reject.why == "cut off: the last record is not whole"


@pytest.mark.parametrize("layout", [KNOWN["api"], KNOWN["page"], rss], ids=["api", "page", "feed"])
def test_fault_2_what_must_close_and_does_not_is_refused_whole(layout):
    text = layout(some_rows())
    for cut in (len(text) - 1, len(text) - 20, len(text) // 2, len(text) // 3):
        with pytest.raises(DumpRefused, match="cut off"):
            read(text[:cut])


@pytest.mark.parametrize("layout", [*KNOWN.values(), *LAYOUTS], ids=lambda one: one.__name__)
def test_fault_2_a_cut_anywhere_never_gives_a_title_that_is_not_one(layout):
    rows = some_rows()
    text = layout(rows)
    real = {one["title"] for one in rows}
    for cut in range(len(text) // 9, len(text), len(text) // 41):
        try:
            found = titles(read(text[:cut]))
        except DumpRefused:
            continue
        assert set(found) <= real, text[cut - 40 : cut]


def test_fault_7_dates_of_one_digit_are_dates():
    rows = [
        row(id=f"2406.0000{n}", title=f"Title {n}", publishedAt=day) for n, day in enumerate(["2024-6-9", "2024-06-10"])
    ]
    capture = read(json.dumps(rows), "2024-6-18.json")
    assert capture.dump.captured_on == date(2024, 6, 18)
    assert [one.paper.published for one in capture.sightings] == [date(2024, 6, 9), date(2024, 6, 10)]


@pytest.mark.parametrize(
    "bad",
    ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000],
    ids=["lists", "objects"],
)
def test_fault_10_a_row_nested_100k_deep_is_one_named_reject(bad):
    capture = read(f"[{json.dumps(row())}, {bad}, {json.dumps(row(id='2406.00002', title='Another'))}]")
    assert titles(capture) == ["A Title", "Another"]
    assert [reject.why for reject in capture.rejects] == ["row 2: nested too deep"]


@pytest.mark.parametrize("value", ["9" * 5000, "NaN", "Infinity", "-3", "1e400", "true", '"1.3k"', "[]", "{}"])
def test_fault_10_an_absurd_number_is_no_count_and_the_paper_stays(value):
    text = json.dumps([row(upvotes="X")]).replace('"X"', value)
    (sighting,) = read(text).sightings
    assert sighting.paper.title == "A Title"
    assert sighting.paper.upvotes in (None, 0)


@pytest.mark.parametrize(
    "bad", ["{'paper': ", "{'paper': {'title': __import__('os')}}", "{" * 5000, "nonsense", "7", "null"]
)
def test_a_malformed_row_is_a_named_reject_and_its_neighbours_are_taken(bad):
    text = json.dumps([row(), bad, row(id="2406.00002", title="Another")])
    capture = read(text)
    assert titles(capture) == ["A Title", "Another"]
    assert [reject.why[:6] for reject in capture.rejects] == ["row 2:"]


def test_rows_that_python_printed_are_read():
    assert titles(read(json.dumps([str(row()), str(row(id="2406.00002", title='It\'s "Quoted"'))]))) == [
        "A Title",
        'It\'s "Quoted"',
    ]


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("A \ud800Title", "A Title"),
        ("A\x00 Title", "A Title"),
        ("\ufeffA Title", "A Title"),
        ("A \u202eTitle\u202c", "A Title"),
        ("A Ti\u200dtle", "A Title"),
        ("A\u2028Title", "A Title"),
        ("A\u00a0 \tTitle\n", "A Title"),
        ("Cafe\u0301 Title", "Café Title"),
        ("\u2066A\u2069 Ti\u00adtle", "A Title"),
    ],
    ids=["surrogate", "nul", "bom", "rtl", "zwj", "u2028", "spaces", "nfc", "isolates"],
)
@pytest.mark.parametrize("style", ["api", "firecrawl", "page"])
def test_fault_13_a_title_is_clean_before_anyone_keeps_it(style, dirty, clean):
    if style == "firecrawl":
        dirty = dirty.replace("\n", " ")  # a heading ends at its line
    rows = some_rows(3)
    rows[1]["title"] = dirty
    assert titles(read(KNOWN[style](rows)))[1] == clean


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (gzip.compress(b"text"), "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"%PDF-1.7 ...", "PDF"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x00\x01\x02\x03" * 500, "binary"),
    ],
    ids=["empty", "blank", "bom", "gzip", "zip", "pdf", "bytes", "zeros"],
)
def test_what_is_no_text_is_refused_with_its_reason(content, why):
    with pytest.raises(DumpRefused, match=why):
        read(content)


def test_a_line_of_50_megabytes_is_refused_and_amid_papers_only_it_is_left_out():
    with pytest.raises(DumpRefused):
        read(b"word " * 10_000_000)
    rows = some_rows(60)
    rows[1]["abstract"] = "We propose. " * 2000
    capture = read(KNOWN["card"](rows))
    assert titles(capture) == [row["title"] for row in rows if row is not rows[1]]
    assert [reject.why for reject in capture.rejects] == ["longer than any title or abstract"]


@pytest.mark.parametrize("text", ["[" * 200_000, "(" * 200_000, "**" * 200_000, "[a](" * 50_000, "[1]" * 50_000, "|" * 300_000,
                                  "1. " * 100_000, "- " * 200_000, "<" * 200_000, "a, " * 100_000, "\\" * 200_000, "![" * 100_000,
                                  "👍 1 · " * 40_000, "Jun 1 " * 50_000, "http://" * 50_000, '"' * 200_000, "{'" * 100_000,
                                  "A, B and " * 50_000, "_*" * 100_000, "\n" * 400_000 + "x", "#" * 300_000, "[[]" * 60_000,
                                  "Title: " * 50_000, "• 1 author" * 30_000, "Title: [](" * 40_000])  # fmt: skip
def test_no_text_takes_long(text):
    from time import process_time

    for form in (
        text,
        f"Get trending papers in your email inbox!\n\n{text}",
        "\n".join([text[:300]] * 300),
        f"<html>{text}</html>",
        f"[{text}]",
    ):
        start = process_time()
        with pytest.raises(DumpRefused):
            read(form)
        assert process_time() - start < 10.0, f"hangs on {form[:40]}"  # what is quadratic takes minutes
