"""Texts are put through the sentence model once, whatever interrupts that."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from digest.pipeline.meaning import BATCH, FEWEST, Meaning, Stopped
from digest.store import Store
from tests.builders import NOW, a_paper, a_profile
from tests.stores import ingest

TODAY = NOW.date()
PAPERS = [a_paper(f"The Habits of Beetle {n}", id=f"p{n}") for n in range(3 * BATCH)]


@pytest.fixture
def store():
    with Store.open("sqlite://", now=NOW) as opened:
        ingest(opened, PAPERS)
        yield opened


def test_what_was_read_before_a_kill_is_not_read_again(store: Store, minilm: Path):
    def killed(done: int, total: int, what: str) -> None:
        raise KeyboardInterrupt

    first = Meaning(store, minilm, TODAY, killed)
    with pytest.raises(KeyboardInterrupt):
        first.of(PAPERS, [a_profile()], {})
    again = Meaning(store, minilm, TODAY)
    meanings = again.of(PAPERS, [a_profile()], {})

    assert (first.read, again.read) == (BATCH, len(PAPERS) + 1 - BATCH)
    third = Meaning(store, minilm, TODAY + timedelta(days=1))
    same = third.of(PAPERS, [a_profile()], {})
    assert third.read == 0
    assert meanings is not None
    assert same is not None
    assert (same.plain == meanings.plain).all()


def test_told_to_stop_it_keeps_what_was_read(store: Store, minilm: Path):
    stop = threading.Event()
    first = Meaning(store, minilm, TODAY, lambda done, total, what: stop.set(), stop)
    with pytest.raises(Stopped):
        first.of(PAPERS, [a_profile()], {})
    assert first.read == BATCH


def test_a_paper_whose_text_changed_is_read_anew(store: Store, minilm: Path):
    Meaning(store, minilm, TODAY).of(PAPERS, [a_profile()], {})
    longer = a_paper("The Habits of Beetle 0", abstract="Now with an abstract.", id="p0")
    again = Meaning(store, minilm, TODAY)
    again.of([longer, *PAPERS[1:]], [a_profile()], {})
    assert again.read == 1


def test_a_bot_that_hardly_knows_a_paper_ranks_by_words(minilm: Path):
    with Store.open("sqlite://", now=NOW) as store:
        ingest(store, PAPERS[: FEWEST - 1])
        reader = Meaning(store, minilm, TODAY)
        assert reader.of(PAPERS[: FEWEST - 1], [a_profile()], {}) is None
        assert (reader.read, reader.warnings) == (0, [])


def test_nothing_is_loaded_when_nobody_wishes_anything(store: Store):
    reader = Meaning(store, Path("/nowhere"), TODAY)
    assert reader.of(PAPERS, [a_profile(interests=())], {}) is None
    assert reader.of([], [a_profile()], {}) is None
    assert reader.warnings == []


def test_a_model_that_is_missed_is_missed_once(store: Store):
    reader = Meaning(store, Path("/nowhere"), TODAY)
    assert reader.of(PAPERS, [a_profile()], {}) is None
    assert reader.of(PAPERS, [a_profile("bob")], {}) is None
    assert len(reader.warnings) == 1
