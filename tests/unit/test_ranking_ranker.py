"""One ranker for many profiles and many days gives what a new one gives each time."""

from __future__ import annotations

import pytest

from digest.model import Change, Interest
from digest.ranking import Background, rank, ranker
from digest.ranking.ranker import Ranker
from digest.ranking.shelf import Shelf, placed
from digest.ranking.space import Space
from tests.builders import a_change, a_paper, a_profile

BACKGROUND = Background.default()
DAYS = (
    [a_change("Protein Folding with Qwertyish Loops"), a_change("Better Tokenizers for Turkish")],
    [a_change("Zyxwvut Fields in Molecules"), a_change("Steerable Networks", abstract="for protein folding")],
)
LIKES = ("Qwertyish loops of proteins", "Steerable kernels", "Zyxwvut fields", "Turkish morphology")


def told(picks):
    return [(pick.change.paper.title, pick.score, pick.reasons) for pick in picks]


def test_what_was_read_yesterday_changes_nothing_today():
    profiles = [a_profile("a", interests=(Interest("Mine", like=LIKES),)), a_profile("b")]
    kept = Ranker(BACKGROUND)
    for changes in (*DAYS, *DAYS):
        before = [told(picks) for picks in rank(changes, profiles, {}, BACKGROUND)]
        assert [told(found.explained()) for found in kept.rank(changes, profiles, {})] == before


def test_profiles_read_in_many_batches_get_what_they_get_in_one(monkeypatch):
    profiles = [a_profile(f"p{n}", interests=(Interest("Mine", like=(like,)),)) for n, like in enumerate(LIKES)]
    profiles.append(a_profile("words", interests=(Interest("New", keywords=("qwertyish loops", "never met")),)))
    whole = [told(found.explained()) for found in Ranker(BACKGROUND).rank(DAYS[0], profiles, {})]
    monkeypatch.setattr(ranker, "_BATCH", 1)  # the least there is; at its real size a test would take a minute
    assert [told(found.explained()) for found in Ranker(BACKGROUND).rank(DAYS[0], profiles, {})] == whole


def test_a_shelf_gives_back_the_row_whatever_numbers_new_words_have_now():
    papers = [a_paper("Qwertyish loops of proteins"), a_paper("Protein folding")]
    shelf, first = Shelf(), Space(BACKGROUND)
    rows = first.vectors([first.paper(paper) for paper in papers])
    shelf.put([1, 2], rows, first)
    second = Space(BACKGROUND)
    second.number("another new word")
    kept = [shelf.take(1), shelf.take(2)]
    numbers = [one.numbers(second) for one in kept]
    again = [second.paper(paper) for paper in papers]
    given, expected = placed(kept, numbers, second), second.vectors(again)
    assert abs(given.weights - expected.weights).max() < 1e-6
    assert given.places == pytest.approx(expected.places, abs=1e-6)


def test_a_full_shelf_forgets_what_was_longest_unused():
    space, shelf = Space(BACKGROUND), Shelf(most=2)
    row = [space.paper(a_paper("Protein folding"))]
    for key in (1, 2):
        shelf.put([key], space.vectors(row), space)
    shelf.take(1)
    shelf.put([3], space.vectors(row), space)
    assert [key for key in (1, 2, 3) if shelf.take(key)] == [1, 3]


def test_reasons_are_those_of_the_asked_picks_in_their_order():
    changes = [Change(a_paper(f"Graph number {n} of many", id=f"p{n}"), "new") for n in range(4)]
    (found,) = Ranker(BACKGROUND).rank(changes, [a_profile(interests=(Interest("G", keywords=("graph",)),))], {})
    asked = found.picks[::-1]
    assert [pick.change for pick in found.reasoned(asked)] == [pick.change for pick in asked]
    assert all(pick.reasons for pick in found.reasoned(asked))
