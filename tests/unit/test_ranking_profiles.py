"""Profiles at the edge: what they get is defined, and written down in docs/ranking.md."""

from __future__ import annotations

import math
from datetime import date

import pytest

from digest.compose import compose
from digest.model import Interest
from digest.ranking import Background, rank
from digest.ranking.following import same_person
from tests.builders import a_change, a_profile

BACKGROUND = Background.default()
TODAY = [
    a_change("Protein Folding at Home", upvotes=3),
    a_change("Speech for Banks", upvotes=90),
    a_change("Robots that Dance", upvotes=40),
    a_change("Tables and Chairs", upvotes=10),
]


def shown(*interests: Interest, changes=TODAY, **fields):
    """Score by title of what a reader is shown or told of."""
    profile = a_profile(interests=interests, **fields)
    (picks,) = rank(changes, [profile], {}, BACKGROUND)
    digest = compose(profile, date(2026, 11, 21), picks, len(changes))
    return {pick.change.paper.title: pick.score for pick in (*digest.picks, *digest.also)}


def test_a_profile_that_only_mutes_gets_what_is_most_discussed_and_not_muted():
    assert list(shown(mute=("speech",), floor=0.0)) == [
        "Robots that Dance",
        "Tables and Chairs",
        "Protein Folding at Home",
    ]


MAX, SONG, LAB = (
    a_change("Protein One", authors=("Max E. Welling",)),
    a_change("Protein Two", authors=("Yang Song",)),
    a_change("Protein Three", organisation="Song Lab"),
)


def left(mute: str) -> set[str]:
    return set(shown(Interest("Biology", keywords=("protein",)), changes=[MAX, SONG, LAB], mute=(mute,)))


def test_a_muted_word_is_no_surname_but_a_muted_name_is_a_person():
    assert left("song") == {"Protein One", "Protein Two"}, "an organisation has the word"
    assert left("welling") == {"Protein One", "Protein Two", "Protein Three"}
    assert left("Max Welling") == {"Protein Two", "Protein Three"}
    assert left("Welling, M.") == {"Protein Two", "Protein Three"}
    assert left("Moritz Welling") == {"Protein One", "Protein Two", "Protein Three"}


@pytest.mark.parametrize(
    ("wanted", "shown_as", "same"),
    [
        ("Max Welling", "Max Welling", True),
        ("Max Welling", "Max E. Welling", True),
        ("M. Welling", "Max Welling", True),
        ("Geoffrey E. Hinton", "G. E. Hinton", True),
        ("Jürgen Müller", "Jurgen MULLER", True),
        ("Müller, Jürgen", "Jürgen Müller", True),
        ("Welling", "Max Welling", False),
        ("Jun Wang", "J. Wang", False),
        ("Jun Wang", "Jing Wang", False),
        ("M. Welling", "Anna Welling", False),
        ("Wang Jun", "Jun Wang", False),
    ],
)
def test_people_are_told_by_given_name_and_surname(wanted, shown_as, same):
    assert same_person(wanted, shown_as) is same


def test_a_muted_keyword_is_muted():
    found = shown(Interest("Biology", keywords=("protein", "robots")), mute=("protein",))
    assert "Robots that Dance" in found
    assert "Protein Folding at Home" not in found


def test_a_keyword_that_is_avoided_too_ranks_below_the_same_keyword_alone():
    wished = shown(Interest("Biology", keywords=("protein",)), floor=0.0)["Protein Folding at Home"]
    torn = shown(Interest("Biology", keywords=("protein",), avoid=("protein",)), floor=0.0)["Protein Folding at Home"]
    assert 0 < torn < wished


def test_a_word_that_one_interest_avoids_does_no_harm_in_another():
    found = shown(
        Interest("Biology", keywords=("protein",)), Interest("Music", keywords=("dance",), avoid=("protein",))
    )
    assert found["Protein Folding at Home"] > 0.5


def test_least_upvotes_remove_even_what_a_followed_author_wrote():
    changes = [a_change("Anything at All", authors=("Ada Frost",), upvotes=1), *TODAY]
    interest = Interest("People", authors=("Ada Frost",))
    assert "Anything at All" in shown(interest, changes=changes)
    assert "Anything at All" not in shown(interest, changes=changes, least_upvotes=2)


def test_two_hundred_keywords_are_as_good_as_the_one_that_is_there():
    many = tuple(f"subject{n}" for n in range(199))
    found = shown(Interest("Everything", keywords=(*many, "protein")))
    assert next(iter(found)) == "Protein Folding at Home"
    assert all(math.isfinite(score) and 0 <= score <= 1 for score in found.values())


def test_two_hundred_keywords_that_nothing_has_give_a_quiet_day():
    assert shown(Interest("Nothing", keywords=tuple(f"subject{n}" for n in range(200)))) == {}
