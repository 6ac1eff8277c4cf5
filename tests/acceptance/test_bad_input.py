"""Bad input gets one clear line, the rest goes on, nothing stored is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from tests.acceptance.bot import ADA, DIGEST_TOML, NOW, BotFolder, page

OTHER_SITE = (
    "<!doctype html><html><head><title>Shop</title></head><body>" + "<p>Buy socks today.</p>" * 50 + "</body></html>"
)
BAD_DUMPS = {
    "empty.txt": b"",
    "binary.txt": bytes(range(256)) * 40,
    "cut.json": b'[{"paper": {"id": "2406.01574", "title": "A Ti',
    "cut.html": b"<!doctype html><html><body><main><div data-target='DailyPapers' data-props='{&quot;dailyPap",
    "shop.html": OTHER_SITE.encode(),
    "prose.txt": ("word " * 400 + "\n").encode() * 3,
}


@pytest.mark.parametrize("name", BAD_DUMPS)
def test_a_bad_dump_is_named_and_the_rest_goes_on(bot: BotFolder, name: str):
    (bot.drop / name).write_bytes(BAD_DUMPS[name])
    (bot.drop / "zz-good.txt").write_text(page("Alpha Diffusion Models"))
    report = bot.run(code=1)
    assert [name in failure["where"] for failure in report["failures"]] == [True]
    assert report["failures"][0]["why"].strip()
    assert report["editions"][0]["picks"] == 1
    assert len(bot.mails()) == 1


def test_a_bad_dump_is_tried_again_when_its_bytes_change(bot: BotFolder):
    (bot.drop / "page.txt").write_bytes(b"")
    bot.run(code=1)
    bot.run(code=0)
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    assert sum(dump["new"] for dump in bot.run()["ingest"]) == 1


def test_a_line_of_fifty_megabytes_is_survived(bot: BotFolder):
    (bot.drop / "long.txt").write_bytes(b"a" * 50_000_000)
    report = bot.run(code=1)
    assert "long.txt" in report["failures"][0]["where"]


def test_every_config_fault_is_named_at_once(bot: BotFolder):
    bot.profile("ada", ADA.replace("Europe/Berlin", "Europe/Berlinn") + 'keyword = ["x"]\n')
    bot.config.write_text(DIGEST_TOML + "\n[emial]\n")
    ran = bot.digest("run")
    assert ran.code == 2
    assert "Europe/Berlin" in ran.err
    assert "keywords" in ran.err
    assert "email" in ran.err
    assert "ada.toml:" in ran.err
    assert not (bot.root / "var").exists()


def test_a_broken_template_of_the_user_is_named_with_its_line(bot: BotFolder):
    bot.config.write_text('templates = "looks"\n' + DIGEST_TOML)
    folder = bot.root / "looks" / "email"
    folder.mkdir(parents=True)
    (folder / "digest.html").write_text("<p>fine</p>\n{% if %}\n")
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    ran = bot.digest("run")
    assert ran.code == 2
    assert "digest.html" in ran.err
    assert "2" in ran.err
    check = bot.digest("check")
    assert check.code == 2


def test_a_state_folder_that_cannot_be_made_is_one_clear_line(bot: BotFolder):
    (bot.root / "var").write_text("a file stands where the state folder should be")
    ran = bot.digest("run")
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1
    assert "state" in ran.err
    assert "var" in ran.err


def test_a_store_that_is_no_database_is_one_clear_line(bot: BotFolder):
    (bot.root / "var").mkdir()
    (bot.root / "var" / "digest.db").write_text("not a database, " * 400)
    ran = bot.digest("run")
    assert ran.code == 1
    assert "digest.db" in ran.err
    assert (bot.root / "var" / "digest.db").read_text().startswith("not a database")


def test_a_locked_store_is_one_clear_line(bot: BotFolder):
    bot.run()
    lock = sqlite3.connect(bot.root / "var" / "digest.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
        ran = bot.digest("run")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert ran.code == 1
    assert "busy" in ran.err.lower() or "locked" in ran.err.lower()
    assert bot.run()["editions"][0]["picks"] == 1


def test_two_runs_at_once_send_each_digest_once(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models", "Beta Score Matching"))
    argv = [sys.executable, "-m", "digest", "run", "--json", "--now", NOW, "--config", str(bot.root)]
    runs = [subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    ended = [(run.communicate(timeout=120), run.returncode) for run in runs]
    assert [code for _, code in ended] == [0, 0, 0], ended
    import json

    reports = [json.loads(out) for (out, _), _ in ended]
    assert sum(dump["new"] for report in reports for dump in report["ingest"]) == 2
    assert sum(report["deliveries"]["sent"] for report in reports) == 1
    assert len(bot.mails()) == 1


def test_a_wrong_instant_and_a_wrong_profile_are_usage_errors(bot: BotFolder):
    assert bot.digest("run", now="yesterday").code == 2
    wrong = bot.digest("preview", "adda")
    assert wrong.code == 2
    assert "ada" in wrong.err


def test_an_unknown_config_path_is_a_config_error(bot: BotFolder):
    ran = bot.digest("run", "--config", str(bot.root / "nowhere"), config=False)
    assert ran.code == 2
    assert "nowhere" in ran.err


def test_parse_of_a_missing_file_says_so(bot: BotFolder):
    ran = bot.digest("parse", "nothing.txt", config=False)
    assert ran.code == 1
    assert "nothing.txt" in ran.err


def test_a_disk_that_is_full_loses_nothing(bot: BotFolder):
    """FAULTS 62: with no room for the state nothing is sent; with room again everything is."""
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    limited = f"ulimit -f 8; exec {sys.executable} -m digest run --json --now {NOW} --config {bot.root}"
    done = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert bot.mails() == []
    for path in (bot.root / "var").glob("*"):
        if path.is_file():
            path.unlink()
    assert bot.run()["deliveries"]["sent"] == 1
