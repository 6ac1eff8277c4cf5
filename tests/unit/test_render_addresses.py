"""Only http(s) addresses are linked, and each link says where it leads."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.render.addresses import code_link, paper_link, place, safe_url, search_url
from tests.builders import a_paper


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//example.org/x",
        "/relative",
        "example.org/x",
        "mailto:a@example.org",
        "https://",
        "https:///x",
        "https://user:secret@example.org/",
        "https://arxiv.org@example.org/",
        "https://exa mple.org/",
        "https://example.org\\@evil.example/",
        "https://example.org:port/",
        "https://[::1/",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_fault_45_an_address_that_must_not_be_linked_is_not(url):
    assert safe_url(url) == ""


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://arxiv.org/abs/2611.01234v2", "https://arxiv.org/abs/2611.01234v2"),
        ("HTTP://Example.ORG/Path?a=1&b=2#c", "http://example.org/Path?a=1&b=2#c"),
        ("https://example.org/\"<x>'|y", "https://example.org/%22%3Cx%3E%27%7Cy"),
        ("https://例え.jp/論文", "https://xn--r8jz45g.jp/%E8%AB%96%E6%96%87"),
        ("https://example.org/a%20b?q=c+d", "https://example.org/a%20b?q=c+d"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("https://example.org/a\u200bb", "https://example.org/ab"),
    ],
)
def test_a_web_address_is_kept_and_written_so_that_it_can_stand_anywhere(url, safe):
    assert safe_url(url) == safe
    assert safe_url(safe) == safe


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=60).map(lambda tail: f"https://example.org/{tail}") | st.text(max_size=80))
def test_what_is_linked_holds_nothing_that_could_end_an_attribute_or_a_link(url):
    safe = safe_url(url)
    assert not safe or safe.startswith(("http://", "https://"))
    assert not set(safe) & set("\"'<>|\\ \n\t`")
    assert safe.isascii()


def test_a_paper_is_linked_to_where_it_stands_and_the_link_says_so():
    link, found = paper_link(a_paper(url="https://www.example.org/p/1", arxiv_id="2611.00001"))
    assert (link.url, link.words, found) == ("https://www.example.org/p/1", "Read on example.org", True)


def test_an_arxiv_number_is_enough_for_a_link():
    link, found = paper_link(a_paper(url="ftp://x", arxiv_id="2611.00001v2"))
    assert (link.url, link.words, found) == ("https://arxiv.org/abs/2611.00001v2", "Read on arXiv", True)


def test_a_paper_without_a_link_gets_a_search_for_its_title_that_says_so():
    link, found = paper_link(a_paper("Frames & Spheres: $10^{3}$ Ways to α-Turn?", arxiv_id="not one"))
    assert not found
    assert link.words == "Search arXiv for this title"
    parts = urlsplit(link.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "arxiv.org", "/search/")
    assert parse_qs(parts.query)["query"] == ["Frames Spheres Ways to Turn"]
    assert safe_url(link.url) == link.url


def test_a_search_for_a_very_long_title_ends_at_a_word():
    query = parse_qs(urlsplit(search_url("wonderful " * 100)).query)["query"][0]
    assert len(query) <= 150
    assert set(query.split()) == {"wonderful"}


def test_code_is_linked_where_it_is_or_not_at_all():
    assert code_link(a_paper(code_url="https://github.com/a/b")).words == "Code on GitHub"
    assert code_link(a_paper(code_url="https://code.example.org/b")).words == "Code on code.example.org"
    assert code_link(a_paper(code_url="javascript:x")) is None
    assert code_link(a_paper()) is None


def test_a_site_that_only_ends_like_a_known_one_is_called_by_its_own_name():
    assert place("https://notarxiv.org/x") == "notarxiv.org"
    assert place("https://export.arxiv.org/x") == "arXiv"
