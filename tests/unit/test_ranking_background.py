"""What is learned, kept, and loaded again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digest.model import Interest, Paper
from digest.ranking import Background, learn, learning, rank
from digest.ranking.build import main as build
from digest.ranking.learning import ENOUGH
from tests.builders import a_change, a_profile

SHIPPED = Background.default()
FIELDS = (
    "glacier ice melt sediment fjord moraine",
    "sourdough crumb crust hydration levain baking",
    "violin bow resonance varnish luthier spruce",
    "harbour crane container berth tide pilot",
)


def papers_of_other_fields(many):
    """Papers of four fields that the shipped background knows nothing of, in made-up sentences."""
    rng = np.random.default_rng(3)
    words = [field.split() for field in FIELDS]
    return [
        Paper(" ".join(rng.choice(words[n % 4], 5)), " ".join(rng.choice(words[n % 4], 30)), id=str(n))
        for n in range(many)
    ]


LEARNED = learn(papers_of_other_fields(400), SHIPPED)


def order(background, interest, *titles):
    (picks,) = rank([a_change(t, abstract=None) for t in titles], [a_profile(interests=(interest,))], {}, background)
    return [(pick.change.paper.title, pick.score) for pick in picks]


def test_the_shipped_background_is_small_and_holds_no_sentence():
    data = Path(sys.modules["digest.ranking.background"].__file__).parent / "data"
    assert sum(path.stat().st_size for path in data.iterdir()) < 5_000_000
    assert all(term.count(" ") <= 1 for term in SHIPPED.terms)


def test_ranking_is_imported_without_numpy():
    code = "import sys; from digest import ranking; ranking.Background.default(); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_learned_background_knows_its_field():
    wish = Interest("Bread", like=("Levain and crumb",))
    best, *rest = order(LEARNED, wish, "Hydration of a crust", "Varnish for a spruce violin", "Tide and berth")
    assert best[0] == "Hydration of a crust", "no word of the like stands in it"
    assert best[1] > max(score for _, score in rest)


def test_a_few_papers_teach_nothing_that_the_base_does_not_know():
    assert learn(papers_of_other_fields(ENOUGH - 1), SHIPPED) is SHIPPED


def test_learning_twice_gives_the_same(tmp_path):
    learn(papers_of_other_fields(400), SHIPPED).save(tmp_path / "again.npz")
    again = Background(tmp_path / "again.npz")
    assert np.array_equal(again.idf, LEARNED.idf)
    assert np.array_equal(again.settled, LEARNED.settled)


def test_what_was_saved_ranks_as_before(tmp_path):
    LEARNED.save(tmp_path / "mine.npz")
    wish = Interest("Bread", keywords=("crumb",), like=("Levain",))
    titles = ("Hydration of a crust", "Varnish for a violin", "A better crumb")
    assert order(Background(tmp_path / "mine.npz"), wish, *titles) == order(LEARNED, wish, *titles)


def test_a_background_of_another_version_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "old.npz", version=np.int64(1))
    with pytest.raises(ValueError, match=r"old\.npz was learned by another version"):
        _ = Background(tmp_path / "old.npz").terms


def test_a_liked_paper_that_is_known_needs_no_reading():
    known = papers_of_other_fields(400)[1]
    changes = [a_change("Hydration of a crust", abstract=None), a_change("Tide and berth", abstract=None)]
    profile = a_profile(interests=(Interest("Bread", like=("mine",)),))
    by_landmark = next(rank(changes, [profile], {"mine": known}, LEARNED))
    as_new = next(rank(changes, [profile], {"mine": Paper(known.title + " ", known.abstract)}, LEARNED))
    assert [p.change for p in by_landmark] == [p.change for p in as_new]
    assert by_landmark[0].score == pytest.approx(as_new[0].score, abs=0.02)


def test_one_paper_is_enough_to_rank_and_none_is_an_error():
    only = learning.learn([Paper("Tide and berth")])
    best, *_ = order(only, Interest("Bread", keywords=("crumb",)), "Tide and berth", "A better crumb")
    assert best[0] == "A better crumb"
    with pytest.raises(ValueError, match="no paper to learn from"):
        learning.learn([Paper("The"), Paper("")])


def test_the_script_builds_a_background_from_a_listing(tmp_path):
    lines = [json.dumps({"title": p.title, "abstract": p.abstract}) for p in papers_of_other_fields(40)]
    (tmp_path / "papers.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([str(tmp_path / "papers.jsonl"), str(tmp_path / "out.npz")])
    assert Background(tmp_path / "out.npz").papers == 40
