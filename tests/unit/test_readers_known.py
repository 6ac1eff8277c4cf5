# ruff: noqa: E501  made-up pages are easier to read in long lines
"""The readers of the known capture styles: what they promise beyond the real dumps."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import sources
from digest.model import Capture, RawDump
from digest.text import clean
from tests.layouts import HEAD, KNOWN, some_rows

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def read(text: str, where: str = "2024-06-18.txt") -> Capture:
    return sources.read(RawDump("test", where, text.encode("utf-8", "surrogatepass"), NOW), NOW)


word = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="[]()|*_`#<>&\\\"'{}·•"),
    min_size=2,
    max_size=9,
)
made_titles = st.lists(
    st.lists(word, min_size=3, max_size=9).map(lambda words: clean("On " + " ".join(words) + " x")),
    min_size=1,
    max_size=6,
    unique_by=str.casefold,
)


@pytest.mark.parametrize("style", KNOWN)
@given(titles=made_titles)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_text_to_papers_to_text_keeps_every_title(style, titles):
    rows = [row | {"title": title} for row, title in zip(some_rows(len(titles)), titles, strict=True)]
    capture = read(KNOWN[style](rows))
    again = read(
        KNOWN[style]([row | {"title": one.paper.title} for row, one in zip(rows, capture.sightings, strict=True)])
    )
    assert capture.dump.style == style
    assert [one.paper.title for one in capture.sightings] == titles
    assert [one.paper for one in again.sightings] == [one.paper for one in capture.sightings]


@pytest.mark.parametrize("style", KNOWN)
def test_windows_line_ends_and_utf_16_change_nothing(style):
    text = KNOWN[style](some_rows())
    plain = [one.paper for one in read(text).sightings]
    for content in (text.replace("\n", "\r\n").encode(), text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        capture = sources.read(RawDump("test", "2024-06-18.txt", content, NOW), NOW)
        assert (capture.dump.style, [one.paper for one in capture.sightings]) == (style, plain)


@pytest.mark.parametrize("style", KNOWN)
def test_a_page_that_lists_a_paper_twice_holds_it_once(style):
    rows = some_rows(4)
    capture = read(KNOWN[style]([*rows, rows[1], rows[0]]))
    assert [one.paper.title for one in capture.sightings] == [row["title"] for row in rows]
    assert [one.position for one in capture.sightings] == [0, 1, 2, 3]


def test_two_papers_of_one_title_and_different_ids_stay_two():
    first, second = some_rows(2)
    capture = read(KNOWN["firecrawl"]([first, second | {"title": first["title"]}]))
    assert [one.paper.arxiv_id for one in capture.sightings] == [first["arxiv_id"], second["arxiv_id"]]


def test_in_a_card_no_number_after_the_date_means_no_comments():
    text = HEAD + f"A Title Without Comments\n\n{some_rows(1)[0]['abstract']}\n\n  • 4 authors\n·\nJun 3\n"
    (sighting,) = read(text).sightings
    assert (sighting.paper.num_comments, sighting.paper.published) == (0, date(2024, 6, 3))


def test_a_card_without_footer_in_the_midst_is_read_and_shows_nothing_of_it():
    one, two, three = some_rows(3)
    text = KNOWN["card"]([one, three]).replace(
        three["title"], f"{two['title']}\n\n{two['abstract']}\n\n{three['title']}"
    )
    capture = read(text)
    assert [seen.paper.title for seen in capture.sightings] == [row["title"] for row in (one, two, three)]
    assert (capture.sightings[1].paper.num_authors, capture.sightings[1].paper.num_comments) == (None, None)
    assert capture.rejects == ()


def test_markdown_escapes_are_undone_and_latex_stays_as_written():
    row = some_rows(1)[0]
    text = KNOWN["firecrawl"]([row | {"title": r"A\_B \[draft\] of $\alpha\%$ \& more"}])
    assert read(text).sightings[0].paper.title == r"A_B [draft] of $\alpha\%$ \& more"


def test_a_date_after_the_day_of_the_page_is_left_out_by_name_and_the_paper_stays():
    rows = some_rows(3)
    text = KNOWN["card"](rows).replace(", 2023", "")
    capture = read(text, "2024-06-11.txt")
    assert len(capture.sightings) == 3
    assert [one.paper.published for one in capture.sightings] == [date(2024, 6, 10), date(2024, 6, 11), None]
    assert [reject.why[:39] for reject in capture.rejects] == ["row 3: the date 2024-06-12 is after 202"]


def test_the_page_falls_back_to_what_a_person_sees():
    rows = some_rows(3)
    articles = "".join(
        f'<article><a href="/login?next=%2Fpapers%2F{row["arxiv_id"]}"><div>{row["upvotes"]}</div></a><h3><a href="/papers/'
        f'{row["arxiv_id"]}">{row["title"].replace("&", "&amp;")}</a></h3><p>{row["abstract"]}</p><a href="/papers/{row["arxiv_id"]}">'
        f'<ul><li>{row["num_authors"]} authors</li></ul></a><time datetime="{row["published"]}T10:00:00Z">x</time>'
        f'<a href="/papers/{row["arxiv_id"]}#community">{row["num_comments"]}</a></article>'
        for row in rows
    )
    capture = read(f"<!doctype html><html><body><main>{articles}</main></body></html>")
    assert capture.dump.style == "page"
    for sighting, row in zip(capture.sightings, rows, strict=True):
        paper = sighting.paper
        assert (paper.title, paper.abstract, paper.arxiv_id) == (row["title"], row["abstract"], row["arxiv_id"])
        assert (paper.upvotes, paper.num_comments, paper.num_authors) == (
            row["upvotes"],
            row["num_comments"],
            row["num_authors"],
        )
        assert paper.published == date.fromisoformat(row["published"])


def test_the_page_says_which_day_it_is_of():
    capture = read(KNOWN["page"](some_rows(2)), "saved.html")
    assert (capture.dump.captured_on, capture.dump.dated_by) == (date(2024, 6, 18), "header")


def test_the_version_of_a_link_is_kept_apart_from_the_id():
    text = KNOWN["api"](some_rows(1)).replace("2406.11000", "2406.11000v3")
    paper = read(text).sightings[0].paper
    assert (paper.arxiv_id, paper.version) == ("2406.11000", 3)
