"""The tick: run a due pass every half minute until told to stop. The only importer of the scheduler library.

The library only ticks, in UTC; what is due, and that it is done once, is decided by digest.schedule
and the store. Clocks come in as arguments.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from digest.model import DoubtedClock, RunReport

LONGEST_LEAP = timedelta(hours=25)
"""A wall clock that runs ahead of the steady one by more is not believed; a day and the longest clock change are."""

Watch = Callable[[threading.Event, Callable[[], None]], None]
"""Calls its second argument whenever there may be something to do, until the first is set."""

_POLL = 0.25
_JOB = "pass"
_UNSAID = object()
log = structlog.get_logger("digest.service")


@dataclass(frozen=True, slots=True)
class Reading:
    """The wall clock and a steady clock (seconds from anywhere) read at one moment."""

    wall: datetime
    steady: float


Doubts = Callable[[DoubtedClock | None], object]
"""Hears once that the clock is doubted, and with None that it is believed: at the beginning too."""


def leap(earlier: Reading, later: Reading) -> timedelta:
    """How far the wall clock ran ahead of the steady one between two readings; negative when it was set back."""
    return later.wall - earlier.wall - timedelta(seconds=later.steady - earlier.steady)


def serve(
    run_pass: Callable[[], RunReport | None],
    *,
    clock: Callable[[], datetime],
    steady: Callable[[], float],
    stop: threading.Event | None = None,
    confirmed: Callable[[datetime], bool] = lambda since: False,
    doubts: Doubts = lambda doubt: None,
    watch: Watch | None = None,
    tick_seconds: float = 30.0,
    grace_seconds: float = 30.0,
) -> None:
    """Call *run_pass* every *tick_seconds*, never two at once, until SIGTERM, SIGINT or *stop*.

    A pass that raises is logged and the next one runs. At the end a pass in flight has *grace_seconds* to
    finish; one that has not is left behind as a killed process would leave it. After a forward leap of the
    wall clock by more than 25 hours no pass runs until ``confirmed(instant of the leap)`` says that a person
    agreed, or the clock is set back; *doubts* hears of it. *steady* should count while the machine sleeps.
    *watch* runs beside it all, and what it notices brings the next pass at once.
    """
    ticker = _Ticker(run_pass, clock, steady, stop or threading.Event(), confirmed, doubts)
    # The pass runs in the scheduler's own thread: ticks that come due meanwhile become one, and a pass that
    # outlives the grace does not keep the process, as a pool's thread would.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": DebugExecutor()}, daemon=True)
    every = {"trigger": "interval", "seconds": tick_seconds}
    options = {"id": _JOB, "coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    # The first tick is now by the library's own clock; *clock* may be a frozen one.
    scheduler.add_job(ticker.tick, next_run_time=datetime.now(UTC), **every, **options)
    wake = threading.Event()
    if watch is not None:
        threading.Thread(target=_watched, args=(watch, ticker.stop, wake), daemon=True, name="watch").start()
    with _stopped_by_signals() as caught:
        scheduler.start()
        log.info("serving", tick_seconds=tick_seconds)
        while not caught and not ticker.stop.wait(_POLL):
            if wake.is_set():
                wake.clear()
                scheduler.modify_job(_JOB, next_run_time=datetime.now(UTC))
            if ticker.late(3 * tick_seconds):  # the wall clock, by which the library waits, was set back
                log.warning("no tick for a while: the clock was set back")
                ticker.ticked = steady()
                scheduler.reschedule_job(_JOB, **every)
        log.info("stopping", signal=signal.Signals(caught[0]).name if caught else "")
        ticker.stop.set()
        if ticker.idle.wait(grace_seconds):
            scheduler.shutdown()
            log.info("stopped")
        else:
            log.warning("stopped in the middle of a pass; the next start goes on with it")


def _watched(watch: Watch, stop: threading.Event, wake: threading.Event) -> None:
    """Let *watch* run; without it the ticks go on as they are."""
    try:
        watch(stop, wake.set)
    except Exception:
        log.exception("the folders are not watched; each tick looks at them")


class _Ticker:
    """One tick after another: whether the clock is believed, the pass, and what the log says of it."""

    def __init__(
        self,
        run_pass: Callable[[], RunReport | None],
        clock: Callable[[], datetime],
        steady: Callable[[], float],
        stop: threading.Event,
        confirmed: Callable[[datetime], bool],
        doubts: Doubts,
    ) -> None:
        self.stop, self.idle = stop, threading.Event()
        self.idle.set()
        self.ticked = steady()
        self._run_pass, self._clock, self._steady, self._confirmed = run_pass, clock, steady, confirmed
        self._believed = Reading(clock(), steady())
        self._doubted_at: datetime | None = None
        self._doubts = doubts
        self._told: object = _UNSAID
        self._failures: frozenset[str] = frozenset()

    def late(self, seconds: float) -> bool:
        """Whether nothing ran for longer than *seconds* and nothing is running."""
        return self.idle.is_set() and self._steady() - self.ticked > seconds

    def tick(self) -> None:
        """Run a pass, if it is not time to stop and the clock is believed; nothing escapes but the log's word."""
        self.idle.clear()
        try:
            if not self.stop.is_set() and self._believes_clock():
                self._say(self._run_pass())
        except Exception:
            log.exception("a pass failed; the next one runs")
        finally:
            self.ticked = self._steady()
            self.idle.set()

    def _believes_clock(self) -> bool:
        reading = Reading(self._clock(), self._steady())
        ahead = leap(self._believed, reading)
        if ahead > LONGEST_LEAP:
            if self._doubted_at is None:
                self._doubted_at = reading.wall
                log.error("the clock leapt forward: nothing is sent until you confirm it", hours=_hours(ahead))
            self._tell(DoubtedClock(self._doubted_at, self._doubted_at - ahead))
            if not self._confirmed(self._doubted_at):
                return False
        if self._doubted_at is not None:
            log.info("the clock is believed again")
        self._tell(None)
        self._believed, self._doubted_at = reading, None
        return True

    def _tell(self, doubt: DoubtedClock | None) -> None:
        """Say it once; where that fails, again with the next tick."""
        if self._told is _UNSAID or (self._told is None) != (doubt is None):
            self._doubts(doubt)
            self._told = doubt

    def _say(self, report: RunReport | None) -> None:
        """Log what a pass did; a quiet pass says nothing, and a failure that stays is said once."""
        if report is None:
            return
        done = {name: count for name, count in report.deliveries.items() if count}
        new = sum(dump.new for dump in report.ingest)
        queued = sum(edition.state == "queued" for edition in report.editions)
        if done or new or queued:
            log.info("a pass", new=new, editions=queued, **done)
        failures = frozenset(f"{failure.where}: {failure.why}" for failure in report.failures)
        for failure in sorted(failures - self._failures):
            log.warning("failed", what=failure)
        self._failures = failures


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 1)


@contextmanager
def _stopped_by_signals() -> Iterator[list[int]]:
    """Collect SIGTERM and SIGINT in a list; a plain list, since a handler that takes a lock may deadlock."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {
        number: signal.signal(number, lambda number, frame: caught.append(number))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
