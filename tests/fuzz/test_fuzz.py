"""A short fuzz; `tests/bench/fuzz.py` is the long one."""

from __future__ import annotations

import random

import pytest

from tests.fuzz import corpus
from tests.fuzz.mutating import MUTATIONS, damaged
from tests.fuzz.trying import tried

OURS = corpus.made_up()


@pytest.mark.parametrize("seed", range(4))
def test_damaged_dumps_are_read_or_refused_and_nothing_else(seed):
    rng = random.Random(seed)
    read = 0
    for number in range(60):
        read += tried(damaged(rng.choice(OURS), rng, OURS), stored=number % 20 == 0).papers > 0
    assert read, "some must still be readable, or the mutations prove nothing"


def test_real_dumps_that_are_damaged_are_read_or_refused(shared):
    theirs, rng = corpus.real(), random.Random(5)
    assert len(theirs) > 50
    for _ in range(60):
        tried(damaged(rng.choice(theirs), rng, theirs))


def test_what_is_not_damaged_is_read():
    dumps = [content for content in OURS if not content.startswith((b"User-agent", b"\x1f\x8b", b"PK"))]
    assert all(tried(content, stored=True).papers for content in dumps)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_mutation_can_be_told_again_by_its_seed(mutation):
    one, other = (bytes(mutation(bytearray(OURS[0]), random.Random(7), OURS)) for _ in range(2))
    assert one == other
