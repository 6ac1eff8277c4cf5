"""What the bot learns from its own papers, and how that is kept."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest.model import Paper
from digest.pipeline import learning
from digest.pipeline.bot import Kept
from digest.ranking.background import VERSION, Background

RNG = random.Random(5)
WORDS = ["".join(RNG.choices("aeioukltmnprs", k=7)) for _ in range(300)]


class Shelf:
    def __init__(self, known: int) -> None:
        self.known = known

    def counts(self) -> dict[str, int]:
        return {"papers": self.known}

    def newest_papers(self, limit: int) -> list[Paper]:
        rng = random.Random(1)
        texts = (" ".join(rng.choices(WORDS, k=40)) for _ in range(min(self.known, limit, 400)))
        return [Paper(text[:60], text) for text in texts]


def a_bot(state: Path, known: int) -> SimpleNamespace:
    return SimpleNamespace(settings=SimpleNamespace(state=state), store=Shelf(known))


def files(state: Path) -> list[str]:
    return sorted(path.name for path in (state / "background").iterdir())


def learned(state: Path) -> Background:
    return learning.background(SimpleNamespace(state=state))  # type: ignore[arg-type]


def is_shipped(found: Background) -> bool:
    return found.papers == Background.default().papers


def test_what_was_learned_is_used_from_then_on(tmp_path):
    assert is_shipped(learned(tmp_path))
    assert learning.learn(a_bot(tmp_path, 400))[1] == tmp_path / "background" / f"v{VERSION}-400.npz"
    assert learned(tmp_path).papers == 400


def test_learning_again_replaces_what_was_learned_before(tmp_path):
    learning.learn(a_bot(tmp_path, 400))
    learning.learn(a_bot(tmp_path, 900))
    assert files(tmp_path) == [f"v{VERSION}-900.npz"]


def test_a_bot_keeps_its_ranker_until_something_new_is_learned(tmp_path):
    bot = SimpleNamespace(settings=SimpleNamespace(state=tmp_path), store=Shelf(400), kept=Kept())
    first = learning.ranker(bot)
    assert learning.ranker(bot) is first
    learning.learn(bot)
    assert learning.ranker(bot) is not first
    assert learning.ranker(bot).background.papers == 400


def test_few_papers_teach_nothing(tmp_path):
    assert learning.learn(a_bot(tmp_path, 299)) == (299, None)
    assert is_shipped(learned(tmp_path))


@pytest.mark.parametrize(
    ("before", "now", "again"),
    [
        (0, 1999, False),
        (0, 2000, True),
        (400, 799, False),
        (400, 800, True),
        (9000, 10_999, False),
        (9000, 11_000, True),
    ],
)
def test_a_service_learns_by_itself_when_papers_doubled_or_two_thousand_are_new(tmp_path, before, now, again):
    if before:
        learning.learn(a_bot(tmp_path, before))
    assert learning.refresh(a_bot(tmp_path, now)) == []
    expected = now if again else before
    assert learning._known(next(iter((tmp_path / "background").glob("*.npz")), Path("none"))) == expected


def test_a_store_that_was_begun_anew_is_learned_from_anew(tmp_path):
    learning.learn(a_bot(tmp_path, 9000))
    learning.refresh(a_bot(tmp_path, 500))
    assert files(tmp_path) == [f"v{VERSION}-500.npz"]


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 cut off", b"no archive"])
def test_a_file_that_is_cut_or_strange_is_passed_over(tmp_path, broken):
    learning.learn(a_bot(tmp_path, 400))
    (tmp_path / "background" / f"v{VERSION}-400.npz").write_bytes(broken)
    assert is_shipped(learned(tmp_path))


def test_texts_that_are_no_language_teach_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(learning, "MOST_WORDS", 200)
    assert learning.learn(a_bot(tmp_path, 400)) == (400, None)
    assert files(tmp_path) == [f"v{VERSION}-400.npz"], "it is remembered that there is nothing to learn"
    assert is_shipped(learned(tmp_path))


def test_a_file_of_another_version_is_never_read(tmp_path):
    learning.learn(a_bot(tmp_path, 400))
    path = tmp_path / "background" / f"v{VERSION}-400.npz"
    path.rename(path.with_name(f"v{VERSION + 1}-400.npz"))
    assert is_shipped(learned(tmp_path))


def test_a_disk_that_refuses_leaves_the_last_one_and_says_so(tmp_path):
    (tmp_path / "background").write_text("in the way")
    (warning,) = learning.refresh(a_bot(tmp_path, 2000))
    assert "nothing new was learned" in warning.why
    assert is_shipped(learned(tmp_path))


def test_a_write_that_dies_leaves_no_half_file_where_it_is_read(tmp_path, monkeypatch):
    learning.learn(a_bot(tmp_path, 400))

    def dies(self: Background, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Background, "save", dies)
    assert learning.refresh(a_bot(tmp_path, 900))
    assert files(tmp_path) == [f"v{VERSION}-400.npz"]
    assert learned(tmp_path).papers == 400
