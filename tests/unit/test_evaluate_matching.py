"""Judging the matcher on a labelled set."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from digest.evaluate import evaluate_matching, is_matching_set


def a_split(folder: Path) -> Path:
    known = [
        {"id": "1", "title": "Folding Long Proteins in Water", "abstract": None},
        {"id": "2", "title": "Watching Rain from Orbit", "abstract": None},
    ]
    queries = [
        {"query": 0, "title": "Folding long proteins in water.", "abstract": None, "arxiv_id": None},
        {"query": 1, "title": "Watching Rain from Orbit", "abstract": None, "arxiv_id": None},
        {"query": 2, "title": "Quiet Markets", "abstract": None, "arxiv_id": None},
        {"query": 3, "title": "Dry Folding", "abstract": None, "arxiv_id": None},
    ]
    truth = [
        {"query": 0, "id": "1", "class": "case only", "variant": "title"},
        {"query": 1, "id": None, "class": "unknown paper", "variant": "title"},
        {"query": 2, "id": None, "class": "unknown paper", "variant": "title"},
        {"query": 3, "id": "1", "class": "renamed", "variant": "title"},
    ]
    with gzip.open(folder / "known.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in known)
    for name, rows in (("queries", queries), ("truth", truth)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_matches_are_written_and_counted(tmp_path: Path) -> None:
    report = evaluate_matching(a_split(tmp_path), tmp_path / "out.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [{"query": n, "match": match} for n, match in enumerate(["1", "2", None, None])]
    whole = report.slices[0]
    assert (whole.name, whole.precision, whole.recall, whole.false_merges) == ("all", 0.5, 0.5, 250.0)
    assert "renamed" in "\n".join(report.lines())
    assert report.as_json()["slices"][0]["recall"] == 0.5


def test_a_set_without_truth_is_matched_and_not_judged(tmp_path: Path) -> None:
    (a_split(tmp_path) / "truth.jsonl").unlink()

    report = evaluate_matching(tmp_path)

    assert (report.queries, report.matched, report.slices) == (4, 2, ())


def test_a_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (a_split(tmp_path) / "queries.jsonl").write_text('{"query": 0, "title": "x"}\n{oops\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"queries\.jsonl:2"):
        evaluate_matching(tmp_path)


def test_a_ranking_set_is_no_matching_set(tmp_path: Path) -> None:
    assert not is_matching_set(tmp_path)
    assert is_matching_set(a_split(tmp_path))


@pytest.mark.shared
def test_real_pairs_of_titles_are_matched_to_the_goals(shared: Path) -> None:
    slices = {one.name: one for one in evaluate_matching(shared / "matchbench" / "dev").slices}

    goals = {
        "all": (0.995, 0.980, 2),
        "variant: title+abstract": (0.999, 0.993, 0.5),
        "changed titles, title+abstract": (0.999, 0.96, 0.5),
        "variant: title": (0.993, 0.965, 3.5),
        "form only": (0.998, 0.998, 0.5),
        "class: unknown, near-same title": (0, 0, 30),
    }
    for name, (precision, recall, false_merges) in goals.items():
        one = slices[name]
        assert (name, one.precision >= precision, one.recall >= recall) == (name, True, True)
        assert one.false_merges <= false_merges, name
