"""What `digest evaluate` says beyond the figures of one ranker: each like left out, the table, the picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from digest.evaluate import RankingReport, leave_each_out
from digest.evaluate.comparing import Comparison
from digest.evaluate.ranking import METRICS, Row
from digest.model import Interest
from digest.ranking import Background
from tests.builders import a_paper, a_profile

SVG = "{http://www.w3.org/2000/svg}"
MONTH = [a_paper(f"{what} for {where}") for what in ("Tokenizers", "Speech", "Tables") for where in ("Banks", "Cars")]
LIKED = {
    "one": a_paper("Steerable Networks for Molecules"),
    "two": a_paper("Steerable Networks on Spheres"),
    "odd": a_paper("Baroque Lute Tablature"),
}


def left_out(like, **fields):
    profile = a_profile(interests=(Interest("Ice", like=like, **fields),))
    return leave_each_out(profile, LIKED, MONTH, Background.default())


def places(report):
    return {one.title: one.place for one in report.found}


def test_a_like_that_resembles_another_is_found_again():
    report = left_out(("one", "two"))
    assert places(report) == {LIKED["one"].title: 1, LIKED["two"].title: 1}
    assert {one.among for one in report.found} == {len(MONTH) + 1}


def test_a_like_is_not_helped_by_itself():
    assert places(left_out(("odd", "one")))[LIKED["odd"].title] > 1


def test_a_like_named_twice_in_two_ways_is_not_helped_by_its_other_name():
    liked = {**LIKED, "odd again": LIKED["odd"]}
    profile = a_profile(interests=(Interest("Ice", like=("odd", "odd again", "one")),))
    report = leave_each_out(profile, liked, MONTH, Background.default())
    assert all(one.place > 1 for one in report.found if one.title == LIKED["odd"].title)


def test_other_likes_are_no_candidates():
    month = [*MONTH, LIKED["two"]]
    profile = a_profile(interests=(Interest("Ice", like=("one", "two")),))
    report = leave_each_out(profile, LIKED, month, Background.default())
    assert {one.among for one in report.found} == {len(MONTH) + 1}


def test_a_like_that_nobody_knows_is_named_as_such():
    report = left_out(("one", "A Title Nobody Saw"))
    assert report.unknown == ("A Title Nobody Saw",)
    assert any("not known" in line for line in report.lines())
    assert report.as_json()["top_10"] == 1


def a_report() -> RankingReport:
    rows = tuple(
        Row(name, 10, 20, {metric: value for metric in METRICS}, 0.03)
        for name, value in (("full", 0.4), ("k1", 0.28), ("k3", 0.36))
    )
    peers = tuple(
        Comparison(name, method, ours, ours - 0.05, 0.01, 0.09, 10)
        for method in ("tfidf", "svm")
        for name, ours in (("full", 0.4), ("k1", 0.28), ("k3", 0.36))
    )
    return RankingReport(rows, peers)


def test_the_table_says_by_how_much_the_bot_is_ahead_and_how_sure_that_is():
    lines = list(a_report().lines())
    assert any("tfidf" in line and "+0.0500   +0.0100 to +0.0900" in line for line in lines)


def test_the_picture_stands_alone_says_its_figures_in_words_and_goes_from_few_likes_to_many():
    root = ET.fromstring(a_report().picture("a <set>"))  # noqa: S314 our own text
    assert root.findtext(f"{SVG}title") == "nDCG@10 by number of likes, a <set>"
    assert "Paper Digest: 1 like 0.280, 3 likes 0.360, all likes 0.400" in (root.findtext(f"{SVG}desc") or "")
    lines = root.findall(f"{SVG}polyline")
    assert len(lines) == 3
    for line in lines:
        xs = [float(point.split(",")[0]) for point in line.attrib["points"].split()]
        assert xs == sorted(xs)
    assert "href" not in ET.tostring(root, "unicode")
