"""`digest serve`: by itself, in time, and gone cleanly when told to go (FAULTS 68)."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.acceptance.bot import ADA, BotFolder, page
from tests.smtpd import MailServer
from tests.stores import a_postgres_url, postgres_session


def wait_for(what: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


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
    port = a_free_port()
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


def test_pages_that_die_end_the_service_so_that_it_is_started_anew(bot: BotFolder):
    bot.config.write_text(bot.config.read_text() + f'\n[web]\nlisten = "127.0.0.1:{a_free_port()}"\n')
    bot.profile("ada", ADA)
    argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
    server = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    try:
        wait_for(lambda: len(children.read_text().split()) == 1)  # what readers wait for has no pass in it
        os.kill(int(children.read_text()), signal.SIGKILL)
        _, err = server.communicate(timeout=60)
    finally:
        server.kill()
    assert (server.returncode, "Traceback" in err) == (1, False), err
    assert "the process that served the pages ended" in err


def test_serve_sees_profiles_come_and_keeps_the_last_good_version_of_a_broken_one(bot: BotFolder):
    """Each dropped page brings the next pass at once."""
    due = ADA.replace("weekdays 08:30", "daily 00:00").replace("Europe/Berlin", "UTC")
    bot.config.write_text(bot.config.read_text() + '\n[operator]\nalert = ["folder:operator"]\n')
    bot.profile("ada", due)
    argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
    server = subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        (bot.drop / "one.txt").write_text(page("Alpha Diffusion Models"))
        wait_for(lambda: len(bot.mails()) == 1)
        bot.profile("ada", due + "limit = 0\n")
        bot.profile("bob", due.replace("ada", "bob"))
        (bot.drop / "two.txt").write_text(page("Beta Diffusion Models"))
        wait_for(lambda: len(bot.mails("bob")) == 1)
        wait_for(lambda: len(bot.mails("operator")) == 1)
        told = bot.mails("operator")[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        troubles = [one["cause"] for one in bot.digest("status", "--json", now=None).json["troubles"]]
        bot.profile("ada", due)
        (bot.drop / "three.txt").write_text(page("Gamma Diffusion Models"))
        wait_for(lambda: len(bot.mails("operator")) == 2)
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=30)
    finally:
        server.kill()
    assert "interests[0].limit: unknown key" in " ".join(told.split())
    assert troubles == [f"profile:{bot.root}/profiles/ada.toml"]
    assert "over" in bot.mails("operator")[1]["Subject"]
    assert err.count("unknown key") == 3, "as a failure, as an alert and as over: once each"
    assert server.returncode == 0


def test_an_address_that_is_taken_is_said_in_a_line(bot: BotFolder):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        where = f"127.0.0.1:{sock.getsockname()[1]}"
        bot.config.write_text(bot.config.read_text() + f'\n[web]\nlisten = "{where}"\n')
        ran = bot.digest("serve", now=None)
    assert ran.code == 1
    assert f"[web] listen: cannot listen at {where}" in ran.err


def test_a_service_beside_workers_keeps_one_pace_with_them(bot: BotFolder):
    with a_postgres_url() as url, MailServer() as server:
        secret = bot.root / "store-url"
        secret.write_text(url)
        secret.chmod(0o600)
        bot.config.write_text(
            f'{bot.config.read_text()}\n[store]\nurl = "file:store-url"\n[email]\n'
            f'url = "smtp://127.0.0.1:{server.port}"\nfrom = "D <d@example.org>"\nper_minute = 600\n'
        )
        due = ADA.replace("weekdays 08:30", "daily 00:00").replace("Europe/Berlin", "UTC")
        bot.profile("ada", due.replace("folder:ada", "email:ada@example.org"))
        (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
        argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
        with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as service:
            try:
                wait_for(lambda: server.mails)
            finally:
                service.send_signal(signal.SIGTERM)
                service.communicate(timeout=30)
        with postgres_session(url) as session:
            ((name,),) = session.execute("SELECT name FROM turns").fetchall()
            assert name.startswith("email 127.0.0.1")
