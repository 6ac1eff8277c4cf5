"""Socket Mode: the app on a real line to a server on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pytest

from digest.slack_app.app import application
from digest.slack_app.running import connected, hands
from tests.acceptance.bot import BotFolder
from tests.acceptance.test_serve import a_free_port, wait_for
from tests.slackd import SlackServer, refuse
from tests.slackoffice import CHANNEL, SECRET, an_office, signature
from tests.socketd import SocketServer

KITES = "Kites at Night"


@pytest.fixture
def office(tmp_path):
    with an_office(tmp_path) as office:
        yield office


def test_an_envelope_is_answered_while_its_work_has_not_begun(office):
    held = threading.Event()
    with SocketServer(office.slack) as line, hands() as later:
        app = application(office.desk, lambda work: later(lambda: held.wait(20) and work()), office.now.timestamp)
        with connected(app, office.desk.slack):
            line.connected()
            post = office.post(KITES)
            first = line.send("interactive", office.press(post, "more"))
            assert line.acks.get(timeout=20)["envelope_id"] == first
            second = line.send("events_api", office.reaction("reaction_added", post, "bookmark", "U0000BEN"))
            assert line.acks.get(timeout=20)["envelope_id"] == second
            assert office.votes() == {}, "both were answered before anything was done"
            held.set()
    assert office.votes() == {("U0000ADA", KITES): "more", ("U0000BEN", KITES): "save"}, "what was begun is finished"


def test_the_faults_of_a_form_come_back_in_the_answer_itself(tmp_path):
    texts = {"lab": f'deliver = ["slack:{CHANNEL}"]\n', "ada": 'deliver = ["slack:U0000ADA"]\n'}
    with an_office(tmp_path, texts=texts) as office, SocketServer(office.slack) as line, hands() as later:
        view = office.form()
        with connected(application(office.desk, later, office.now.timestamp), office.desk.slack):
            line.connected()
            id_ = line.send("interactive", office.submission(view, schedule="whenever"))
            answer = line.acks.get(timeout=20)
    assert (answer["envelope_id"], answer["payload"]["response_action"]) == (id_, "errors")
    assert '"whenever"' in answer["payload"]["errors"]["schedule"]


def test_a_broken_line_and_one_that_slack_takes_back_are_made_anew(office):
    with SocketServer(office.slack) as line, hands() as later:
        app = application(office.desk, later, office.now.timestamp)
        with connected(app, office.desk.slack, ping_seconds=0.2):
            line.connected()
            line.say({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
            line.connected()
            line.hang_up()
            line.connected()
            id_ = line.send("interactive", office.press(office.post(KITES), "save"))
            assert line.acks.get(timeout=20)["envelope_id"] == id_
    assert office.votes() == {("U0000ADA", KITES): "save"}
    assert line.lines >= 3


def test_slack_that_is_away_at_the_start_is_tried_again_and_stops_nobody(office, monkeypatch):
    monkeypatch.setattr("digest.slack_app.running.FIRST_WAIT", 0.05)
    office.slack.scripted = {"apps.connections.open"}
    office.slack.script = [refuse("invalid_auth"), refuse("internal_error")]
    with SocketServer(office.slack) as line, hands() as later:
        with connected(application(office.desk, later, office.now.timestamp), office.desk.slack):
            line.connected()
        assert line.lines == 1
    assert office.slack.script == []


def test_an_app_that_never_came_through_ends_cleanly(office):
    with hands() as later, connected(application(office.desk, later, office.now.timestamp), office.desk.slack):
        pass
    assert not [one for one in threading.enumerate() if one.name.startswith("slack") or "(_run)" in one.name]


# ---------------------------------------------------------------- the service


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    return False


CONFIG = """
[slack]
token = "env:SLACK_BOT_TOKEN"
app_token = "env:SLACK_APP_TOKEN"
base_url = "http://127.0.0.1:{port}/api"
"""


def test_fault_68_serve_runs_the_app_and_ends_both_cleanly(tmp_path):
    bot = BotFolder(tmp_path / "bot")
    with SlackServer() as slack, SocketServer(slack) as line:
        bot.config.write_text(bot.config.read_text() + CONFIG.format(port=slack.port))
        env = {**os.environ, "SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token}
        argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
        server = subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            line.connected()
            line.send("events_api", {"type": "event_callback", "event_id": "Ev1", "event": {"type": "unheard_of"}})
            server.send_signal(signal.SIGTERM)
            out, err = server.communicate(timeout=60)
        finally:
            server.kill()
    assert (server.returncode, "Traceback" in err) == (0, False), err
    assert slack.token not in out + err
    assert slack.app_token not in out + err


def test_by_http_the_app_answers_below_the_pages_and_ends_with_them(tmp_path):
    bot, port = BotFolder(tmp_path / "bot"), a_free_port()
    with SlackServer() as slack:
        table = CONFIG.format(port=slack.port).replace("app_token", "signing_secret")
        head = f'public_url = "http://127.0.0.1:{port}/below"\n{bot.config.read_text()}'
        bot.config.write_text(f'{head}{table}\n[web]\nlisten = "127.0.0.1:{port}"\n')
        env = {**os.environ, "SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": SECRET}
        argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root)]
        server = subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, text=True)
        try:
            wait_for(lambda: _answers(port))
            text = "command=/papers&text=help&user_id=U1&channel_id=C1&trigger_id=t1&response_url="
            body = f"{text}{quote(f'http://127.0.0.1:{slack.port}/api/respond')}"
            signed = signature(body, datetime.now(UTC))
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            url = f"http://127.0.0.1:{port}/below/slack/events"
            assert httpx.post(url, content=body, headers={**kind, **signed}).status_code == 200
            assert httpx.post(url, content=body + "x", headers={**kind, **signed}).status_code == 401
            server.send_signal(signal.SIGTERM)
            _, err = server.communicate(timeout=60)
        finally:
            server.kill()
    assert (server.returncode, "Traceback" in err) == (0, False), err
    assert "`/papers today`" in slack.answers[0]["text"]


def test_without_its_library_one_line_says_what_to_install(tmp_path):
    bot = BotFolder(tmp_path / "bot")
    bot.config.write_text(bot.config.read_text() + CONFIG.format(port=1))
    env = {**os.environ, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    for command in ("serve", "check"):
        script = "import sys; sys.modules['slack_bolt'] = None; from digest.cli import main; main()"
        argv = [sys.executable, "-c", script, command, "--config", str(bot.root)]
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "slack.app_token: the Slack app needs a library that is not installed" in done.stderr
        assert "pip install 'paper-digest[slack-app]'" in done.stderr


def test_the_manifest_is_printed_for_socket_mode_or_for_the_address_that_slack_calls(tmp_path, monkeypatch):
    bot = BotFolder(tmp_path / "bot")
    plain = json.loads(bot.digest("manifest").out)
    assert plain["settings"]["socket_mode_enabled"] is True
    monkeypatch.setenv("SECRET", "a signing secret")
    http = '[web]\nlisten = "127.0.0.1:8080"\n[slack]\ntoken = "env:SECRET"\nsigning_secret = "env:SECRET"\n'
    bot.config.write_text('public_url = "https://digest.example.org/d"\n' + bot.config.read_text() + http)
    made = json.loads(bot.digest("manifest").out)
    url = "https://digest.example.org/d/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["interactivity"]["request_url"] == made["features"]["slash_commands"][0]["url"] == url
    assert made["oauth_config"] == plain["oauth_config"]


def test_check_online_tries_the_apps_own_token(tmp_path, monkeypatch):
    bot = BotFolder(tmp_path / "bot")
    with SlackServer() as slack:
        bot.config.write_text(bot.config.read_text() + CONFIG.format(port=slack.port))
        slack.socket_url = "ws://127.0.0.1:1/"
        monkeypatch.setenv("SLACK_BOT_TOKEN", slack.token)
        monkeypatch.setenv("SLACK_APP_TOKEN", slack.app_token)
        ran = bot.digest("check", "--online")
        assert (ran.code, "slack app: Socket Mode is open to the app" in ran.out) == (0, True), ran.err
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-another")
        ran = bot.digest("check", "--online")
        assert (ran.code, "slack app: Slack: invalid_auth for app_token" in ran.err) == (1, True)
