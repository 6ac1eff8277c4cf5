"""Votes become a taste: what counts how much, for whom, and what was learned from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model import Interest, Vote
from digest.ranking import Background
from digest.ranking.feedback import MOST, NO_TASTE, PASSED_OVER, opinions, taste_of
from digest.ranking.ranker import Ranker
from tests.builders import NOW, a_change, a_paper, a_profile

RANKER = Ranker(Background.default())
YEAR = timedelta(days=365)
PAPERS = {
    "lie": a_paper("Steerable Kernels on Lie Groups", id="lie", abstract="Lie group convolutions that are steerable."),
    "survey": a_paper("A Survey of Graph Networks", id="survey", abstract="We survey graph networks and benchmarks."),
    "other": a_paper("Cooking with Gas", id="other", abstract="Kitchens and their stoves."),
}
CHANGES = [
    a_change("Lie Group Convolutions with Steerable Filters", id="1", abstract="Steerable filters on a Lie group."),
    a_change("A Survey of Graph Transformers", id="2", abstract="We survey graph transformers and benchmarks."),
    a_change("Graph Networks for Molecules", id="3", abstract="Equivariant graph networks for molecules."),
    a_change("Stoves of the Past", id="4", abstract="How kitchens were heated."),
]
NETWORKS = Interest("Networks", keywords=("graph networks",))


def a_vote(paper="lie", opinion="more", person="", age=timedelta(0)):
    return Vote("ada", person, paper, opinion, NOW - age)


def taste(*votes, over=None, struck=()):
    return taste_of(votes, over or {}, PAPERS, struck, NOW)


def ranked(*votes, interests=(NETWORKS,), liked=None, **more):
    profile = a_profile("ada", interests=interests)
    tastes = {"ada": taste(*votes, **more)} if votes else {}
    (found,) = RANKER.rank(CHANGES, [profile], liked or {}, tastes=tastes)
    return {pick.change.paper.id: pick for pick in found.explained()}


def place(picks, id_):
    return list(picks).index(id_)


# ---------------------------------------------------------------- what a vote counts


def test_a_vote_fades_by_half_in_a_year():
    fresh, old = opinions([a_vote()], NOW)["lie"], opinions([a_vote(age=YEAR)], NOW)["lie"]
    assert old == pytest.approx(fresh / 2)
    assert opinions([a_vote(age=-YEAR)], NOW)["lie"] == fresh, "a clock that was set back makes no vote heavier"


def test_what_is_saved_counts_most_and_a_less_is_the_opposite_of_a_more():
    more, save, less = (opinions([a_vote(opinion=said)], NOW)["lie"] for said in ("more", "save", "less"))
    assert save > more > 0 > less == -more


def test_of_a_persons_votes_on_a_paper_the_last_one_counts():
    assert taste(a_vote(opinion="less"), a_vote(opinion="more", age=YEAR)).likes == ()


def test_a_paper_counts_what_those_who_voted_on_it_say_on_average():
    two = opinions([a_vote(person="slack:A"), a_vote(person="slack:B", opinion="less")], NOW)
    three = opinions([a_vote(person=f"slack:{n}", opinion="less" if n == "C" else "more") for n in "ABC"], NOW)
    assert two["lie"] == 0
    assert 0 < three["lie"] < opinions([a_vote()], NOW)["lie"]
    assert taste(a_vote(person="slack:A"), a_vote(person="slack:B", opinion="less")) == NO_TASTE


def test_who_votes_on_everything_does_not_drown_the_others():
    busy = [a_vote(paper=f"p{n}", person="slack:BUSY") for n in range(30)]
    quiet = [a_vote(paper="lie", person="slack:A"), a_vote(paper="other", person="slack:B")]
    found = opinions([*busy, *quiet], NOW)
    assert found["lie"] == found["other"] == opinions([a_vote()], NOW)["lie"]
    assert found["p0"] < found["lie"] / 2


def test_a_paper_that_was_passed_over_is_weak_evidence_at_most():
    found = taste(a_vote(), over={"survey": NOW.date(), "lie": NOW.date()})
    assert [(one.paper.id, one.weight) for one in found.dislikes] == [("survey", PASSED_OVER)]
    assert [one.paper.id for one in found.likes] == ["lie"], "a vote counts, whatever else was passed over"
    assert abs(opinions([a_vote(opinion="less")], NOW)["lie"]) > 9 * PASSED_OVER


def test_a_thousand_votes_are_cut_to_those_that_weigh_most():
    papers = {f"p{n}": a_paper(f"Paper {n}", id=f"p{n}") for n in range(MOST + 50)}
    votes = [a_vote(paper=id_, age=timedelta(days=n)) for n, id_ in enumerate(papers)]
    found = taste_of(votes, {}, papers, (), NOW)
    assert [one.paper.id for one in found.likes] == [f"p{n}" for n in range(MOST)]


def test_a_vote_on_a_paper_that_is_forgotten_says_nothing():
    assert taste(a_vote(paper="gone")) == NO_TASTE


# ---------------------------------------------------------------- what it does to a ranking


def test_votes_for_and_against_move_papers_that_resemble_them():
    before, after = ranked(), ranked(a_vote("lie"), a_vote("survey", "less"))
    assert after["1"].score > before["1"].score
    assert place(after, "2") > place(before, "2")
    (reason,) = [reason for reason in after["1"].reasons if reason.kind == "vote"]
    assert reason.names == ("Steerable Kernels on Lie Groups",)


def test_a_less_alone_lowers_what_resembles_it():
    wide = Interest("Both", keywords=("graph networks", "kitchens"))
    profile = a_profile("ada", interests=(wide,), floor=0.0)
    (found,) = RANKER.rank(CHANGES, [profile], {}, tastes={"ada": taste(a_vote("other", "less"))})
    picks = {pick.change.paper.id: pick for pick in found.explained()}
    assert against(picks["4"]) < against(picks["3"])
    assert against(picks["4"]) < 0


def against(pick):
    """The deviations that votes against it took off a pick."""
    details = [part.detail for part in pick.parts if part.name == "papers voted against"]
    return float(details[0].split()[0]) if details else 0.0


def test_without_votes_nothing_changes_for_anybody():
    quiet, voter = a_profile("quiet", interests=(NETWORKS,)), a_profile("ada", interests=(NETWORKS,))
    (alone,) = RANKER.rank(CHANGES, [quiet], {})
    _, beside = RANKER.rank(CHANGES, [voter, quiet], {}, tastes={"ada": taste(a_vote(), a_vote("survey", "less"))})

    def told(ranking):
        return [(pick.change.paper.id, pick.score, pick.reasons, len(pick.parts)) for pick in ranking.explained()]

    assert told(beside) == told(alone)


def test_the_parts_say_what_came_from_votes_and_still_add_up():
    likes = {"it": a_paper("Molecular Graphs", abstract="graph networks for molecules")}
    interest = Interest("Networks", keywords=("graph networks",), like=("it",))
    picks = ranked(a_vote("lie"), a_vote("survey", "less"), interests=(interest,), liked=likes)
    for pick in picks.values():
        if pick.parts:
            assert sum(part.value for part in pick.parts) == pytest.approx(pick.score, abs=1e-6)
    parts = {part.name: part.value for part in picks["1"].parts}
    assert parts["papers voted for"] > 0
    (found,) = RANKER.rank(CHANGES[1:2], [a_profile("ada", interests=(interest,))], likes,
                           tastes={"ada": taste(a_vote("survey", "less"))})  # fmt: skip
    parts = {part.name: part.value for part in found.explained()[0].parts}
    assert parts["papers voted against"] < 0
    assert "papers voted for" not in parts


def test_a_vote_counts_for_the_interest_that_is_nearest_to_it():
    kitchens = Interest("Kitchens", like=("stove",))
    interests = (Interest("Groups", like=("group",)), kitchens)
    liked = {"stove": PAPERS["other"], "group": a_paper("Lie Algebras", abstract="Representations of a Lie group.")}
    before, after = (ranked(*votes, interests=interests, liked=liked) for votes in ((), [a_vote("lie")]))
    assert after["1"].interest == "Groups"
    assert "papers voted for" in {part.name for part in after["1"].parts}
    assert after["4"].interest == "Kitchens"
    assert after["4"].score == before["4"].score
    assert "papers voted for" not in {part.name for part in after["4"].parts}


def test_an_interest_that_only_follows_somebody_hears_no_votes():
    interests = (Interest("Ada", authors=("Ada Frost",)),)
    before, after = (ranked(*votes, interests=interests) for votes in ((), [a_vote("lie")]))
    assert [pick.score for pick in after.values()] == [pick.score for pick in before.values()]


def test_what_is_stated_as_liked_is_not_counted_twice():
    interest = Interest("Groups", like=("lie",))
    before, after = (ranked(*votes, interests=(interest,), liked=PAPERS) for votes in ((), [a_vote("lie")]))
    assert after == before


def test_nothing_is_learned_from_a_word_that_was_struck_out():
    found = taste(a_vote("lie"), struck=("steerable", "Lie groups"))
    (voted,) = found.likes
    assert "teerable" not in f"{voted.paper.title} {voted.paper.abstract}"
    assert "Lie Group" not in voted.paper.title
    assert "convolutions" in (voted.paper.abstract or "")
    assert voted.title == "Steerable Kernels on Lie Groups", "what it is called stays"
    kept, struck = ranked(a_vote("lie")), ranked(a_vote("lie"), struck=("steerable", "lie group", "Lie"))
    assert struck["1"].score < kept["1"].score
