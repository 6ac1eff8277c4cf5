"""The shipped samples: small captures of five styles that read as their real models do."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest import config, sources
from digest.model import Capture, RawDump
from digest.packaged import packaged

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SAMPLES = {
    "2025-07-18.card.txt": ("card", 12, date(2025, 7, 18), "filename"),
    "2025-07-22.page.html": ("page", 12, date(2025, 7, 22), "filename"),
    "2025-07-23.glued.txt": ("glued", 12, date(2025, 7, 23), "filename"),
    "2025-08-01.plain.txt": ("plain", 12, date(2025, 8, 1), "filename"),
    "daily-papers.md": ("firecrawl", 13, date(2025, 7, 31), "header"),
}
SHOWN = {
    "card": {"num_authors", "num_comments", "published"},
    "page": {"num_authors", "num_comments", "published", "upvotes", "arxiv_id", "url", "authors"},
    "glued": set(),
    "plain": set(),
    "firecrawl": {"num_authors", "num_comments", "published", "upvotes", "arxiv_id", "url"},
}


def read(name: str) -> Capture:
    path = packaged("seeds") / name
    return sources.read(RawDump("seeds", str(path), path.read_bytes(), NOW), NOW)


def test_the_folder_holds_the_samples_and_nothing_else():
    assert {path.name for path in packaged("seeds").iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_reads_whole_in_its_style(name):
    style, count, day, dated_by = SAMPLES[name]
    capture = read(name)
    assert (capture.dump.style, len(capture.papers), capture.rejects) == (style, count, ())
    assert (capture.dump.captured_on, capture.dump.dated_by) == (day, dated_by)
    for paper in capture.papers:
        assert paper.title
        assert paper.abstract
        assert {field for field in SHOWN[style] if getattr(paper, field) is None} == set(), paper.title


def test_the_samples_overlap_as_real_days_do():
    captures = [read(name) for name in SAMPLES]
    times = Counter(paper.title for capture in captures for paper in capture.papers)
    assert len(times) == 50
    assert sum(1 for count in times.values() if count > 1) == 11
    counts: dict[str, set[int]] = {}
    lengths: dict[str, set[int]] = {}
    for paper in (paper for capture in captures for paper in capture.papers):
        lengths.setdefault(paper.title, set()).add(len(paper.abstract or ""))
        if paper.num_comments is not None:
            counts.setdefault(paper.title, set()).add(paper.num_comments)
    assert any(len(seen) > 1 for seen in counts.values()), "a comment count changes from one day to the next"
    assert [title for title, seen in lengths.items() if len(seen) > 1] == ["Agentic Reinforced Policy Optimization"]


@pytest.mark.shared
def test_no_abstract_is_copied_from_the_real_ones(shared: Path):
    import gzip

    def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z0-9]+", text.lower())
        return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}

    ours = {run for name in SAMPLES for paper in read(name).papers for run in runs(paper.abstract or "")}
    with gzip.open(shared / "hf_papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            assert not ours & runs(json.loads(line)["abstract"])


def test_the_example_profiles_speak_of_what_the_samples_hold(tmp_path):
    settings = config.load(None, {}, cwd=tmp_path, data_dir=tmp_path)
    texts = [f"{p.title} {p.abstract}".lower() for name in SAMPLES for p in read(name).papers]
    assert [profile.name for profile in settings.profiles] == ["ada", "lab"]
    for profile in settings.profiles:
        assert [target.channel for target in profile.deliver] == ["folder"]
        for interest in profile.interests:
            hits = sum(any(word.lower() in text for word in interest.keywords) for text in texts)
            assert hits >= 5, (profile.name, interest.name)
