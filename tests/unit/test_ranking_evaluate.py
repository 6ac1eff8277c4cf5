"""Evaluating ranks with the product's own ranker and measures as the labelled sets say."""

from __future__ import annotations

import json
import math

import pytest

from digest.evaluate import baselines
from digest.evaluate.comparing import METHODS, compare
from digest.evaluate.ranking import evaluate_ranking, measures

PAPERS = [
    ("k1", "Protein folding at home", True),
    ("k2", "Tokenizers for Turkish", True),
    ("n1", "Folding a protein twice", False),
    ("n2", "Tokenizers for Finnish", False),
    ("n3", "Speech in noise", False),
]


@pytest.fixture
def split(tmp_path):
    def written(relevant):
        papers = [{"id": i, "title": title, "abstract": "", "corpus": corpus} for i, title, corpus in PAPERS]
        profiles = [
            {"profile": "u/k1", "user": "u", "slice": "k1", "liked": ["k1"], "keywords": ["Finnish"]},
            {"profile": "v/k1", "user": "v", "slice": "k1", "liked": ["k2"], "keywords": []},
        ]
        batches = [{"batch": "b0", "size": 3, "items": ["n3", "n2", "n1"], "relevant": relevant}]
        for name, rows in (("papers", papers), ("profiles", profiles), ("batches", batches)):
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return tmp_path

    return written


def ranked(folder, signals):
    evaluate_ranking(folder, signals, folder / "out.jsonl")
    lines = (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["profile"]: line["ranked"] for line in map(json.loads, lines)}


def test_likes_and_keywords_are_used_as_the_signals_say(split):
    folder = split({"u": ["n1"]})
    assert ranked(folder, "likes")["u/k1"][0] == "n1"
    assert ranked(folder, "keywords")["u/k1"][0] == "n2"


def test_a_ranking_is_written_for_every_user_with_a_relevant_paper_and_for_no_other(split):
    assert set(ranked(split({"u": ["n1"]}), "both")) == {"u/k1"}
    assert set(ranked(split({"u": ["n1"], "v": ["n2"]}), "both")) == {"u/k1", "v/k1"}


def test_what_is_relevant_changes_no_ranking(split):
    assert ranked(split({"u": ["n1"]}), "both") == ranked(split({"u": ["n3"]}), "both")


def test_every_item_of_the_batch_is_ranked_once(split):
    assert sorted(ranked(split({"u": ["n1"]}), "both")["u/k1"]) == ["n1", "n2", "n3"]


def test_measures_are_those_of_the_labelled_sets():
    ndcg, precision, reciprocal, recall = measures(["a", "b", "c"], frozenset({"b", "z"}))
    assert ndcg == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert (precision, reciprocal, recall) == (0.1, 0.5, 0.5)


def test_a_folder_that_is_no_set_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"has no papers\.jsonl"):
        evaluate_ranking(tmp_path)


def test_a_broken_line_is_named(split):
    folder = split({"u": ["n1"]})
    (folder / "profiles.jsonl").write_text("{}\n{oops\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"profiles\.jsonl:2 is not JSON"):
        evaluate_ranking(folder)


def test_peers_rank_the_same_batches(split):
    folder = split({"u": ["n1"], "v": ["n2"]})
    found = list(compare(folder, "likes", METHODS))
    assert [(row.slice, row.method, row.ours, row.theirs) for row in found] == [
        ("k1", method, pytest.approx(1.0), pytest.approx(1.0)) for method in METHODS
    ]


def test_a_slow_peer_ranks_for_some_of_the_users_and_both_are_measured_on_these(split, monkeypatch):
    monkeypatch.setattr(baselines, "_MACHINES", 1)  # the least there is: training hundreds would take a minute
    folder = split({"u": ["n1"], "v": ["n2"]})
    assert {row.method: row.users for row in compare(folder, "likes", METHODS)} == {"tfidf": 2, "bm25": 2, "svm": 1}


@pytest.mark.shared
def test_the_ranker_reaches_its_goals_on_abstracts(shared):
    """The larger set, of titles, takes longer: see tests/bench/rank.py --quality."""
    rows = {
        row.slice: row.values["nDCG@10"] for row in evaluate_ranking(shared / "rankbench" / "fulltext-dev", "likes")
    }
    assert rows["full"] >= 0.39
    assert rows["k3"] >= 0.355
    assert rows["k1"] >= 0.277
