"""The order of picks, and what may not stand among them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from digest.model import Change, Interest, Pick, Reason
from digest.ranking import Background, rank, similarity
from digest.ranking.ranker import Ranker
from digest.ranking.score import halves
from digest.text import is_reference
from tests.builders import a_change, a_paper, a_profile

BACKGROUND = Background.default()
PROTEIN = Interest("Biology", keywords=("protein",))


def titles(picks):
    return [pick.change.paper.title for pick in picks]


def ranked(changes, *interests, liked=None, **fields):
    (picks,) = rank(changes, [a_profile(interests=interests, **fields)], liked or {}, BACKGROUND)
    return picks


def test_the_paper_with_the_keyword_comes_first():
    picks = ranked([a_change("Better Tokenizers for Turkish"), a_change("Protein Folding at Home")], PROTEIN)
    assert titles(picks)[0] == "Protein Folding at Home"
    assert picks[0].interest == "Biology"
    assert picks[0].score > 0.5 > picks[1].score


def test_a_muted_word_removes_a_paper():
    picks = ranked(
        [a_change("A Survey of Protein Folding"), a_change("Protein Folding at Home")], PROTEIN, mute=("surveys",)
    )
    assert titles(picks) == ["Protein Folding at Home"]


@pytest.mark.parametrize("word", ["Ada Lovelace", "Lovelace, A.", "Analytical Engines Ltd"])
def test_authors_and_organisations_can_be_muted(word):
    ours = a_change("Protein Folding at Home", authors=("Ada Lovelace",), organisation="Analytical Engines Ltd")
    assert ranked([ours], PROTEIN, mute=(word,)) == ()


def test_a_muted_word_is_a_whole_word():
    assert titles(ranked([a_change("Surveyors of Proteins")], PROTEIN, mute=("survey", "of prot"))) == [
        "Surveyors of Proteins"
    ]


def test_a_profile_that_only_mutes_gets_the_rest_by_popularity():
    changes = [a_change("Quiet", upvotes=1), a_change("A Survey", upvotes=500), a_change("Loud", upvotes=90)]
    assert titles(ranked(changes, mute=("survey",))) == ["Loud", "Quiet"]


def test_an_avoided_word_only_lowers_a_paper():
    picks = ranked(
        [a_change("A Survey of Protein Folding"), a_change("Protein Folding at Home")],
        Interest("Biology", keywords=("protein",), avoid=("survey",)),
    )
    assert titles(picks) == ["Protein Folding at Home", "A Survey of Protein Folding"]
    assert picks[1].score == pytest.approx(0.6 * picks[0].score, abs=0.01)


def test_what_is_asked_for_and_avoided_at_once_is_lowered():
    picks = ranked([a_change("Protein Folding at Home")], Interest("Both", keywords=("protein",), avoid=("protein",)))
    assert 0.5 < picks[0].score <= 0.6


def test_muting_beats_asking():
    assert ranked([a_change("Protein Folding at Home")], PROTEIN, mute=("protein",)) == ()


def test_a_like_that_nobody_knows_is_used_by_its_title():
    picks = ranked(
        [a_change("Better Tokenizers for Turkish"), a_change("Steerable Networks on the Sphere")],
        Interest("Maths", like=("Steerable Networks for Molecules",)),
    )
    assert titles(picks)[0] == "Steerable Networks on the Sphere"


def test_a_like_that_is_known_is_used_with_its_abstract():
    known = a_paper("Untitled Notes", abstract="Tokenizers for agglutinative languages such as Turkish and Finnish.")
    picks = ranked(
        [a_change("Protein Folding at Home"), a_change("Better Tokenizers for Turkish")],
        Interest("Mine", like=("arXiv:2601.00001",)),
        liked={"arXiv:2601.00001": known},
    )
    assert titles(picks)[0] == "Better Tokenizers for Turkish"


def test_a_paper_liked_under_two_names_counts_once():
    known = a_paper("Tokenizers for Turkish")
    changes = [a_change("Better Tokenizers"), a_change("Protein Folding at Home")]
    other = "Protein Folding in Water"
    liked = {"arXiv:2601.00001": known, "Tokenizers for Turkish": known}
    once = ranked(changes, Interest("Mine", like=("arXiv:2601.00001", other)), liked=liked)
    twice = ranked(changes, Interest("Mine", like=("arXiv:2601.00001", "Tokenizers for Turkish", other)), liked=liked)
    assert [pick.score for pick in once] == [pick.score for pick in twice]


def test_each_paper_is_picked_for_the_interest_that_it_fits_best():
    picks = ranked(
        [a_change("Better Tokenizers for Turkish"), a_change("Protein Folding at Home")],
        PROTEIN,
        Interest("Language", about="tokenizers for agglutinative languages"),
    )
    assert {pick.change.paper.title: pick.interest for pick in picks} == {
        "Better Tokenizers for Turkish": "Language",
        "Protein Folding at Home": "Biology",
    }


def test_two_interests_score_as_they_do_alone():
    changes = [a_change("Better Tokenizers for Turkish"), a_change("Protein Folding at Home")]
    language = Interest("Language", about="tokenizers for agglutinative languages")
    both = {pick.change.paper.title: pick.score for pick in ranked(changes, PROTEIN, language)}
    for interest in (PROTEIN, language):
        for pick in ranked(changes, interest):
            assert both[pick.change.paper.title] >= pick.score


def test_a_profile_without_interests_gets_what_is_popular():
    picks = ranked([a_change("Quiet", upvotes=1), a_change("Loud", upvotes=90), a_change("Unknown")])
    assert titles(picks) == ["Loud", "Quiet", "Unknown"]
    assert picks[0].reasons == (Reason("popular"),)


def test_ties_go_to_more_votes_then_the_newer_then_the_title():
    changes = [
        a_change("Delta", published=date(2026, 1, 1)),
        a_change("Beta", published=date(2026, 1, 1)),
        a_change("Alpha", upvotes=3),
        a_change("Gamma", published=date(2026, 1, 2)),
    ]
    picks = ranked(changes, Interest("Nothing", keywords=("zzz",)))
    assert titles(picks) == ["Alpha", "Gamma", "Beta", "Delta"]
    assert titles(ranked(changes[::-1], Interest("Nothing", keywords=("zzz",)))) == titles(picks)


def test_a_wish_that_no_paper_meets_leaves_the_day_quiet():
    changes = [a_change("Better Tokenizers for Turkish"), a_change("Faster Video Models")]
    for interest in (
        Interest("Nothing", keywords=("zzz", "qqq")),
        Interest("Old", about="medieval monastic libraries"),
    ):
        assert all(pick.score < 0.5 for pick in ranked(changes, interest))


def test_a_followed_author_is_found_whatever_the_accents_and_middle_names():
    picks = ranked(
        [a_change("Something Else"), a_change("Folding at Home", authors=("Zoë B. Müller", "Other One"))],
        Interest("People", authors=("Zoe Muller",)),
    )
    assert titles(picks)[0] == "Folding at Home"
    assert picks[0].score > 0.5
    assert picks[0].reasons == (Reason("author", ("Zoë B. Müller",)),)


def test_a_followed_organisation_brings_its_papers():
    picks = ranked(
        [a_change("Folding at Home", organisation="Analytical Engines"), a_change("Something Else")],
        Interest("Places", organisations=("analytical engines",)),
    )
    assert picks[0].score > 0.5 > picks[1].score
    assert picks[0].reasons == (Reason("organisation", ("Analytical Engines",)),)


def test_papers_with_fewer_votes_than_asked_for_are_left_out_and_unknown_counts_are_not():
    changes = [a_change("Protein One", upvotes=2), a_change("Protein Two", upvotes=7), a_change("Protein Three")]
    assert sorted(titles(ranked(changes, PROTEIN, least_upvotes=5))) == ["Protein Three", "Protein Two"]


def test_surprises_come_last_from_outside_the_interests_and_say_so():
    changes = [
        a_change("Protein Folding at Home", upvotes=1),
        a_change("Better Tokenizers for Turkish", upvotes=3),
        a_change("Faster Video Models", upvotes=40),
    ]
    picks = ranked(changes, PROTEIN, surprise=1)
    assert titles(picks)[0] == "Protein Folding at Home"
    assert titles(picks)[-1] == "Faster Video Models"
    assert picks[-1].reasons == (Reason("surprise"),)
    assert len(picks) == 3


def test_at_most_top_picks_are_given_to_each_profile():
    changes = [a_change(f"Protein {n}") for n in range(9)]
    given = list(rank(changes, [a_profile(interests=(PROTEIN,)), a_profile(interests=())], {}, BACKGROUND, top=4))
    assert [len(picks) for picks in given] == [4, 4]


def test_profiles_are_served_in_order_and_do_not_disturb_each_other():
    changes = [a_change("Better Tokenizers for Turkish"), a_change("Protein Folding at Home")]
    language = Interest("Language", keywords=("tokenizers",))
    profiles = [a_profile("a", interests=(PROTEIN,)), a_profile("b", interests=(language, PROTEIN)), a_profile("c")]
    together = list(rank(changes, profiles, {}, BACKGROUND))
    alone = [next(rank(changes, [profile], {}, BACKGROUND)) for profile in profiles]
    assert [[(p.change, p.interest) for p in picks] for picks in together] == [
        [(p.change, p.interest) for p in picks] for picks in alone
    ]
    for one, other in zip(together, alone, strict=True):
        assert [p.score for p in one] == pytest.approx([p.score for p in other], abs=1e-3)


def test_nothing_to_rank_gives_nothing():
    assert list(rank([], [a_profile()], {}, BACKGROUND)) == [()]
    assert list(rank([a_change()], [], {}, BACKGROUND)) == []


def test_a_paper_is_most_like_itself():
    one, other = a_paper("Steerable Networks"), a_paper("Tokenizers for Turkish", abstract="")
    assert similarity(one, one) > 0.999
    assert similarity(one, other) == 0


def test_reasons_are_worked_out_only_for_what_a_reader_will_see_and_change_no_score():
    papers = [a_paper(f"Graph number {number} of many", id=f"p{number}") for number in range(6)]
    changes = [Change(paper, "new") for paper in papers]
    ada = a_profile(interests=(Interest("Graphs", keywords=("graph",)),), floor=0)
    (full,) = rank(changes, [ada], {}, BACKGROUND)
    (ranking,) = Ranker(BACKGROUND).rank(changes, [ada], {})
    assert not any(pick.reasons or pick.parts for pick in ranking.picks)
    assert [(pick.change, pick.score) for pick in ranking.picks] == [(pick.change, pick.score) for pick in full]
    leaner_copies = [Pick(pick.change, pick.score, pick.interest) for pick in ranking.picks[1:3]]
    assert [pick.reasons for pick in ranking.reasoned(leaner_copies)] == [pick.reasons for pick in full[1:3]]
    assert all(pick.reasons and pick.parts for pick in full)


def test_an_arxiv_id_that_nobody_knows_is_nobodys_wish():
    profile = a_profile(interests=(Interest(name="x", like=("2603.00002", "https://example.org/2603.00002")),))
    changes = [a_change("Numbers 2603.00002 in the wild"), a_change("Steerable networks")]
    (picks,) = rank(changes, [profile], {}, Background.default())
    assert all(pick.score < 0.5 for pick in picks)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("2603.00002v2", True),
        ("arXiv:2310.02970", True),
        ("arXiv: hep-th/9901001", True),
        ("https://arxiv.org/abs/2310.02970", True),
        ("doi:10.1000/xyz", True),
        ("Lie Group Decompositions", False),
        ("GPT-4 in 2023.10 and later", False),
    ],
)
def test_what_only_names_a_paper(text, only):
    assert is_reference(text) is only


def test_a_paper_without_a_word_in_common_with_the_likes_is_none_of_theirs():
    likes = ("Floes of sea ice that drift", "Birds that nest in the reeds of a far lake")
    picks = ranked([a_change("Songs of a Quiet Choir")], Interest("Ice", like=likes))
    assert picks[0].score < 0.5


@pytest.mark.parametrize("stretch", [0.7, 1.1])
def test_half_a_score_is_what_one_ordinary_paper_in_twenty_reaches(stretch):
    ordinary = stretch * np.random.default_rng(4).exponential(size=(40, 400)).astype(np.float32)
    reached = (ordinary >= halves(ordinary)).mean(axis=1)
    assert reached.mean() == pytest.approx(0.05, abs=0.004)
    assert halves(ordinary[:, :0]) == pytest.approx(halves(np.zeros((40, 400))))
