"""Links that an abstract names are shown, each with where it leads."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.render.addresses import Link, safe_url
from digest.render.found import links_in, paper_links
from tests.builders import a_paper

OWN = Link("https://arxiv.org/abs/2611.00001", "Read on arXiv")


@pytest.mark.parametrize(
    ("text", "url", "words"),
    [
        ("Code: https://github.com/frost/floes.", "https://github.com/frost/floes", "Code on GitHub"),
        ("Code (https://github.com/frost/floes).", "https://github.com/frost/floes", "Code on GitHub"),
        ("at {https://github.com/frost/floes}.", "https://github.com/frost/floes", "Code on GitHub"),
        (r"at \url{https://github.com/frost/ice\_floes}", "https://github.com/frost/ice_floes", "Code on GitHub"),
        (r"\href{https://github.com/frost/floes}{here}", "https://github.com/frost/floes", "Code on GitHub"),
        ("[code](https://github.com/frost/floes),", "https://github.com/frost/floes", "Code on GitHub"),
        ("see github.com/frost/floes for code", "https://github.com/frost/floes", "Code on GitHub"),
        ("see https://github.com/frost/floes.Our kite", "https://github.com/frost/floes", "Code on GitHub"),
        ("at https://floes.github.io/", "https://floes.github.io/", "Project page on floes.github.io"),
        ("at floes.github.io.", "https://floes.github.io", "Project page on floes.github.io"),
        ("Project page: https://ice.example.org/f", "https://ice.example.org/f", "Project page on ice.example.org"),
        ("More at https://ice.example.org/f", "https://ice.example.org/f", "More on ice.example.org"),
        ("https://huggingface.co/datasets/frost/f", "https://huggingface.co/datasets/frost/f", "Data on Hugging Face"),
        ("https://huggingface.co/frost/f", "https://huggingface.co/frost/f", "Model on Hugging Face"),
        ("https://huggingface.co/spaces/frost/f", "https://huggingface.co/spaces/frost/f", "Demo on Hugging Face"),
        ("https://zenodo.org/records/12", "https://zenodo.org/records/12", "Data on zenodo.org"),
        ("https://ice.example.org/a_(b)", "https://ice.example.org/a_(b)", "More on ice.example.org"),
        ("HTTPS://GitHub.com/frost/floes!", "https://github.com/frost/floes", "Code on GitHub"),
    ],
)
def test_a_link_is_found_and_cleaned_of_what_is_around_it(text, url, words):
    assert links_in(text) == [Link(url, words)]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1) data:text/html,x ftp://example.org/x file:///etc/passwd",
        "https://arxiv.org/abs/2611.00002 and https://doi.org/10.1/x are other papers",
        "https://huggingface.co/papers/2611.00002",
        "https://user:secret@example.org/x",
        "https:// and https://localhost/x and http://",
        "mail frost@github.com/none",
        "no link here",
        "",
    ],
)
def test_what_is_no_link_of_the_papers_own_is_left_out(text):
    assert links_in(text) == []


def test_the_same_address_stands_once_and_no_two_links_have_the_same_words():
    paper = replace(
        a_paper("Floes"),
        code_url="https://github.com/Frost/floes",
        abstract="See http://www.github.com/frost/floes/ and https://github.com/frost/other and https://floes.github.io",
    )
    assert [link.words for link in paper_links(paper, OWN)] == [
        "Read on arXiv",
        "Code on GitHub",
        "Project page on floes.github.io",
    ]


def test_a_paper_that_names_many_links_shows_three():
    many = " ".join(f"https://floes{number}.example.org/x" for number in range(50))
    assert len(paper_links(replace(a_paper("Floes"), abstract=many), OWN)) == 4


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("htps:/.githubcom()[]{}\\_ -~%&<>\"'é漢"), max_size=200))
def test_whatever_the_text_only_safe_links_come_out(text):
    assert all(safe_url(link.url) == link.url for link in links_in(f"https://{text} github.com/{text}"))


@pytest.mark.parametrize("text", ["https://" * 2500, "a." * 10_000, "x-" * 10_000, "https://a" + "." * 20_000])
def test_no_text_takes_long(text):
    began = time.process_time()
    links_in(text)
    assert time.process_time() - began < 0.5


def test_the_stars_and_the_page_that_a_source_tells_are_shown():
    known = {"code_url": "https://github.com/frost/floes", "stars": 1240, "project_url": "https://floes.github.io/"}
    paper = replace(a_paper("One"), abstract="Code: https://github.com/frost/floes. See floes.github.io.", **known)
    assert paper_links(paper, OWN) == (
        OWN,
        Link("https://github.com/frost/floes", "Code on GitHub (1,240 stars)"),
        Link("https://floes.github.io/", "Project page on floes.github.io"),
    )
    without = replace(paper, stars=0, project_url="javascript:alert(1)", abstract=None)
    assert paper_links(without, OWN)[1:] == (Link("https://github.com/frost/floes", "Code on GitHub"),)
