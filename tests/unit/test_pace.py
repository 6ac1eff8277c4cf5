"""No faster than a server wants it, and nobody waits for another's turn."""

from __future__ import annotations

import pytest

from digest.channels.pace import Pace


class Time:
    def __init__(self) -> None:
        self.now, self.waits = 100.0, []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def time():
    return Time()


def test_a_burst_goes_at_once_and_then_one_by_one(time):
    pace = Pace(1.0, 3, wait=time.wait, steady=time)
    for _ in range(6):
        pace.turn("C1")
    assert time.waits == [1.0, 1.0, 1.0]


def test_each_name_has_its_own_pace(time):
    pace = Pace(1.0, 1, wait=time.wait, steady=time)
    for name in ("C1", "C2", "C3"):
        pace.turn(name)
    assert time.waits == []


def test_after_a_rest_there_is_a_burst_again_but_no_more_than_that(time):
    pace = Pace(1.0, 2, wait=time.wait, steady=time)
    for _ in range(2):
        pace.turn()
    time.now += 3600
    for _ in range(3):
        pace.turn()
    assert time.waits == [1.0]


def test_sixty_a_minute_is_one_a_second(time):
    pace = Pace(60 / 60, 1, wait=time.wait, steady=time)
    begun = time.now
    for _ in range(61):
        pace.turn()
    assert time.now - begun == pytest.approx(60)
