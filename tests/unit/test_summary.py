"""A summary says what a paper brings, in the paper's own sentences."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.summary import MAX_SUMMARY, sentences, summarise

BACKGROUND = (
    "Recent advances in kite photography have attracted much attention from the people who study the polar seas."
)
PROBLEM = "However, counting floes by hand remains challenging, and it is often too slow for any practical purpose."
OFFER = "we propose FloeNet, a small network that counts ice floes from a camera hung under a kite."
RESULT = "FloeNet reduces the error of tired observers by 37.5% on two winters of pictures."
CODE = "Our code and data are publicly available at https://example.org/floenet for everybody who wants to count."
HOPE = "We hope that this work inspires others to fly more kites over the ice in the years to come."


def abstract(*parts: str) -> str:
    return " ".join(part[:1].upper() + part[1:] for part in parts)


def test_the_contribution_and_its_result_are_told_and_the_background_is_not():
    text = abstract(BACKGROUND, PROBLEM, OFFER, RESULT, CODE, HOPE)
    assert summarise(text, "FloeNet: Counting Ice Floes") == abstract(OFFER, RESULT)


def test_joints_to_a_sentence_before_are_left_out():
    for joint in (
        "To this end, ",
        "In this paper, ",
        "To address these challenges, ",
        "Therefore, ",
        "To tackle this, ",
    ):
        assert summarise(abstract(BACKGROUND, PROBLEM, joint + OFFER, HOPE)).startswith("We propose FloeNet")


def test_a_contrast_is_no_joint_since_it_turns_the_meaning():
    text = abstract(BACKGROUND, "However, we show that kites count floes no better than a chance guess would.", HOPE)
    assert "However, we show" in summarise(text)


def test_sentences_stand_in_the_order_of_the_abstract():
    text = abstract(RESULT, BACKGROUND, "here, " + OFFER, HOPE, CODE)
    assert summarise(text) == abstract(RESULT, OFFER)


def test_a_sentence_that_leans_on_one_that_is_left_out_is_not_taken():
    leaning = "It improves on the best of them by 12% while it needs a tenth of the pictures."
    assert "It improves" not in summarise(abstract(OFFER, BACKGROUND, PROBLEM, "Balloons do well too.", leaning))
    assert summarise(abstract(BACKGROUND, PROBLEM, OFFER, leaning, HOPE)).endswith(leaning)


def test_a_short_abstract_comes_back_whole():
    assert summarise("Kites fly. Floes drift.") == "Kites fly. Floes drift."
    assert summarise("") == ""
    assert summarise("   ") == ""


def test_an_abstract_without_any_cue_gives_its_own_words():
    text = "Floes drift in the spring. " * 4 + "Kites that fly above them see where each of them goes. " * 3
    summary = summarise(text)
    assert summary
    assert summary.rstrip("…") in text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We follow Frost et al. Their floes, e.g. Big ones, drift. See Fig. 3 for more.", 2),
        ("It takes 3.5 hours. At 0.5 m/s it is faster, i.e. Better.", 2),
        ("Let $x. Y$ be a floe. Then $n=3.$ Therefore it melts.", 2),
        ("A. B. Frost met Dr. Lind (cf. Sec. 4. There it is told). They flew kites!", 2),
        ('It asks "why?" Nobody knows. Nobody…', 3),
        ("The floes melt.We count them.", 2),
        ("浮冰在春天漂流。我们提出一种方法。", 2),
        ("No end at all", 1),
        ("Many vs. Few, w.r.t. Time. It holds.", 2),
    ],
)
def test_abbreviations_decimals_and_formulas_end_no_sentence(text, count):
    assert len(sentences(text)) == count, sentences(text)


def test_a_single_long_sentence_is_cut_at_a_clause():
    long = "We propose a way of counting floes " + "from the pictures of a kite " * 7 + ", which helps those who " * 8
    summary = summarise(long)
    assert len(summary) <= MAX_SUMMARY
    assert summary.endswith("…")
    assert "kite " in summary
    assert summary[:-1] in " ".join(long.split()), "the own words, whole"


@settings(deadline=None)
@given(st.text(max_size=1500), st.text(max_size=80))
def test_any_text_gives_a_summary_within_the_room(text, title):
    assert len(summarise(text, title)) <= MAX_SUMMARY


@settings(deadline=None)
@given(st.lists(st.sampled_from([BACKGROUND, PROBLEM, OFFER, RESULT, CODE, HOPE, "We. ", "x" * 400]), max_size=12))
def test_no_word_is_cut_and_none_is_invented(parts):
    text = abstract(*parts)
    words = {word.casefold() for word in text.replace("…", "").split()}
    summary = summarise(text)
    if "x" * 290 not in summary:
        assert {word.casefold().rstrip("….") for word in summary.split()} <= {word.rstrip("….") for word in words}


@pytest.mark.parametrize(
    "text",
    [
        "." * 6000,
        "A. " * 2000,
        "(a. B" * 1200,
        "$ A. " * 1200,
        "we ly " * 1000,
        "data " * 1200,
        ", a b-" * 1000,
        "To a " * 1200,
    ],
)
def test_no_text_takes_long(text):
    began = time.process_time()
    summarise(text, text[:200])
    assert time.process_time() - began < 0.5


def test_what_only_makes_sense_after_another_sentence_is_left_out_where_none_stands_before():
    filler = "Tides are hard to foretell where rivers end. Gauges are few there. " * 2
    said = "We then propose a gauge of string and cork that tells tides at the mouths of rivers."
    assert summarise(f"{filler}{said}", "A Gauge of Tides") == said.replace("then ", "")
    told = "(1) We release a map of nine hundred harbours and their tides over forty years of logs."
    assert summarise(f"{filler}{told}", "Harbours").startswith("We release a map")
