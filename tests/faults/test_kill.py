"""SIGKILL at every labelled step of a pass, then a second pass: nothing lost, nothing twice (FAULTS 3, 60)."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.bot import NOW, BotFolder, page

ROOT = Path(__file__).resolve().parents[2]
STEPS = (
    "ingest-begun",
    "ingest-before-commit",
    "ingest-committed",
    "prepare-before-commit",
    "prepare-committed",
    "expired",
    "claimed",
    "rendered",
    "sent-not-settled",
    "settled",
)
IN_FLIGHT = ("rendered", "sent-not-settled")  # what is only claimed has not begun to leave


def crash(bot: BotFolder, step: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "tests.faults.crashing", str(bot.root), step, NOW]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def bot(tmp_path: Path) -> BotFolder:
    bot = BotFolder(tmp_path / "bot")
    (bot.drop / "one.txt").write_text(page("Alpha Diffusion Models", "Beta Score Matching"))
    (bot.drop / "two.txt").write_text(page("Beta Score Matching", "Gamma Flow Matching", day="Nov 19"))
    return bot


def test_the_steps_named_here_are_all_the_steps_there_are(bot: BotFolder):
    reached = crash(bot, "none").stdout.split()
    assert set(reached) == set(STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_fault_60_killed_at(bot: BotFolder, step: str):
    assert crash(bot, step).returncode == -signal.SIGKILL
    in_doubt = step in IN_FLIGHT
    first = bot.run(now="2026-11-21T09:30:00Z", code=int(in_doubt))
    assert first["deliveries"]["unknown"] == in_doubt, "a message that was in flight is counted"
    again = bot.run(now="2026-11-21T09:45:00Z")
    assert again["deliveries"]["sent"] == 0
    (mail,) = bot.mails()
    html = mail.get_body(("html",)).get_content()
    for title in ("Alpha Diffusion Models", "Beta Score Matching", "Gamma Flow Matching"):
        assert html.count(title + "</a>") == 1, title
    left = [path.name for path in (bot.root / "var" / "folder" / "ada").iterdir()]
    assert sorted(left) == ["2026-11-21.eml", "2026-11-21.html", "2026-11-21.slack.json", "feed.atom", "feed.json"]
