"""A monitor hears of every pass, and of an idle service now and then."""

from __future__ import annotations

from datetime import timedelta

from digest.monitor import EVERY, Monitor
from tests.builders import NOW


class Heard(Monitor):
    """One that writes down what it would ask for."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1/x")
        self.heard: list[str] = []

    def _ping(self, end: str, body: str) -> str:
        self.heard.append(end or "ok")
        return ""


def test_an_idle_service_says_every_five_minutes_that_it_lives():
    monitor = Heard()
    for half_minute in range(41):
        monitor.heartbeat(NOW + timedelta(seconds=30 * half_minute), "", failed=False, quiet=True)
    assert monitor.heard == ["ok"] * 5


def test_what_was_done_and_what_broke_or_is_mended_is_said_at_once():
    monitor = Heard()
    for failed, quiet in ((False, True), (False, False), (True, True), (True, True), (False, True)):
        monitor.heartbeat(NOW, "", failed=failed, quiet=quiet)
    assert monitor.heard == ["ok", "ok", "/fail", "ok"]


def test_a_clock_that_was_set_back_keeps_no_monitor_waiting():
    monitor = Heard()
    monitor.heartbeat(NOW, "", failed=False, quiet=True)
    monitor.heartbeat(NOW - timedelta(hours=2), "", failed=False, quiet=True)
    monitor.heartbeat(NOW - timedelta(hours=2) + EVERY / 2, "", failed=False, quiet=True)
    assert monitor.heard == ["ok", "ok"]


def test_a_monitor_that_is_away_is_one_line_without_its_address():
    why = Monitor("http://127.0.0.1:1/secret-id", timeout=1).start()
    assert why == "the monitor cannot be reached (ConnectError)"
    assert Monitor("http://[broken/secret-id").finish("x", failed=True).startswith("the monitor cannot be reached")
