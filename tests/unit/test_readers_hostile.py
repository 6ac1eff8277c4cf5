# ruff: noqa: E501  made-up pages are easier to read in long lines
"""No input makes a reader do anything but read or refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import sources
from digest.errors import DumpRefused
from digest.model import Listing, RawDump
from digest.text import clean

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
STYLE_NAMES = tuple(sources.STYLES)


def check_one_line(refused: DumpRefused) -> None:
    assert "\n" not in str(refused)


pieces = st.sampled_from(
    [
        "new", "Get trending papers in your email inbox!", "Subscribe", "SubscribeA Title", "Jun 4", "Feb 30", "Oct 3, 2024 4",
        "  • 4 authors", "·", "### [T](https://huggingface.co/papers/2406.01574)", "[23](https://huggingface.co/login?next=%2Fpapers%2F2406.01574)",
        "https://huggingface.co/papers/2406.01574", "https://huggingface.co/papers/2406.01574#community", " [-] 7", "[Upvote", "|", "| title | abstract |",
        "title,abstract", "Title: x", "Abstract:", "[1]x", "   1. https://a.b/c", "1. **x**", "{", "[", "]", '{"title": "x"}', "<html>", "</html>",
        "<article>", '<div data-props="{&quot;dailyPapers&quot;: [{&quot;title&quot;: 3}]}">', "\ud800", "\x00", "\u202e", "a" * 300 + ".", "We propose. " * 40,
        "- heading \"x\" [level=3]", "===", "---", "> quoted", "👍 3 · 💬 2", "<rss><channel><item><title>x</title></item></channel></rss>",
    ]
)  # fmt: skip
hostile = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(pieces, st.text(max_size=40)), max_size=40).map("\n".join),
    st.lists(pieces, max_size=30).map("\n\n".join),
    st.lists(pieces, max_size=12).map("".join),
)


@pytest.mark.parametrize("style", STYLE_NAMES)
@given(text=hostile)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_makes_a_reader_do_anything_but_read_or_refuse(style, text):
    reader = sources.STYLES[style]
    reader.recognises(text)
    try:
        listing = reader.read(text, "x.txt")
    except DumpRefused as refused:
        check_one_line(refused)
    else:
        assert isinstance(listing, Listing)
        assert all(entry.paper.title == clean(entry.paper.title) != "" for entry in listing.entries)


@given(content=st.one_of(st.binary(max_size=400), hostile.map(lambda text: text.encode("utf-8", "surrogatepass"))))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_make_reading_do_anything_but_read_or_refuse(content):
    try:
        capture = sources.read(RawDump("test", "x.txt", content, NOW), NOW)
    except DumpRefused as refused:
        check_one_line(refused)
    else:
        assert len({one.position for one in capture.sightings}) == len(capture.sightings) > 0


@given(data=st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
                         lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                             st.sampled_from(["paper", "title", "summary", "id", "authors", "name", "upvotes", "publishedAt", "numComments",
                                              "organization", "ai_keywords", "githubRepo", "dailyPapers"]), inner, max_size=6), max_leaves=25))  # fmt: skip
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_json_makes_the_readers_of_rows_raise(data):
    for text in (json.dumps(data), json.dumps([data]), repr([data])):
        for style in ("api", "generic"):
            try:
                listing = sources.STYLES[style].read(text, "x.json")
            except DumpRefused as refused:
                check_one_line(refused)
            else:
                assert all(entry.paper.title for entry in listing.entries)
