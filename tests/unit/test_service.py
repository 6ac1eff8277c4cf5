"""The tick: passes come one after another, whatever a pass or the clock does, until told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from digest import service
from digest.model import DumpReport, Failure, RunReport

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def clock():
    return datetime.now(UTC)


class Served:
    """A service in a thread, with a pass that the test writes; leaves it stopped."""

    def __init__(self, run_pass, **options):
        self.stop = threading.Event()
        given = {"clock": clock, "steady": time.monotonic, "tick_seconds": 0.05, **options}
        self.thread = threading.Thread(target=service.serve, args=(run_pass,), kwargs={"stop": self.stop, **given})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def wait_for(condition, seconds=5.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def test_a_pass_runs_at_once_and_again():
    runs = []
    started = time.monotonic()
    with Served(lambda: runs.append(time.monotonic())):
        wait_for(lambda: len(runs) >= 3)
    assert runs[0] - started < 1
    assert runs[1] - runs[0] > 0.02


def test_a_pass_that_raises_is_logged_and_the_next_one_runs():
    runs = []

    def run_pass():
        runs.append(1)
        raise RuntimeError("broken")

    with structlog.testing.capture_logs() as logs, Served(run_pass):
        wait_for(lambda: len(runs) >= 2)
    assert {"a pass failed; the next one runs"} == {entry["event"] for entry in logs if entry["log_level"] == "error"}


def test_a_failure_that_stays_is_said_once_and_a_quiet_pass_says_nothing():
    cut = (Failure("b.txt", "cut"),)
    first = RunReport(NOW, NOW, ingest=(DumpReport("seeds", "a.txt", new=3),), failures=cut)
    runs = []

    def run_pass():
        runs.append(1)
        return first if len(runs) == 1 else RunReport(NOW, NOW, failures=cut)

    with structlog.testing.capture_logs() as logs, Served(run_pass):
        wait_for(lambda: len(runs) >= 4)
    said = [(entry["event"], entry.get("new"), entry.get("what")) for entry in logs]
    assert said.count(("a pass", 3, None)) == 1
    assert said.count(("failed", None, "b.txt: cut")) == 1
    assert len([event for event, _, _ in said if event == "a pass"]) == 1


def test_fault_28_ticks_that_come_due_during_a_pass_do_not_overlap_it():
    running, most, runs = [], [], []

    def run_pass():
        running.append(1)
        most.append(len(running))
        time.sleep(0.2)
        running.pop()
        runs.append(time.monotonic())

    with Served(run_pass, tick_seconds=0.02):
        wait_for(lambda: len(runs) >= 3)
    assert max(most) == 1


def test_fault_68_a_pass_in_flight_is_finished_before_the_end():
    entered, left = threading.Event(), threading.Event()

    def run_pass():
        entered.set()
        time.sleep(0.3)
        left.set()

    with Served(run_pass):
        entered.wait(5)
    assert left.is_set()


def test_a_pass_that_outlives_the_grace_does_not_keep_the_service():
    entered, release = threading.Event(), threading.Event()

    def run_pass():
        entered.set()
        release.wait(10)

    with structlog.testing.capture_logs() as logs, Served(run_pass, grace_seconds=0.1):
        entered.wait(5)
    release.set()
    assert logs[-1]["event"].startswith("stopped in the middle of a pass")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_fault_68_a_signal_ends_it_cleanly_with_exit_code_0(number):
    code = (
        "import sys, time, structlog; from datetime import datetime, UTC; from digest import service\n"
        "structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))\n"
        "def run_pass():\n    print('in', flush=True); time.sleep(.5); print('out', flush=True)\n"
        "service.serve(run_pass, clock=lambda: datetime.now(UTC), steady=time.monotonic)\n"
        "print('end')"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        assert process.stdout.readline() == "in\n"
        process.send_signal(number)
        assert (process.stdout.read().split(), process.wait(10)) == (["out", "end"], 0)


def test_the_handlers_of_the_caller_are_given_back():
    before = signal.getsignal(signal.SIGTERM)
    stop = threading.Event()
    stop.set()
    service.serve(lambda: None, clock=clock, steady=time.monotonic, stop=stop)
    assert signal.getsignal(signal.SIGTERM) is before


# ---------------------------------------------------------------- the clock


def test_fault_24_a_leap_is_what_the_wall_clock_ran_ahead():
    before = service.Reading(NOW, 100.0)
    assert service.leap(before, service.Reading(NOW + timedelta(hours=3), 100.0 + 3 * 3600)) == timedelta()
    assert service.leap(before, service.Reading(NOW + timedelta(hours=30), 100.0)) == timedelta(hours=30)
    assert service.leap(before, service.Reading(NOW - timedelta(hours=2), 130.0)) == timedelta(hours=-2, seconds=-30)


class Hands:
    """A wall clock whose hands the test turns."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return clock() + self.ahead


def test_fault_24_after_a_forward_leap_nothing_runs_until_a_person_confirms():
    hands, runs, agreed, told = Hands(), [], [], []
    with (
        structlog.testing.capture_logs() as logs,
        Served(lambda: runs.append(1), clock=hands, confirmed=lambda since: bool(agreed), doubts=told.append),
    ):
        wait_for(lambda: runs)
        hands.ahead = timedelta(hours=26)
        wait_for(lambda: any("leapt forward" in entry["event"] for entry in logs))
        count = len(runs)
        time.sleep(0.3)
        assert len(runs) == count
        agreed.append(1)
        wait_for(lambda: len(runs) > count)
    assert sum("leapt forward" in entry["event"] for entry in logs) == 1
    before, doubt, after = told
    assert before is after is None
    assert abs(doubt.said - doubt.likely - timedelta(hours=26)) < timedelta(minutes=1)


def test_fault_24_who_could_not_be_told_of_the_doubt_is_told_with_the_next_tick():
    hands, runs, told = Hands(), [], []

    def doubts(doubt):
        told.append(doubt)
        if doubt and len(told) < 3:
            raise RuntimeError("the store is busy")

    with structlog.testing.capture_logs(), Served(lambda: runs.append(1), clock=hands, doubts=doubts):
        wait_for(lambda: runs)
        hands.ahead = timedelta(days=3)
        wait_for(lambda: len(told) >= 3)
        count = len(runs)
        time.sleep(0.3)
        assert len(runs) == count
    assert len(told) == 3


def test_fault_24_a_clock_that_is_set_right_again_is_believed():
    hands, runs = Hands(), []
    with structlog.testing.capture_logs() as logs, Served(lambda: runs.append(1), clock=hands):
        wait_for(lambda: runs)
        hands.ahead = timedelta(days=40)
        wait_for(lambda: any("leapt forward" in entry["event"] for entry in logs))
        count = len(runs)
        hands.ahead = timedelta(minutes=1)
        wait_for(lambda: len(runs) > count)


@pytest.mark.parametrize("ahead", [timedelta(hours=-2), timedelta(days=-1), timedelta(hours=24)])
def test_fault_24_a_smaller_or_backward_step_stops_nothing(ahead):
    hands, runs = Hands(), []
    with Served(lambda: runs.append(1), clock=hands):
        wait_for(lambda: runs)
        hands.ahead = ahead
        count = len(runs)
        wait_for(lambda: len(runs) > count + 1)


def test_fault_24_the_library_goes_on_ticking_when_the_clock_was_set_back(monkeypatch):
    runs, schedulers = [], []

    class Seen(service.BackgroundScheduler):
        """The real library; the test only keeps a hand on it."""

        def start(self, *args, **kwargs):
            schedulers.append(self)
            super().start(*args, **kwargs)

    monkeypatch.setattr(service, "BackgroundScheduler", Seen)
    with Served(lambda: runs.append(1), tick_seconds=0.2):
        wait_for(lambda: runs)
        # What a backward step of the clock looks like to the library: its next tick lies far ahead.
        schedulers[0].modify_job("pass", next_run_time=clock() + timedelta(hours=2))
        count = len(runs)
        wait_for(lambda: len(runs) > count + 1)


def test_what_is_noticed_brings_the_next_pass_at_once():
    runs, woken = [], []

    def watch(stop, wake):
        woken.append(wake)
        stop.wait()

    with Served(lambda: runs.append(1), tick_seconds=3600, watch=watch):
        wait_for(lambda: runs and woken)
        assert len(runs) == 1
        woken[0]()
        wait_for(lambda: len(runs) == 2)


def test_a_watch_that_fails_leaves_the_ticks():
    runs = []

    def watch(stop, wake):
        raise RuntimeError("no more watches")

    with structlog.testing.capture_logs() as logs, Served(lambda: runs.append(1), watch=watch):
        wait_for(lambda: len(runs) >= 3)
    assert "the folders are not watched; each tick looks at them" in [one["event"] for one in logs]
