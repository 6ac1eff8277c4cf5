"""The plain text of a mail is a digest of its own: narrow lines, and every link of the HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from digest.model import Target
from digest.render import Renderer
from digest.render.plain import WIDTH, columns, underlined, wrap
from digest.render.samples import SAMPLES
from tests.golden.digests import ADA, GOLDEN

MAIL = Target("email", "ada@example.org")
DIGESTS = [*((digest, ADA) for digest in GOLDEN.values()), *SAMPLES]


@pytest.mark.parametrize(("digest", "profile"), DIGESTS)
def test_every_link_of_the_html_is_in_the_text(digest, profile):
    message = Renderer().message(digest, profile, MAIL)
    links = {a.attributes["href"] for a in LexborHTMLParser(message.html).css("a")}
    assert [link for link in links if f": {link}\n" not in message.text] == []


@pytest.mark.parametrize(("digest", "profile"), DIGESTS)
def test_the_text_says_what_the_html_says(digest, profile):
    message = Renderer().message(digest, profile, MAIL)
    text = " ".join(message.text.split())
    page = LexborHTMLParser(message.html)
    for node in page.css("h1, h2, h3, p, li"):
        words = " ".join(node.text().split())
        if node.parent.tag == "ol" or "display" in (node.attributes.get("style") or "") or node.css("a"):
            words = re.sub(r"^\d+\. ", "", words)
        if not node.css("a") or node.tag in {"h2", "h3"}:
            assert words.replace(" ", "") in text.replace(" ", ""), words


@pytest.mark.parametrize(("digest", "profile"), DIGESTS)
def test_lines_are_narrow_but_for_addresses(digest, profile):
    for line in Renderer().message(digest, profile, MAIL).text.splitlines():
        assert columns(line) <= WIDTH or "http" in line, line
        assert line == line.rstrip()


def test_there_are_never_three_empty_lines_in_a_row():
    for digest, profile in DIGESTS:
        assert "\n\n\n\n" not in Renderer().message(digest, profile, MAIL).text


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=300), st.sampled_from(["", "  ", "    "]))
def test_wrapping_loses_no_character_and_keeps_the_width(text, indent):
    wrapped = wrap(text, indent)
    assert "".join(wrapped.split()) == "".join(text.split())
    longest = max((columns(word) for word in text.split()), default=0)
    assert all(columns(line) <= max(WIDTH, longest + len(indent)) for line in wrapped.split("\n"))


def test_text_without_spaces_is_divided_but_an_address_is_not():
    assert max(map(columns, wrap("深" * 100).split("\n"))) <= WIDTH
    address = "https://example.org/" + "x" * 100
    assert wrap(f"See {address} now") == f"See\n{address}\nnow"


def test_the_first_line_has_its_own_beginning():
    assert wrap("one " * 20, "    ", " 1. ").startswith(" 1. one one")
    assert wrap("one " * 20, "    ", " 1. ").split("\n")[1].startswith("    one")


def test_wide_characters_take_two_columns_and_combining_marks_none():
    assert columns("深度") == 4
    assert columns("e\u0301") == 1
    assert underlined("深度", "=") == "深度\n===="
