"""`digest serve`: by itself, in time, and gone cleanly when told to go (FAULTS 68)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from tests.acceptance.bot import ADA, BotFolder, page


def wait_for(what: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_fault_68_serve_sends_what_is_due_and_stops_cleanly(bot: BotFolder, number: signal.Signals):
    always_due = ADA.replace("weekdays 08:30", "daily 00:00").replace("Europe/Berlin", "UTC")
    bot.profile("ada", always_due)
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
    server = subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: len(bot.mails()) == 1)
        server.send_signal(number)
        out, err = server.communicate(timeout=30)
    finally:
        server.kill()
    assert server.returncode == 0, err
    assert "Traceback" not in err
    assert out == ""
    assert "stopped" in err
    assert bot.digest("status", now=None).out.startswith("All is well")
