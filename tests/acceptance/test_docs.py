"""The book is true: every config block is loaded, every command run as a reader would, in order, chapter by chapter.

A `toml` block is completed by `MAIN` or `PROFILE` below, where it does not say something itself. The `sh` and `console`
blocks of a document run one after the other in one folder, which is prepared by `a_desk`; what a console block is said
to print is compared ("…" stands for anything). What cannot run here stands in `CANNOT`, with the reason, and is only
checked for its syntax and for the names of commands and options, as every `digest …` in the running text is.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from digest import config
from digest.cli.app import app
from digest.config.schema import DigestFile, ProfileFile, keys_of
from tests.acceptance.bot import page
from tests.acceptance.handbook import (
    DOCUMENTS,
    ROOT,
    Block,
    blocks,
    invocations,
    pattern,
    transcript,
    wrong_with,
)

NOW = "2026-11-20T09:00:00Z"
ALL = blocks()
SHELL = [block for block in ALL if block.kind in {"sh", "console"}]

CANNOT = {
    r"pip install|python3 -m venv": "fetches packages; the release check installs the wheel, .ci/run runs these lines",
    r"systemctl|systemd-sysusers|journalctl|/etc/cron\.d": "changes this machine; test_deploy.py",
    r"docker |podman ": "needs a container engine; test_deploy.py runs the container's commands",
    r"\bhf download\b": "fetches a model",
    r"\bcreatedb\b|\bpsql\b": "needs a PostgreSQL server of the reader's",
    r"digest worker|digest store copy": "needs PostgreSQL; test_store_copy.py and test_cluster.py",
    r"\bdig \+?\w": "asks the DNS",
    r"^digest serve": "goes on until it is told to stop; tests/acceptance/test_serve.py",
    r"npm |pytest|ruff |mypy|lint-imports|python -m tests": "is what the tests themselves are run with",
}
"""What cannot run here, and why."""

ELSEWHERE = {"/backups/": "backups/", "/var/lib/node_exporter/": "backups/"}
"""Folders of the reader's that stand for others here."""

MAIN = {
    "sources": '[[sources]]\nkind = "folder"\npath = "drop"\n',
    "email": '[email]\nurl = "smtp://127.0.0.1:2525"\nfrom = "Paper Digest <digest@example.org>"\n',
    "slack": '[slack]\ntoken = "env:SLACK_BOT_TOKEN"\n',
}
OPML = '<opml><body><outline text="One" xmlUrl="https://example.org/feed.xml"/></body></opml>'
PROFILE = 'deliver = ["folder:someone"]\n'
ENV = {"STORE_URL": "sqlite:///other.db", "PING_URL": "https://hc.example.org/ping/1", "SLACK_APP_TOKEN": "xapp-1-a"}
"""What the variables that blocks name are set to; any other is thirty-two letters."""


ABSTRACT = (
    "Whoever can program can make a computer do almost anything. This platform lets agents work like a developer at a"
    " desk: they write code, type commands and look things up on the web, in a box where they can do no harm. Some of"
    " them may share a task, and fifteen sets of such tasks say how well they do."
)


def why_not(block: Block) -> str:
    return next((why for words, why in CANNOT.items() if re.search(words, block.commands, re.M)), "")


# ---------------------------------------------------------------- config


@pytest.mark.parametrize("block", [one for one in ALL if one.kind == "toml"], ids=lambda one: one.name)
def test_a_config_block_is_loaded(block: Block, tmp_path: Path):
    raw = tomllib.loads(block.text)
    of_profile = raw.keys() & ({*keys_of(ProfileFile), "interests"} - set(keys_of(DigestFile)))
    main, profile = "", PROFILE
    if of_profile:
        profile = block.text if "deliver" in raw else PROFILE + block.text
    else:
        main = block.text
    main += "".join(f"\n{table}" for name, table in MAIN.items() if not declares(main, name))
    for name in ("drop", "templates", "dumps", "seeds", "profiles", "mail"):
        (tmp_path / name).mkdir()
    (tmp_path / "digest.toml").write_text(main)
    (tmp_path / "profiles" / "someone.toml").write_text(profile)
    for name, text in {"zotero.bib": "@article{a, title = {One}}", "feeds.opml": OPML}.items():
        for folder in (tmp_path, tmp_path / "profiles"):
            (folder / name).write_text(text)
    settings = config.load(tmp_path, secrets_of(main + profile, tmp_path), cwd=tmp_path, data_dir=tmp_path / "data")
    assert settings.where == tmp_path / "digest.toml"
    assert len(settings.profiles) == 1


def declares(text: str, table: str) -> bool:
    return bool(re.search(rf"^\[\[?{table}\]", text, re.M))


def secrets_of(text: str, place: Path) -> dict[str, str]:
    """The environment that *text* asks for; the files that it names are written."""
    pem = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r'"file:([^"]+)"', text):
        file = place / name if not name.startswith("/") else None
        assert file is not None, f"{name}: let a block name a file beside the config"
        file.parent.mkdir(exist_ok=True)
        file.write_text(pem if name.endswith(".pem") else "a-secret-of-thirty-two-letters-or-more\n")
        file.chmod(0o600)
    usual = "a-secret-of-thirty-two-letters-or-more"
    return {name: ENV.get(name, usual) for name in [*ENV, *re.findall(r'"env:(\w+)"', text)]}


@pytest.mark.parametrize(
    "block", [one for one in ALL if one.kind in {"json", "yaml", "python"}], ids=lambda one: one.name
)
def test_a_block_of_data_or_code_can_be_read(block: Block):
    if block.kind == "python":
        exec(compile(block.text, block.name, "exec"), {"__name__": "example"})  # noqa: S102 our own documents
    else:
        assert (json.loads if block.kind == "json" else yaml.safe_load)(block.text)


# ---------------------------------------------------------------- commands


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A reader's folder: the checkout's config, seeds and deploy files, and dumps of some days; `digest` at NOW."""
    desk = tmp_path / "desk"
    for name in ("config", "seeds", "deploy", "docs"):
        shutil.copytree(ROOT / name, desk / name)
    for name in ("backups", "var", "bin", "dumps"):
        (desk / name).mkdir()
    for number in range(2, 7):
        day = f"2026-03-{number:02}"
        text = page(f"Agents That Reason {number}", f"Equivariant Networks for Molecules {number}", day=f"Mar {number}")
        (desk / "dumps" / f"{day}.txt").write_text(text)
    papers = [
        {
            "day": "2026-03-02",
            "arxiv_id": f"2603.0000{n}",
            "title": f"Agents That Reason {n}",
            "abstract": ABSTRACT,
            "published": "2026-03-01",
            "authors": ["Ada Byron"],
            "upvotes": n,
            "num_comments": 0,
        }
        for n in range(4)
    ]
    (desk / "papers.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, papers)).encode()))
    (desk / "old.txt").write_text(page("Alpha Nets", "Beta Nets"))
    (desk / "new.txt").write_text(page("Beta Nets", "Gamma Trees"))
    shim = desk / "bin" / "digest"
    shim.write_text(
        f'#!/bin/bash\ncase " $* " in *" --now "*|*" --help "*) exec "{sys.executable}" -m digest "$@" ;; esac\n'
        f'exec "{sys.executable}" -m digest "$@" --now {NOW}\n'
    )
    shim.chmod(0o755)
    return desk


def lay_out_a_renamed_paper(desk: Path) -> None:
    """What the chapter on operating tells of: a paper that came again under another name."""
    opened = [{"paper": {"id": "2407.16741", "title": "OpenDevin: An Open Platform", "summary": ABSTRACT}}]
    (desk / "seeds" / "2026-11-19.json").write_text(json.dumps(opened))
    renamed = [{"paper": {"title": "OpenHands: An Open Platform", "summary": ABSTRACT}}]
    (desk / "seeds" / "2026-11-20.json").write_text(json.dumps(renamed))


def run(command: str, desk: Path) -> subprocess.CompletedProcess[str]:
    for there, here in ELSEWHERE.items():
        command = command.replace(there, here)
    env = {**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    env |= {"HOME": str(desk), "XDG_DATA_HOME": str(desk / "data"), "NO_COLOR": "1"}
    argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
    return subprocess.run(argv, cwd=desk, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("document", sorted({block.document for block in SHELL}))
def test_the_commands_of_a_chapter_do_what_it_says(document: str, desk: Path):
    if document == "docs/operate.md":
        lay_out_a_renamed_paper(desk)
    for block in (one for one in SHELL if one.document == document and not why_not(one)):
        if block.kind == "sh":
            ran = run(block.text, desk)
            assert ran.returncode == 0, f"{block.name}: {ran.stderr or ran.stdout}"
            continue
        for command, said in transcript(block.text):
            ran = run(command, desk)
            shown = (ran.stdout + ran.stderr).replace(str(desk), "/home/you")
            assert ran.returncode == 0, f"{block.name}: {command}: {shown}"
            assert re.match(pattern(said), shown), f"{block.name}: $ {command}\n{shown}"


@pytest.mark.parametrize("block", [one for one in SHELL if why_not(one)], ids=lambda one: one.name)
def test_a_block_that_cannot_run_here_can_be_read_by_a_shell(block: Block):
    read = subprocess.run(["bash", "-n", "-c", block.commands], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def test_every_reason_not_to_run_something_is_still_needed():
    unused = [words for words in CANNOT if not any(re.search(words, one.commands, re.M) for one in SHELL)]
    assert unused == []


def test_every_call_of_the_bot_names_commands_and_options_that_there_are():
    command = typer.main.get_command(app)
    calls = [*invocations(), *(call for block in SHELL for call in invocations(block))]
    wrong = [f"{place}: {why}" for place, words in calls if (why := wrong_with(words, command))]
    assert wrong == []
    assert len(calls) > 100
    assert wrong_with("status --josn", command) == "`digest status` has no --josn"
    assert wrong_with("stauts", command) == "there is no `digest stauts`"


def test_no_command_hides_in_a_block_without_a_language():
    hidden = [one.name for one in ALL if not one.kind and re.search(r"^(\$ |digest |pip |python3? )", one.text, re.M)]
    assert hidden == []


# ---------------------------------------------------------------- one book


def test_every_chapter_stands_in_the_index_once_and_every_link_leads_somewhere():
    index = (ROOT / "docs" / "README.md").read_text()
    for path in DOCUMENTS:
        if path.name != "README.md":
            assert index.count(f"]({path.name})") == 1, f"{path.name} stands in docs/README.md once"
    for path in DOCUMENTS:
        for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
            file, _, anchor = link.partition("#")
            if "://" in link or link.startswith("mailto:"):
                continue
            target = (path.parent / file).resolve() if file else path
            assert target.exists(), f"{path.name}: {link}"
            if anchor and target.suffix == ".md":
                assert anchor in anchors(target), f"{path.name}: {link}"


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
