"""What a pick says of itself is true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Change, Interest, Paper, Profile
from digest.ranking import Background, rank
from tests.builders import a_change, a_paper, a_profile

BACKGROUND = Background.default()
TOPICS = (
    "steerable networks",
    "protein folding",
    "Gaussian splatting",
    "text-to-image diffusion",
    "speech recognition",
    "KV cache",
    "for",
    "$\\alpha$",
    "C++",
    "扩散模型",
    "",
)
phrases = st.lists(st.sampled_from(TOPICS), max_size=6).map(" and ".join)
papers = st.builds(lambda title, abstract, n: Paper(title, abstract, id=str(n)), phrases, phrases, st.integers(0, 9))
interests = st.builds(
    lambda words, about, like, avoid: Interest("Mine", about, tuple(words), tuple(like), tuple(avoid)),
    st.lists(st.sampled_from(TOPICS), max_size=4),
    phrases,
    st.lists(phrases, max_size=4),
    st.lists(st.sampled_from(TOPICS), max_size=2),
)


def best(changes, interest, liked=None):
    return next(rank(changes, [a_profile(interests=(interest,))], liked or {}, BACKGROUND))[0]


def reasons(pick):
    return {reason.kind: reason.names for reason in pick.reasons}


def test_a_keyword_is_named_as_the_profile_states_it():
    pick = best([a_change("Molecules, folded")], Interest("Mine", keywords=("molecule",)))
    assert reasons(pick)["keywords"] == ("molecule",)


def test_a_word_that_only_shares_a_stem_with_a_keyword_is_named_as_it_stands_in_the_paper():
    pick = best([a_change("Splats with Gaussian Shape")], Interest("Mine", keywords=("splatting",)))
    assert "keywords" not in reasons(pick)
    assert reasons(pick)["words"] == ("Splats",)


@pytest.mark.parametrize("keyword", ["Gaussian splatting", "mixture of Gaussian shapes", "use of Gaussian"])
def test_one_word_of_a_keyword_of_several_is_no_reason_and_makes_no_match(keyword):
    pick = best([a_change("Gaussian Processes for Turkish")], Interest("Mine", keywords=(keyword,)))
    assert pick.reasons == ()
    assert pick.score < 0.5


def test_a_pair_of_words_of_a_keyword_is_a_reason():
    change = a_change("Turkish with a Gaussian Splat")
    part = best([change], Interest("Mine", keywords=("fast Gaussian splatting",)))
    whole = best([change], Interest("Mine", keywords=("Gaussian splatting",)))
    assert reasons(part)["words"] == reasons(whole)["words"] == ("Gaussian Splat",)
    assert whole.score > 0.5


def test_prose_beside_keywords_makes_no_match_by_a_common_word():
    molecules = Interest("Mine", about="machine learning for the structure of molecules", keywords=("molecule",))
    pick = best([a_change("The Structure of Turkish"), a_change("Tokenizers")], molecules)
    assert pick.score < 0.5


def test_words_are_whole_compounds_not_parts_of_them():
    pick = best([a_change("A Vision-Language-Action Model")], Interest("Mine", about="language action models"))
    assert "Vision-Language-Action Model" in reasons(pick)["words"]


def test_the_nearest_liked_paper_is_named_by_its_title():
    liked = {"arXiv:2310.02970": a_paper("Lie Group Decompositions for Equivariant Networks")}
    pick = best(
        [a_change("Equivariant Networks for Lie Group Data")],
        Interest("Mine", like=("arXiv:2310.02970", "Speech Recognition in Noise")),
        liked,
    )
    assert reasons(pick)["like"] == ("Lie Group Decompositions for Equivariant Networks",)


def test_stop_words_and_latex_are_no_reasons():
    change = a_change(
        "With $\\alpha$ and \\textbf{splatting}", abstract="We use $\\mathcal{O}(n)$ results with the method."
    )
    pick = best([change], Interest("Mine", about="with the results that we use, \\alpha and \\mathcal, splatting"))
    assert reasons(pick)["words"] == ("splatting",)


@settings(max_examples=60, deadline=None)
@given(st.lists(papers, min_size=1, max_size=5), st.lists(interests, min_size=1, max_size=3))
def test_parts_add_up_and_reasons_name_only_what_is_there(found, wishes):
    profile = Profile("p", "UTC", "", (), tuple(wishes), floor=0.0)
    (picks,) = rank([Change(paper, "new") for paper in found], [profile], {}, BACKGROUND)
    assert len(picks) == len(found)
    for pick in picks:
        assert 0 <= pick.score <= 1
        assert sum(part.value for part in pick.parts) == pytest.approx(pick.score, abs=1e-9)
        paper = f"{pick.change.paper.title} {pick.change.paper.abstract}"
        stated = {word for wish in wishes for word in wish.keywords}
        for reason in pick.reasons:
            for name in reason.names:
                if reason.kind == "words":
                    assert name in paper
                if reason.kind == "keywords":
                    assert name in stated
                    assert name.lower() in paper.lower()
                if reason.kind == "like":
                    assert name in {like for wish in wishes for like in wish.like}


any_text = st.text(max_size=120)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(any_text, any_text | st.none()), min_size=1, max_size=4), any_text, any_text, any_text)
def test_whatever_the_texts_scores_are_numbers_parts_add_up_and_reasons_are_true(texts, wish, like, liked):
    """Texts of any script and length, empty ones too, as papers, keywords, prose, likes and liked papers."""
    found = [Paper(title, abstract, id=str(n)) for n, (title, abstract) in enumerate(texts)]
    likes = {"known": Paper(texts[0][0], liked), like: Paper(liked, texts[-1][1])}
    mine = Interest(wish, wish, (wish, like[:9]), ("known", like, liked), (wish[:3],))
    profile = a_profile(interests=(mine, Interest("Other", keywords=(wish, texts[0][0][:30]))), floor=0.0)
    (picks,) = rank([Change(paper, "new") for paper in found], [profile], likes, BACKGROUND)
    assert len(picks) == len(found)
    for pick in picks:
        assert 0 <= pick.score <= 1
        assert sum(part.value for part in pick.parts) == pytest.approx(pick.score, abs=1e-9)
        assert all(-1 <= part.value <= 1 for part in pick.parts)
        paper = " ".join(f"{pick.change.paper.title} {pick.change.paper.abstract or ''}".split())
        for reason in pick.reasons:
            for name in reason.names:
                if reason.kind == "words":
                    assert name in paper
                if reason.kind == "keywords":
                    assert name in {word.strip() for one in profile.interests for word in one.keywords}
                if reason.kind == "like":
                    assert name in {liked, texts[0][0]}


@pytest.mark.parametrize(
    "interest",
    [
        Interest("Many likes", like=tuple(f"A paper about topic{n} and protein folding" for n in range(5_000))),
        Interest("Many keywords", keywords=tuple(f"word{n}" for n in range(200))),
        Interest("One word", keywords=("x",)),
        Interest("Nothing at all"),
        Interest(""),
        Interest("中文", about="扩散模型 用于 蛋白质", keywords=("蛋白质",)),
    ],
    ids=lambda interest: interest.name,
)
def test_extreme_profiles_and_papers_are_scored(interest):
    changes = [
        a_change("Long", abstract="protein folding at home " * 8_400),
        a_change("Empty", abstract=None),
        a_change("", abstract=""),
        a_change("蛋白质 的 扩散模型", abstract="用于 蛋白质 设计"),
    ]
    picks = next(rank(changes, [a_profile(interests=(interest,))], {}, BACKGROUND))
    assert len(picks) == 4
    assert all(0 <= pick.score <= 1 for pick in picks)


def test_a_keyword_in_another_script_is_found():
    picks = next(
        rank(
            [a_change("Tokenizers"), a_change("用于蛋白质的扩散模型", abstract=None)],
            [a_profile(interests=(Interest("中文", keywords=("蛋白质",)),))],
            {},
            BACKGROUND,
        )
    )
    assert picks[0].change.paper.title == "用于蛋白质的扩散模型"
    assert reasons(picks[0])["keywords"] == ("蛋白质",)


def test_two_hundred_keywords_still_tell_papers_apart():
    words = tuple(f"word{n}" for n in range(199))
    picks = next(
        rank(
            [a_change("Better Tokenizers for Turkish"), a_change("Protein Folding at Home")],
            [a_profile(interests=(Interest("Many", keywords=(*words, "protein")),))],
            {},
            BACKGROUND,
        )
    )
    assert picks[0].change.paper.title == "Protein Folding at Home"
    assert picks[0].score > 0.5 > picks[1].score
