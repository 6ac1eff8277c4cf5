"""Meanings beside words: the vectors are made up here, so that what a model says is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Interest
from digest.ranking import Background
from digest.ranking.ranker import Ranker
from digest.ranking.semantic import Meanings, asked_of, key_of, text_of, wanted
from tests.builders import a_change, a_paper, a_profile

RANKER = Ranker(Background.default())
WIDTH = 24
ORDINARY = [a_paper(f"Ordinary Matter {n}") for n in range(80)]


def meanings(changes, profile, liked, same=(), ordinary=ORDINARY):
    """What a model would make of all texts: noise for each, but the titles in one group of *same* mean the same."""
    texts = wanted([change.paper for change in changes], profile.interests, liked)
    texts |= {key_of(text_of(paper)): text_of(paper) for paper in ordinary}
    vectors = {}
    for key, text in texts.items():
        group = next((number for number, words in enumerate(same) if any(word in text for word in words)), None)
        noise = np.random.default_rng(key).standard_normal(WIDTH).astype(np.float32)
        vectors[key] = noise / 10 + 5 * np.eye(WIDTH, dtype=np.float32)[group] if group is not None else noise
    return Meanings.of(vectors, [key_of(text_of(paper)) for paper in ordinary])


def ranked(changes, interest, liked=None, same=(), **more):
    profile = a_profile(interests=(interest,))
    meant = meanings(changes, profile, liked or {}, same, **more)
    (found,) = RANKER.rank(changes, [profile], liked or {}, meanings=meant)
    return found.explained()


def reasons(pick):
    return {reason.kind: reason.names for reason in pick.reasons}


CHANGES = [a_change(title) for title in ("Wavelets for Sound", "Hearing a Drum", "Cooking with Gas", "On Tax Law")]


def test_a_paper_that_means_the_same_comes_first_though_no_word_is_shared():
    like = a_paper("Acoustics of Membranes", abstract="")
    same = [("Acoustics", "Hearing a Drum")]
    best, *rest = ranked(CHANGES, Interest("Mine", like=("it",)), {"it": like}, same)

    assert best.change.paper.title == "Hearing a Drum"
    assert best.score > 0.5 > rest[0].score
    assert reasons(best)["like"] == ("Acoustics of Membranes",)
    assert all("like" not in reasons(pick) for pick in rest)


def test_keywords_and_prose_are_read_as_one_text():
    interest = Interest("Mine", about="how membranes vibrate", keywords=("acoustics", "timbre"))
    assert asked_of(interest) == "acoustics timbre how membranes vibrate"
    assert ranked(CHANGES, interest, same=[("acoustics", "Hearing")])[0].change.paper.title == "Hearing a Drum"


def test_an_interest_that_says_nothing_but_its_name_is_read_by_it():
    assert asked_of(Interest("Acoustics")) == "Acoustics"
    assert asked_of(Interest("Acoustics", authors=("A. Author",))) == ""


def test_a_part_of_the_score_is_told_as_the_meaning_and_all_parts_add_up():
    like = a_paper("Acoustics of Membranes", abstract="")
    best, *_ = ranked(CHANGES, Interest("Mine", like=("it",)), {"it": like}, [("Acoustics", "Hearing")])
    parts = {part.name: part.value for part in best.parts}

    assert parts["meaning of liked papers"] == max(parts.values())
    assert math.isclose(sum(parts.values()), best.score, abs_tol=1e-6)


def test_with_few_known_papers_hardly_anything_is_taken_for_usual():
    """Whitening by thirty papers leaves the directions as they are; by thousands it turns them."""
    few, many = ORDINARY[:30], [a_paper(f"Ordinary Matter {n}") for n in range(4_000)]
    turned = []
    for known in (few, many):
        vectors = {
            key_of(text_of(p)): np.random.default_rng(n).standard_normal(WIDTH) * np.linspace(0.2, 3, WIDTH)
            for n, p in enumerate(known)
        }
        found = Meanings.of(vectors, list(vectors))
        turned.append(float((found.plain * found.whitened).sum(axis=1).mean()))
    assert turned[0] > 0.98
    assert turned[1] < turned[0]


def test_half_means_the_same_however_many_papers_are_known():
    """About three ordinary papers in a hundred score ½ or more, with thirty known papers and with three hundred."""
    candidates = [a_change(f"Candidate Number {n}") for n in range(600)]
    interest = Interest("Mine", like=("Quiet Like", "Other Like"))
    shares = []
    for known in (30, 300):
        ordinary = [a_paper(f"Known Number {n}") for n in range(known)]
        found = ranked(candidates, interest, ordinary=ordinary)
        shares.append(sum(pick.score >= 0.5 for pick in found))
    assert all(share <= 0.05 * len(candidates) for share in shares), shares


def test_one_order_whatever_else_is_ranked_beside():
    like = a_paper("Acoustics of Membranes", abstract="")
    one, two = a_profile("one", interests=(Interest("Mine", like=("it",)),)), a_profile("two")
    meant = meanings(CHANGES, a_profile(interests=(*one.interests, *two.interests)), {"it": like})
    alone = [found.picks for found in RANKER.rank(CHANGES, [one], {"it": like}, meanings=meant)]
    beside = [found.picks for found in RANKER.rank(CHANGES, [two, one], {"it": like}, meanings=meant)]
    assert alone[0] == beside[1]


words = st.lists(st.sampled_from(("drum", "tax law", "扩散", "", "C++", "for")), max_size=3, unique=True)
likes = st.lists(
    st.sampled_from(("it", "Unknown Title", "arXiv:2511.00001", "https://example.org/1")), max_size=4, unique=True
)


@given(keywords=words, like=likes, about=words.map(" ".join), authors=st.sampled_from(((), ("A. Author",))))
def test_whatever_is_wished_every_text_is_asked_for_and_scores_are_numbers(keywords, like, about, authors):
    interest = Interest("Mine", about, tuple(keywords), tuple(like), authors=authors)
    for pick in ranked(CHANGES, interest, {"it": a_paper("Hearing a Drum")}):
        assert 0 <= pick.score <= 1
        assert math.isclose(sum(part.value for part in pick.parts), pick.score, abs_tol=1e-6) or not pick.parts


def test_texts_without_any_direction_are_ranked_by_words():
    profile = a_profile()
    texts = wanted([change.paper for change in CHANGES], profile.interests, {})
    nothing = Meanings.of({key: np.zeros(WIDTH, dtype=np.float32) for key in texts}, sorted(texts))
    (found,) = RANKER.rank(CHANGES, [profile], {}, meanings=nothing)
    (plain,) = RANKER.rank(CHANGES, [profile], {})
    assert [pick.change for pick in found.picks] == [pick.change for pick in plain.picks]
    assert all(np.isfinite(pick.score) for pick in found.picks)


def test_the_reason_names_a_like_only_where_it_is_near():
    like = a_paper("Acoustics of Membranes", abstract="")
    for pick in ranked(CHANGES, Interest("Mine", like=("it",)), {"it": like}, [("Acoustics",), ("Hearing",)]):
        assert "like" not in reasons(pick)


def test_meaning_is_left_out_without_meanings():
    (found,) = RANKER.rank(CHANGES, [a_profile()], {})
    assert not {part.name for pick in found.explained() for part in pick.parts} & {"meaning of what is asked for"}


@pytest.mark.parametrize("text", ["", "a", "\ud800"])
def test_a_key_is_a_number_that_databases_hold(text):
    assert 0 <= key_of(text) < 2**63
