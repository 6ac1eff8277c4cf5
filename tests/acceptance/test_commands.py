"""The other commands, as a person meets them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.bot import BotFolder, page

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def filled(bot: BotFolder) -> BotFolder:
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models", "Beta Score Matching"))
    return bot


def test_parse_shows_a_dump_in_the_agreed_shape(bot: BotFolder):
    ran = bot.digest("parse", "-", "--json", "--captured-on", "2026-11-20", config=False, stdin=page("Alpha").encode())
    assert ran.code == 0
    assert set(ran.json) >= {"style", "captured_on", "papers", "rejects"}
    (paper,) = ran.json["papers"]
    assert paper["title"] == "Alpha"
    assert (paper["num_authors"], paper["published"], paper["num_comments"]) == (3, "2026-11-19", 0)
    assert paper["upvotes"] is None
    assert set(paper) == {
        "title", "abstract", "authors", "num_authors", "published", "num_comments", "upvotes", "arxiv_id", "url",
        "code_url", "keywords", "summary", "organisation",
    }  # fmt: skip


def test_diff_tells_new_gone_and_same(bot: BotFolder):
    (bot.root / "old.txt").write_text(page("Alpha Nets", "Beta Nets"))
    (bot.root / "new.txt").write_text(page("Beta Nets", "Gamma Trees"))
    ran = bot.digest("diff", "old.txt", "new.txt", "--json", config=False)
    assert [paper["title"] for paper in ran.json["new"]] == ["Gamma Trees"]
    assert [paper["title"] for paper in ran.json["gone"]] == ["Alpha Nets"]
    assert (ran.json["updated"], ran.json["same"]) == ([], 1)
    shown = bot.digest("diff", "old.txt", "new.txt", config=False)
    assert "Gamma Trees" in shown.out


@pytest.mark.parametrize("form", ["html", "text", "slack", "json"])
def test_preview_shows_todays_digest_and_keeps_nothing(filled: BotFolder, form: str):
    ran = filled.digest("preview", "ada", "--format", form)
    assert ran.code == 0, ran.err
    assert "Alpha Diffusion Models" in ran.out
    assert not (filled.root / "var").exists()
    if form in {"slack", "json"}:
        assert json.loads(ran.out)


def test_preview_of_a_sent_edition_is_that_edition(filled: BotFolder):
    filled.run()
    (filled.drop / "more.txt").write_text(page("Gamma Diffusion Trees"))
    ran = filled.digest("preview", "ada")
    assert "Alpha Diffusion Models" in ran.out
    assert "Gamma" not in ran.out


def test_preview_writes_to_a_file(filled: BotFolder):
    assert filled.digest("preview", "ada", "--format", "html", "--out", "mail.html").code == 0
    assert "<html" in (filled.root / "mail.html").read_text()


def test_explain_adds_up(filled: BotFolder):
    filled.run()
    ran = filled.digest("explain", "ada", "Alpha Diffusion Models", "--json")
    assert ran.code == 0, ran.err
    assert sum(part["value"] for part in ran.json["parts"]) == pytest.approx(ran.json["score"], abs=1e-6)
    assert filled.digest("explain", "ada", "No Such Paper").code == 2
    partly = filled.digest("explain", "ada", "alpha diffusion")
    assert partly.code == 2
    assert "Alpha Diffusion Models" in partly.err


def test_search_finds_papers_that_were_seen(filled: BotFolder):
    filled.run()
    assert "Alpha Diffusion Models" in filled.digest("search", "alpha", "DIFFUSION").out
    assert "Alpha" in filled.digest("search", "--best", '"diffusion models" alpha -zebra').out
    assert filled.digest("search", "%").out == "", "no word, no paper"
    nothing = filled.digest("search", "alpha", "zebra")
    assert (nothing.code, nothing.out) == (0, "")


def test_status_says_first_whether_all_is_well(filled: BotFolder):
    assert filled.digest("status").out.startswith("No pass has run yet")
    filled.run()
    assert filled.digest("status").out.startswith("All is well")
    (filled.drop / "bad.txt").write_bytes(b"")
    filled.run(code=1)
    shown = filled.digest("status").out
    assert shown.startswith("A person should look at this")
    assert "bad.txt" in shown
    facts = filled.digest("status", "--json").json
    assert facts["deliveries"]["sent"] == 1
    assert len(facts["passes"]) == 2


def test_resend_sends_the_same_message_again(filled: BotFolder):
    filled.run()
    (before,) = filled.mails()
    assert filled.digest("resend", "ada/2026-11-21/folder:ada").code == 0
    report = filled.run(now="2026-11-21T12:00:00Z")
    assert report["deliveries"]["sent"] == 1
    (after,) = filled.mails()
    assert after["Message-ID"] == before["Message-ID"]
    assert filled.digest("resend", "nobody/2026-11-21/folder:x").code == 2


def test_resume_of_a_channel_that_is_not_paused_says_so(filled: BotFolder):
    filled.run()
    assert filled.digest("resume", "email").code == 2


def test_init_makes_a_config_that_checks_and_previews(tmp_path: Path, bot: BotFolder):
    folder = tmp_path / "mine"
    assert bot.digest("init", str(folder), config=False, now=None).code == 0
    check = bot.digest("check", "--config", str(folder), config=False)
    assert check.code == 0, check.err
    preview = bot.digest("preview", "ada", "--config", str(folder), config=False)
    assert preview.code == 0, preview.err
    assert len(preview.out) > 500
    again = bot.digest("init", str(folder), config=False, now=None)
    assert again.code == 2
    assert bot.digest("init", str(folder), "--force", config=False, now=None).code == 0


def test_without_a_config_the_packaged_default_runs_and_says_where(bot: BotFolder):
    ran = bot.digest("run", config=False)
    assert ran.code == 0, ran.err
    assert str(bot.root / "data" / "paper-digest") in ran.out
    assert list((bot.root / "data" / "paper-digest").rglob("*.eml"))


def test_json_is_alone_on_standard_output(filled: BotFolder):
    (filled.drop / "bad.txt").write_bytes(b"")
    ran = filled.digest("run", "--json")
    assert json.loads(ran.out)["failures"]


def test_every_command_and_exit_code_is_in_the_readme():
    listed = subprocess.run(
        [sys.executable, "-m", "digest", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = set(re.findall(r"^  ([a-z]+)  ", listed, re.M))
    assert len(commands) >= 14
    readme = (ROOT / "README.md").read_text()
    missing = {name for name in commands if f"`digest {name}" not in readme}
    assert not missing


def test_every_config_key_is_in_the_docs():
    from digest import config

    docs = (ROOT / "docs" / "configuration.md").read_text()
    keys = config.keys()
    missing = [key for key in keys if f"`{key.split('.')[-1]}`" not in docs]
    assert len(keys) > 20
    assert not missing


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_offered_for(shell: str):
    variables = {"_DIGEST_COMPLETE": f"source_{shell}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-m", "digest"], capture_output=True, text=True, env=variables, check=False)
    assert "digest" in done.stdout, done.stderr


def test_replay_tells_what_would_have_been_sent_and_leaves_nothing(bot: BotFolder):
    old = bot.root / "old"
    old.mkdir()
    (old / "2026-11-18.txt").write_text(page("Alpha Diffusion Models", day="Nov 18").replace("Nov 19", "Nov 17"))
    (old / "2026-11-19.txt").write_text(page("Beta Score Matching", day="Nov 19").replace("·\nNov 19", "·\nNov 18"))
    before = sorted(bot.root.rglob("*"))
    ran = bot.digest("replay", str(old), "--json")
    assert ran.code == 0, ran.err
    (ada,) = ran.json["profiles"]
    assert [(one["date"], len(one["picks"])) for one in ada["editions"]] == [("2026-11-18", 1), ("2026-11-19", 1)]
    assert (ada["picks"], ada["quiet"], ada["considered"]) == (2, 0, 2)
    drawn = bot.digest("replay", str(old), "--profile", "ada", "--picture", str(bot.root / "ada.svg"))
    assert "Beta Score Matching" in drawn.out
    assert (bot.root / "ada.svg").read_text().startswith("<svg")
    assert [path for path in sorted(bot.root.rglob("*")) if path not in before] == [bot.root / "ada.svg"]
    assert bot.digest("replay", str(old), "--from", "yesterday").code == 2
    assert bot.digest("replay", str(bot.root / "none")).code == 2


@pytest.mark.parametrize(("form", "sign"), [("bibtex", "@misc{"), ("ris", "TY  - UNPB"), ("csl", '"type": "article"')])
def test_preview_gives_the_papers_to_a_reference_manager(filled: BotFolder, form: str, sign: str):
    ran = filled.digest("preview", "ada", "--format", form)
    assert ran.code == 0, ran.err
    assert ran.out.count(sign) == 2, "both papers, and nothing else"
    assert "Alpha Diffusion Models" in ran.out
    assert not (filled.root / "var").exists()


def test_help_loads_nothing_that_only_a_command_needs():
    code = "import sys, digest.cli.app; print(' '.join(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {
        "alembic",
        "apscheduler",
        "digest.model",
        "httpx",
        "jinja2",
        "numpy",
        "onnxruntime",
        "pydantic",
        "scipy",
        "sqlalchemy",
        "tokenizers",
    }
    assert "digest.cli.app" in loaded
    assert not heavy & set(loaded)


def test_version_says_what_runs_here_for_a_bug_report(bot: BotFolder):
    ran = bot.digest("version", "--json", config=False)
    assert ran.code == 0
    assert set(ran.json) == {"version", "python", "platform", "sqlite", "store", "dependencies"}
    assert ran.json["dependencies"]["sqlalchemy"].startswith("2.")
    assert "pytest" not in ran.json["dependencies"]
    assert "Python 3." in bot.digest("version", config=False).out
