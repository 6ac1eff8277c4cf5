"""The state of the bot as Prometheus reads it: true for a bot that cron runs, and shown to who may see it."""

from __future__ import annotations

import base64
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.bot import ADA, NOW, BotFolder, page

RULES = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "rules.yml"
TOKEN = "a-token-that-nobody-guesses"


def read(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def sampled(bot: BotFolder, now: str = NOW) -> dict[tuple[str, ...], float]:
    return read(bot.digest("metrics", now=now).out)


@pytest.fixture
def filled(bot: BotFolder) -> BotFolder:
    (bot.drop / "2026-11-20.txt").write_text(page("Alpha Diffusion Models", "Beta Generative Scores"))
    return bot


def test_a_bot_that_cron_runs_is_measured_after_the_pass_is_over(filled: BotFolder):
    filled.run()
    found = sampled(filled)
    assert found["digest_passes_total", "ok"] == 1
    assert found["digest_passes_total", "failed"] == 0
    assert found["digest_papers_taken_in_total", "new"] == found["digest_papers",] == 2
    assert found["digest_editions_total", "queued"] == 1
    assert found["digest_picks_total",] == 2
    assert found["digest_attempts_total", "sent"] == 1
    assert (
        found["digest_delivery_last_day_seconds_count", "folder"]
        == found["digest_delivery_last_day_seconds_bucket", "folder", "5.0"]
    )
    assert found["digest_delivery_last_day_seconds_count", "folder"] == 1
    assert found["digest_pass_seconds_count",] == found["digest_pass_seconds_bucket", "+Inf"] == 1
    assert found["digest_source_last_success_timestamp_seconds", "drop"] == 1795251600
    assert found["digest_last_pass_timestamp_seconds",] == 1795251600
    assert found["digest_troubles",] == found["digest_dead_targets",] == 0


def test_counters_only_grow_whatever_is_pruned(filled: BotFolder):
    filled.run()
    (filled.drop / "2026-11-21.txt").write_text(page("Gamma Diffusion Trees", day="Nov 21"))
    filled.run(now="2027-11-22T09:00:00Z")
    assert filled.digest("prune", "--json", now="2027-11-22T10:00:00Z").json["gone"]
    found = sampled(filled, "2027-11-22T10:00:00Z")
    assert (found["digest_picks_total",], found["digest_attempts_total", "sent"]) == (3, 2)
    assert found["digest_passes_total", "ok"] == 2
    assert found["digest_delivery_last_day_seconds_count", "folder"] == 1, "that of the last day"


def test_what_waits_and_what_was_given_up_is_counted_by_channel(filled: BotFolder):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        port = nobody.getsockname()[1]
        filled.config.write_text(
            filled.config.read_text() + f'[email]\nurl = "smtp://127.0.0.1:{port}"\nfrom = "D <d@example.org>"\n'
        )
        filled.profile("ada", ADA.replace("folder:ada", "email:ada@example.org"))
        filled.run(code=1)
    found = sampled(filled, "2026-11-21T11:00:00Z")
    assert found["digest_deliveries", "email", "queued"] == 1
    assert found["digest_oldest_waiting_seconds", "email"] == 7200
    assert found["digest_attempts_total", "deferred"] == 1
    assert found["digest_troubles",] == 1


def test_the_command_replaces_a_file_for_a_textfile_collector(filled: BotFolder, tmp_path: Path):
    filled.run()
    target = tmp_path / "digest.prom"
    target.write_text("old")
    assert filled.digest("metrics", "--out", str(target)).out == ""
    assert read(target.read_text())["digest_papers",] == 2
    refused = filled.digest("metrics", "--out", str(tmp_path / "none" / "digest.prom"))
    assert (refused.code, "none/digest.prom" in refused.err) == (2, True)


# ---------------------------------------------------------------- who may see them


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def serving(bot: BotFolder, more: str) -> Iterator[None]:
    """`digest serve` with *more* in its config, once it listens."""
    secret = bot.root / "secret"
    secret.write_text(TOKEN)
    secret.chmod(0o600)
    bot.config.write_text(bot.config.read_text() + more)
    argv = [sys.executable, "-m", "digest", "serve", "--config", str(bot.root), "--log-format", "json"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "serving at" in line:
                break
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
    assert process.returncode == 0


def get(port: int, headers: dict[str, str] | None = None, path: str = "/metrics") -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=20)


def test_an_address_of_its_own_on_this_machine_is_open(filled: BotFolder):
    port = free_port()
    with serving(filled, f'[monitor]\nlisten = "127.0.0.1:{port}"\n'):
        answer = get(port)
        assert (answer.status_code, get(port, path="/healthz").text) == (200, "ok\n")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        found = read(answer.text)
        assert ("process_resident_memory_bytes",) in found
        assert get(port, path="/search").status_code == 404


def test_a_token_is_asked_for_where_there_is_one_and_cannot_be_guessed(filled: BotFolder):
    port = free_port()
    with serving(filled, f'[monitor]\nlisten = "127.0.0.1:{port}"\ntoken = "file:secret"\n'):
        assert get(port, {"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        codes = [get(port, {"Authorization": f"Bearer wrong{n}"}).status_code for n in range(5)]
        assert codes == [401] * 5
        assert get(port, {"Authorization": f"Bearer {TOKEN}"}).status_code == 429, "who guesses must wait"


def test_beside_the_pages_nobody_sees_them_without_the_password(filled: BotFolder):
    port = free_port()
    with serving(filled, f'[web]\nlisten = "127.0.0.1:{port}"\npassword = "file:secret"\n'):
        assert get(port).status_code == 401, "a proxy on this machine asks for the whole world"
        assert "digest_" not in get(port).text
        said = base64.b64encode(f"prometheus:{TOKEN}".encode()).decode()
        assert get(port, {"Authorization": f"Basic {said}"}).status_code == 200
        assert get(port, {"Authorization": "Basic ???"}).status_code == 401


def test_pages_without_a_secret_have_no_metrics(filled: BotFolder):
    port = free_port()
    with serving(filled, f'[web]\nlisten = "127.0.0.1:{port}"\n'):
        assert get(port).status_code == 404


def test_an_address_that_others_reach_needs_a_token(filled: BotFolder):
    filled.config.write_text(filled.config.read_text() + '[monitor]\nlisten = "0.0.0.0:9464"\n')
    ran = filled.digest("check")
    assert ran.code == 2
    assert "monitor.token: is missing: others can reach [monitor] listen" in ran.err


# ---------------------------------------------------------------- alert rules


def test_every_alert_is_whole_and_names_metrics_that_there_are(filled: BotFolder):
    filled.run()
    known = {name for name, *_ in sampled(filled)} | {"up"}
    sometimes = {"digest_oldest_waiting_seconds", "digest_deliveries", "digest_delivery_last_day_seconds_bucket"}
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"]) >= 8
    for rule in group["rules"]:
        assert_whole(rule)
        named = metric_names(rule["expr"])
        assert named, rule["alert"]
        assert named <= known | sometimes, rule["alert"]


def assert_whole(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() >= {"summary", "description"}
    assert rule["expr"].count("(") == rule["expr"].count(")")


def metric_names(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:digest_\w+|up)\b", re.sub(r'"[^"]*"', "", expression)))


# ---------------------------------------------------------------- a health check


def test_a_health_check_asks_whether_a_pass_ended_lately(filled: BotFolder):
    assert filled.digest("status", "--within", "10").code == 1
    filled.run()
    fresh = filled.digest("status", "--within", "10", now="2026-11-21T09:09:00Z")
    assert (fresh.code, fresh.out) == (0, "the last pass was 9 minutes ago\n")
    assert filled.digest("status", "--within", "10", now="2026-11-21T09:11:00Z").code == 1
