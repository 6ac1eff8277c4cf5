"""What an operator meets: alerts, the monitor, the log, backups, and where secrets do not turn up."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.acceptance.bot import ADA, DIGEST_TOML, BotFolder, page
from tests.slackd import SlackServer, refuse
from tests.smtpd import MailServer, ScriptedServer

OPERATOR = '\n[operator]\nalert = ["folder:ops"]\n'
BOTH = ADA.replace('["folder:ada"]', '["email:ada@example.org", "slack:C0123456789"]')


def at(day: int, hour: int = 9, minute: int = 0) -> str:
    return f"2026-11-{day}T{hour:02}:{minute:02}:00Z"


def accounts(bot: BotFolder, mail_port: int, slack: SlackServer, more: str = "") -> None:
    token = bot.root / "token"
    token.write_text(slack.token + "\n")
    token.chmod(0o600)
    bot.config.write_text(
        f"""{DIGEST_TOML}
[email]
url = "smtp://127.0.0.1:{mail_port}"
from = "Paper Digest <digest@example.org>"

[slack]
token = "file:token"
base_url = "http://127.0.0.1:{slack.port}/api/"
{OPERATOR}{more}"""
    )


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


class Pings:
    """A cron monitor on loopback that remembers what it heard."""

    def __init__(self, status: int = 200) -> None:
        heard: list[tuple[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                heard.append((self.path, self.rfile.read(length).decode()))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                pass

        self.heard = heard
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/a-long-secret-id"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def pings() -> Iterator[Pings]:
    monitor = Pings()
    yield monitor
    monitor.close()


# ---------------------------------------------------------------- alerts


def test_a_cause_is_told_once_and_once_when_it_is_over(bot: BotFolder):
    bot.config.write_text(DIGEST_TOML + OPERATOR)
    (bot.drop / "bad.txt").write_bytes(b"")
    for hour in (9, 10, 11):
        bot.digest("run", now=at(21, hour))
    (told,) = bot.mails("ops")
    assert "bad.txt" in told["Subject"]
    assert "was refused" in told["Subject"]
    assert "What to do: `digest parse" in body(told)
    assert "the operator was told on 2026-11-21 09:00" in bot.digest("status", now=at(21, 12)).out

    (bot.drop / "bad.txt").unlink()
    for hour in (13, 14):
        bot.digest("run", now=at(21, hour))
    told, over = bot.mails("ops")
    assert over["Subject"].startswith("Paper Digest: over: ")
    assert "bad.txt" in body(over)
    (bot.drop / "bad.txt").write_bytes(b"")
    bot.digest("run", now=at(21, 15))
    assert len(bot.mails("ops")) == 3, "the same cause on the same day is told again after it was over"


def test_a_source_that_comes_and_goes_is_told_once_and_over_when_it_is_steady(bot: BotFolder):
    bot.config.write_text(DIGEST_TOML + OPERATOR)
    away = bot.root / "away"

    def passes(states: str, hour: int) -> list[int]:
        told = []
        for minute, state in enumerate(states):
            if (state == "x") != away.exists():
                bot.drop.rename(away) if state == "x" else away.rename(bot.drop)
            bot.digest("run", "--due", now=at(21, hour, minute))
            told.append(len(bot.mails("ops")))
        return told

    assert passes("x.x.x.", 9) == [0] * 6, "never three more failures than answers"
    assert passes("xxx.x.x", 10) == [0, 0, 1, 1, 1, 1, 1]
    assert passes("...", 11) == [1, 1, 2]
    assert bot.mails("ops")[1]["Subject"].startswith("Paper Digest: over: ")


def test_a_dry_run_tells_nobody(bot: BotFolder, pings: Pings):
    bot.config.write_text(f'{DIGEST_TOML}{OPERATOR}\n[monitor]\nping_url = "{pings.url}"\n')
    (bot.drop / "bad.txt").write_bytes(b"")
    assert bot.digest("run", "--dry-run").code == 1
    assert (pings.heard, bot.mails("ops")) == ([], [])


def test_silence_of_the_sources_is_told_after_three_working_days(bot: BotFolder):
    bot.config.write_text(DIGEST_TOML + OPERATOR)
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    for day in (19, 20, 21, 22, 23, 24):
        bot.run("--due", now=at(day))
    assert bot.mails("ops") == [], "Thursday to Tuesday holds two whole working days"
    bot.run("--due", now=at(25))
    assert bot.mails("ops")[0]["Subject"] == "Paper Digest: Nothing new has come in for 3 working days"


def test_a_bad_night_is_told_in_one_notice_and_read_in_status(bot: BotFolder):
    with ScriptedServer(rcpt=["550 5.1.1 no such user"]) as mail, SlackServer() as slack:
        slack.script = [refuse("invalid_auth")]
        accounts(bot, mail.port, slack)
        bot.profile("ada", BOTH)
        (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
        (bot.drop / "bad.txt").write_bytes(b"")
        bot.run(code=1)
        (notice,) = bot.mails("ops")
        assert notice["Subject"] == "Paper Digest: 3 things need you"
        for words in ("The channel slack is paused", "email:ada@example.org (ada) was refused for good", "bad.txt"):
            assert words in body(notice)
        shown = bot.digest("status", now=at(21, 10)).out
        assert shown.startswith("A person should look at this: 3 troubles. The last pass was 60 minutes ago.")
        assert "to do:" in shown
        assert "`digest resume slack`" in shown
        facts = bot.digest("status", "--json", now=at(21, 10)).json
        assert not facts["well"]
        assert [one["cause"] for one in facts["troubles"]][:2] == ["channel:slack", "target:email:ada@example.org"]


def test_a_pass_that_breaks_is_told_pinged_and_over_with_the_next_one(bot: BotFolder, pings: Pings):
    bot.config.write_text(f'{DIGEST_TOML}templates = "mine"\n{OPERATOR}\n[monitor]\nping_url = "{pings.url}"\n')
    text = bot.config.read_text().replace('templates = "mine"\n', "").replace("state =", 'templates = "mine"\nstate =')
    bot.config.write_text(text)
    (bot.root / "mine" / "email").mkdir(parents=True)
    template = bot.root / "mine" / "email" / "digest.txt"
    template.write_text("{{ page.nonsense }}")
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    assert bot.digest("run").code == 2, "a template is the user's to mend"
    assert [path.rpartition("/")[2] for path, _ in pings.heard] == ["start", "fail"]
    assert "digest.txt" in pings.heard[1][1]
    assert "The last pass broke" in bot.mails("ops")[0]["Subject"], "by our own templates"
    assert "The last pass broke: TemplateFault" in bot.digest("status").out
    template.unlink()
    assert bot.run(now=at(21, 10))["deliveries"]["sent"] == 1
    assert bot.mails("ops")[1]["Subject"].startswith("Paper Digest: over")


# ---------------------------------------------------------------- the monitor


def test_a_monitor_hears_start_and_success_or_failure_with_the_report(bot: BotFolder, pings: Pings):
    bot.config.write_text(f'{DIGEST_TOML}\n[monitor]\nping_url = "{pings.url}"\n')
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    bot.run()
    (bot.drop / "bad.txt").write_bytes(b"")
    bot.run(now=at(21, 10), code=1)
    assert [path.removeprefix("/a-long-secret-id") for path, _ in pings.heard] == ["/start", "", "/start", "/fail"]
    assert pings.heard[1][1] == "1 new, 1 edition, 1 sent: in order\n"
    assert "failed: " in pings.heard[3][1]
    assert "bad.txt" in pings.heard[3][1]


@pytest.mark.parametrize("status", [500, None])
def test_a_monitor_that_fails_or_is_away_stops_no_pass(bot: BotFolder, status: int | None):
    monitor = Pings(status or 200)
    if status is None:
        monitor.close()
    bot.config.write_text(f'{DIGEST_TOML}\n[monitor]\nping_url = "{monitor.url}"\n')
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    ran = bot.digest("run")
    assert (ran.code, len(bot.mails())) == (0, 1)
    assert "the monitor" in ran.err
    assert "a-long-secret-id" not in ran.err + ran.out
    if status:
        monitor.close()


# ---------------------------------------------------------------- the log


def test_a_pass_logs_one_line_per_fact_as_json_or_text(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    (bot.drop / "bad.txt").write_bytes(b"")
    ran = bot.digest("run", "--log-format", "json")
    lines = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert {line["event"] for line in lines} == {"dump", "dump refused", "edition", "sent"}
    assert {line["level"] for line in lines if line["event"] == "dump refused"} == {"warning"}
    sent = next(line for line in lines if line["event"] == "sent")
    assert sent["key"] == "ada/2026-11-21/folder:ada"
    bot.config.write_text(DIGEST_TOML + '\n[log]\nformat = "text"\n')
    (bot.drop / "more.txt").write_text(page("Beta Score Matching"))
    shown = bot.digest("run", now=at(22)).err
    assert "info    dump  where=" in shown
    assert bot.digest("run", now=at(23), config=True).code == 0


def test_without_being_asked_a_pass_keeps_no_log(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    assert bot.digest("run").err == ""


def test_a_service_logs_json_that_a_machine_can_read_and_idle_passes_fill_no_table(bot: BotFolder):
    bot.profile("ada", ADA.replace("weekdays 08:30", "daily 00:00").replace("Europe/Berlin", "UTC"))
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    argv = [sys.executable, "-m", "digest", "serve", "--log-format", "json", "--config", str(bot.root)]
    server = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 20
    while not bot.mails() and time.monotonic() < until:
        time.sleep(0.1)
    server.send_signal(signal.SIGTERM)
    _, err = server.communicate(timeout=30)
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert {"serving", "dump", "edition", "sent", "a pass", "stopping", "stopped"} <= set(events)


# ---------------------------------------------------------------- secrets (FAULTS 69)

PASSWORD, TOKEN, LOGIN = "smtp-hunter2-Secret", "xoxb-1111-planted-Secret", "url-hunter3-Secret"


def everything(bot: BotFolder) -> Iterator[tuple[str, bytes]]:
    """Every file that the bot made: the store with its log, what it delivered, its lock files."""
    for path in (bot.root / "var").rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()


def test_fault_69_a_secret_stands_in_no_log_report_traceback_repr_status_or_store(bot: BotFolder, pings: Pings):
    shown: list[tuple[str, str]] = []

    def digest(*words: str, now: str = at(21)) -> None:
        ran = bot.digest(*words, now=now)
        shown.append((" ".join(words), ran.out + ran.err))

    with ScriptedServer() as mail, SlackServer(token="another") as slack:
        accounts(bot, mail.port, slack, f'\n[monitor]\nping_url = "{pings.url}"\n')
        for name, secret in (("token", TOKEN), ("password", PASSWORD)):
            (bot.root / name).write_text(secret)
            (bot.root / name).chmod(0o600)
        text = (
            bot.config.read_text()
            .replace("smtp://", "smtp://ada@")
            .replace("from =", 'password = "file:password"\nfrom =')
        )
        bot.config.write_text(text)
        bot.profile("ada", BOTH)
        (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
        digest("ingest", f"http://ada:{LOGIN}@127.0.0.1:1/dump.txt", f"http://ada:{LOGIN}@[broken/dump.txt")
        digest("run", "--log-format", "json")
        digest("run", "--log-format", "text", "--debug", now=at(21, 12))
        digest("check", "--online")
        for words in (("status",), ("status", "--json"), ("parse", f"http://ada:{LOGIN}@127.0.0.1:1/x", "--debug")):
            digest(*words, now=at(21, 13))
    shown += [(path, content.decode("latin-1")) for path, content in everything(bot)]
    shown += [("pinged", words) for _, words in pings.heard]
    script = (
        "import os; from pathlib import Path; from digest import config\n"
        f"root = Path({str(bot.root)!r}); settings = config.load(root, os.environ, cwd=root, data_dir=root)\n"
        "print(repr(settings)); print(settings.email, settings.slack)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    shown.append(("repr", done.stdout))
    for where, text in shown:
        for secret in (PASSWORD, TOKEN, LOGIN, "a-long-secret-id"):
            assert secret not in text, f"{secret} in {where}: {text[max(0, text.find(secret) - 200) :][:400]}"
    assert len(shown) > 10


def test_fault_69_a_traceback_shows_no_secret(bot: BotFolder):
    script = f"""
import sys
from digest.cli import main, secrets
secrets._known.add({PASSWORD!r})
import digest.cli.app as made
def broken(debug: bool = False):
    secret = {PASSWORD!r}
    raise RuntimeError("refused " + secret + " at http://ada:{LOGIN}@host/")
made.app.command("broken")(broken)
main()
"""
    for more in ((), ("--debug",)):
        argv = [sys.executable, "-c", script, "broken", *more]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        assert "refused ***" in said
        assert LOGIN not in said
        assert PASSWORD not in "\n".join(line for line in said.splitlines() if "secret =" not in line)
        assert ("Traceback" in said) == bool(more)


# ---------------------------------------------------------------- backup, restore, prune (FAULTS 67)


def put_back(bot: BotFolder, copy: str) -> None:
    """As docs/operate.md says it."""
    var = bot.root / "var"
    for name in ("digest.db-wal", "digest.db-shm"):
        (var / name).unlink(missing_ok=True)
    shutil.copy(bot.root / copy, var / "digest.db")


@pytest.mark.parametrize("made_by", ["digest backup", "cp"])
def test_fault_67_a_restored_backup_sends_nothing_twice(bot: BotFolder, made_by: str):
    with MailServer() as mail, SlackServer() as slack:
        accounts(bot, 1, slack)  # nobody listens there: the mail waits
        bot.profile("ada", BOTH)
        (bot.drop / "one.txt").write_text(page("Alpha Diffusion Models", day="Nov 19"))
        bot.run(now=at(19), code=1)
        if made_by == "cp":
            shutil.copy(bot.root / "var" / "digest.db", bot.root / "copy.db")
        else:
            assert bot.digest("backup", "copy.db", now=at(19, 10)).code == 0
        accounts(bot, mail.port, slack)
        (bot.drop / "two.txt").write_text(page("Beta Score Matching", day="Nov 20"))
        bot.run(now=at(20))
        assert (len(mail.mails), len([post for post in slack.posts if not post.get("thread_ts")])) == (2, 2)

        put_back(bot, "copy.db")
        held = bot.run(now=at(21), code=1)
        assert (held["editions"], held["deliveries"]["sent"]) == ([], 0)
        shown = bot.digest("status", now=at(21)).out
        assert "nothing is sent until you say" in shown
        assert "`digest resume store`" in shown
        said = bot.digest("resume", "store", now=at(21, 10))
        assert said.code == 0, said.err
        assert "1 message of the backup was given up" in said.out
        bot.digest("run", now=at(21, 11))
        bot.digest("run", now=at(22))
        assert (len(mail.mails), len([post for post in slack.posts if not post.get("thread_ts")])) == (2, 2)
        assert bot.digest("resume", "store", now=at(22)).code == 2

        (bot.drop / "three.txt").write_text(page("Gamma Latent Trees", day="Nov 23"))
        bot.run(now=at(23))
        assert len(mail.mails) == 3, "and it goes on"
        assert "Gamma" in mail.mails[-1].message["Subject"]


def test_fault_67_the_operator_hears_of_a_restored_store_once_and_nobody_else_hears_anything(bot: BotFolder):
    with MailServer() as mail, SlackServer() as slack:
        accounts(bot, 1, slack)
        bot.profile("ada", BOTH)
        (bot.drop / "one.txt").write_text(page("Alpha Diffusion Models", day="Nov 19"))
        bot.run(now=at(19), code=1)
        assert bot.digest("backup", "copy.db", now=at(19, 10)).code == 0
        accounts(bot, mail.port, slack)
        bot.run(now=at(20))
        before = len(mail.mails), len(slack.posts), len(bot.mails("ops"))
        put_back(bot, "copy.db")
        for hour in (1, 2, 3):
            bot.run(now=at(21, hour), code=1)
        assert (len(mail.mails), len(slack.posts)) == before[:2]
        notices = [mail for mail in bot.mails("ops")[before[2] :]]
        assert len(notices) == 1
        assert "digest resume store" in notices[0].as_string()


def test_a_restored_backup_can_send_all_that_it_knows_of(bot: BotFolder):
    (bot.drop / "one.txt").write_text(page("Alpha Diffusion Models", day="Nov 19"))
    bot.run(now=at(19))
    bot.digest("backup", "copy.db", now=at(19, 10))
    (bot.drop / "two.txt").write_text(page("Beta Score Matching", day="Nov 20"))
    bot.run(now=at(20))
    put_back(bot, "copy.db")
    assert bot.digest("resume", "store", "--resend", now=at(21)).code == 0
    assert bot.run(now=at(21))["editions"][0]["picks"] == 1, "the paper of the day that the copy lost"


def test_prune_counts_without_forgetting_and_runs_by_itself_once_a_day(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    bot.run()
    later = "2027-06-01T09:00:00Z"
    assert bot.digest("prune", "--dry-run", now=later).out.startswith("would be forgotten: 1 deliveries, 1 editions")
    assert bot.digest("status", "--json").json["counts"]["editions"] == 1
    bot.run("--due", now=later)
    assert bot.digest("prune", "--json", now=later).json["gone"]["editions"] == 0, "the pass did it"
    assert "nothing is old enough" in bot.digest("prune", now=later).out
    assert bot.run(now=later)["deliveries"]["sent"] == 0


def test_a_backup_is_private_and_never_overwrites(bot: BotFolder):
    bot.run()
    assert bot.digest("backup", "copy.db").code == 0
    assert (bot.root / "copy.db").stat().st_mode & 0o777 == 0o600
    again = bot.digest("backup", "copy.db")
    assert again.code == 1
    assert "file exists" in again.err
    with sqlite3.connect(bot.root / "copy.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
