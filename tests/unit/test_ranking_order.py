"""The order of picks, and what may not stand among them."""

from __future__ import annotations

from datetime import date

from digest.model import Interest, Reason
from digest.ranking import Background, rank, similarity
from tests.builders import a_change, a_paper, a_profile

BACKGROUND = Background.default()


def titles(picks):
    return [pick.change.paper.title for pick in picks]


def ranked(changes, *interests, liked=None, **fields):
    (picks,) = rank(changes, [a_profile(interests=interests, **fields)], liked or {}, BACKGROUND)
    return picks


def test_the_paper_with_the_keyword_comes_first_and_says_so():
    picks = ranked(
        [a_change("Better Tokenizers for Turkish"), a_change("Protein Folding at Home")],
        Interest("Biology", keywords=("protein",)),
    )
    assert titles(picks)[0] == "Protein Folding at Home"
    assert picks[0].interest == "Biology"
    assert picks[0].reasons[0] == Reason("keywords", ("protein",))


def test_a_muted_word_removes_a_paper():
    picks = ranked(
        [a_change("A Survey of Protein Folding"), a_change("Protein Folding at Home")],
        Interest("Biology", keywords=("protein",)),
        mute=("surveys",),
    )
    assert titles(picks) == ["Protein Folding at Home"]


def test_an_avoided_word_only_lowers_a_paper():
    picks = ranked(
        [a_change("A Survey of Protein Folding"), a_change("Protein Folding at Home")],
        Interest("Biology", keywords=("protein",), avoid=("survey",)),
    )
    assert titles(picks) == ["Protein Folding at Home", "A Survey of Protein Folding"]


def test_a_like_that_nobody_knows_is_used_by_its_title():
    picks = ranked(
        [a_change("Better Tokenizers for Turkish"), a_change("Steerable Networks on the Sphere")],
        Interest("Maths", like=("Steerable Networks for Molecules",)),
    )
    assert titles(picks)[0] == "Steerable Networks on the Sphere"


def test_a_profile_without_interests_gets_what_is_popular():
    picks = ranked([a_change("Quiet", upvotes=1), a_change("Loud", upvotes=90), a_change("Unknown")])
    assert titles(picks) == ["Loud", "Quiet", "Unknown"]


def test_ties_go_to_more_votes_then_the_newer_then_the_title():
    changes = [
        a_change("Delta", published=date(2026, 1, 1)),
        a_change("Beta", published=date(2026, 1, 1)),
        a_change("Alpha", upvotes=3),
        a_change("Gamma", published=date(2026, 1, 2)),
    ]
    picks = ranked(changes, Interest("Nothing", keywords=("zzz",)))
    assert titles(picks) == ["Alpha", "Gamma", "Beta", "Delta"]


def test_a_paper_is_most_like_itself():
    one, other = a_paper("Steerable Networks"), a_paper("Tokenizers for Turkish", abstract="")
    assert similarity(one, one) > 0.999
    assert similarity(one, other) == 0
