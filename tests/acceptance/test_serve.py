"""`digest serve`: by itself, in time, and gone cleanly when told to go (FAULTS 68)."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time

import httpx
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


def test_serve_shows_pages_beside_its_passes_and_ends_both(bot: BotFolder):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    main = bot.config.read_text()
    bot.config.write_text(f'public_url = "http://127.0.0.1:{port}"\n{main}\n[web]\nlisten = "127.0.0.1:{port}"\n')
    bot.profile("ada", ADA.replace("weekdays 08:30", "daily 00:00").replace("Europe/Berlin", "UTC"))
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
    server = subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: len(bot.mails()) == 1)
        assert "Alpha Diffusion Models" in httpx.get(f"http://127.0.0.1:{port}/search?q=alpha").text
        text = bot.mails()[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        (edition,) = set(re.findall(rf"http://127\.0\.0\.1:{port}/e/[\w.-]+", text))
        assert "Alpha Diffusion Models" in httpx.get(edition).text
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=30)
    finally:
        server.kill()
    assert (server.returncode, "Traceback" in err) == (0, False), err


def test_an_address_that_is_taken_is_said_in_a_line(bot: BotFolder):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        where = f"127.0.0.1:{sock.getsockname()[1]}"
        bot.config.write_text(bot.config.read_text() + f'\n[web]\nlisten = "{where}"\n')
        ran = bot.digest("serve", now=None)
    assert ran.code == 1
    assert f"[web] listen: cannot listen at {where}" in ran.err
