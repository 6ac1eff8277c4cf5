"""The vectors of texts: kept per model and text, forgotten when nothing asks for them."""

from __future__ import annotations

from datetime import timedelta

from digest.model import KeepSettings
from tests.builders import NOW

TODAY = NOW.date()


def test_a_vector_is_found_again_by_its_model_and_its_text(store):
    store.keep_embeddings("a", {1: b"one", 2**62 + 1: b"large"}, TODAY)
    store.keep_embeddings("b", {1: b"by another model"}, TODAY)

    assert store.embeddings("a", [1, 2, 2**62 + 1], TODAY) == {1: b"one", 2**62 + 1: b"large"}
    assert store.embeddings("b", [1, 2], TODAY) == {1: b"by another model"}
    assert store.embeddings("c", [1], TODAY) == {}


def test_a_text_that_another_process_was_faster_with_stays(store):
    store.keep_embeddings("a", {1: b"one"}, TODAY)
    store.keep_embeddings("a", {1: b"anew", 2: b"two"}, TODAY)
    assert store.embeddings("a", [1, 2], TODAY) == {1: b"one", 2: b"two"}


def test_thousands_of_vectors_are_kept_and_found(store):
    vectors = {n: n.to_bytes(8, "big") * 96 for n in range(3_000)}
    store.keep_embeddings("a", vectors, TODAY)
    assert store.embeddings("a", range(4_000), TODAY) == vectors


def test_what_nothing_asks_for_is_forgotten_and_what_is_used_stays(store):
    store.keep_embeddings("a", {1: b"used", 2: b"not"}, TODAY)
    for days in (20, 40, 60):
        store.embeddings("a", [1], TODAY + timedelta(days=days))
    gone = store.prune(KeepSettings(), NOW + timedelta(days=61))

    assert gone["embeddings"] == 1
    assert store.embeddings("a", [1, 2], TODAY) == {1: b"used"}


def test_a_rehearsal_keeps_no_vector(store):
    with store.rehearsing() as scratch:
        scratch.keep_embeddings("a", {1: b"one"}, TODAY)
        assert scratch.embeddings("a", [1], TODAY) == {1: b"one"}
    assert store.embeddings("a", [1], TODAY) == {}
