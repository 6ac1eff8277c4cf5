"""Keywords that nothing can meet, and what was meant."""

from __future__ import annotations

import pytest

from digest.model import Paper
from digest.ranking import Background
from digest.ranking.vocabulary import unknown

PAPERS = [
    Paper("Kagome Lattices at Home", "We weave kagome lattices and their flat bands."),
    Paper("Flat Bands by Hand", "Flat bands in kagome metals."),
]


def near(keyword: str, papers: list[Paper] = PAPERS) -> tuple[str, ...] | None:
    """What is near, None when the keyword is known."""
    return unknown([keyword], papers, Background.default()).get(keyword)


@pytest.mark.parametrize(
    "keyword", ["equivariant", "protein", "kagome", "Kagome lattice", "flat-band", "reinforcement learning"]
)
def test_a_word_that_the_background_or_a_paper_has_is_known(keyword):
    assert near(keyword) is None


def test_a_slip_is_named_with_the_word_that_was_meant():
    assert "kagome" in [name.casefold() for name in near("kagomee") or ()]


def test_without_papers_near_words_come_from_the_background():
    assert any(name.startswith("protein") for name in near("protien", []) or ())


def test_a_phrase_of_known_words_is_missed_only_once_there_are_papers_enough_to_say_so():
    assert near("protein crystal robots", PAPERS) is None
    assert near("protein crystal robots", PAPERS * 150) is not None


def test_a_word_like_no_other_is_named_alone():
    assert near("qqqqxzzz") == ()


def test_at_most_three_are_named_and_none_twice():
    names = near("flat bandz") or ()
    assert len(names) <= 3
    assert len({name.casefold() for name in names}) == len(names)
