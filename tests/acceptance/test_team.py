"""A team's digest says whom each paper fits: of its members, those who agreed, and nobody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from digest.render import wording
from tests.acceptance.bot import BotFolder, page

LAB = """\
name = "lab"
schedule = "daily 08:00"
floor = 0.0
deliver = ["folder:lab"]
members = ["bob", "ada", "cleo", "lab"]

[[interests]]
name = "Models"
keywords = ["diffusion"]
"""
MEMBER = """\
schedule = "daily 08:00"
deliver = ["folder:{name}"]
share = {share}
{more}
[[interests]]
name = "Mine"
keywords = ["{keyword}"]
"""
TITLES = ("Kites in Strong Wind", "Alpha Diffusion Models", "Ice Sheets of Greenland", "Bread and Its Crumbs")


@pytest.fixture
def bot(tmp_path: Path) -> BotFolder:
    bot = BotFolder(tmp_path / "bot")
    (bot.root / "profiles" / "ada.toml").unlink()
    bot.profile("lab", LAB)
    for name, share, keyword in [("ada", "true", "kites"), ("bob", "true", "ice sheets"), ("cleo", "false", "kites")]:
        bot.profile(name, MEMBER.format(name=name, share=share, keyword=keyword, more=""))
    (bot.drop / "2026-11-20.txt").write_text(page(*TITLES))
    return bot


def said(bot: BotFolder, of: str = "lab") -> dict[str, str]:
    """What the post about each paper says, by its title."""
    return {
        title: json.dumps(post["blocks"]) for title in TITLES for post in posts(bot, of)[1:] if title in post["text"]
    }


def posts(bot: BotFolder, of: str) -> list[dict[str, Any]]:
    (message,) = bot.slack(of)
    return message["posts"]


def test_each_paper_names_whom_it_fits_of_those_who_agreed(bot):
    bot.run()
    found = said(bot)
    assert "Fits ada." in found["Kites in Strong Wind"]
    assert "Fits bob." in found["Ice Sheets of Greenland"]
    assert "Fits" not in found["Bread and Its Crumbs"]
    assert "cleo" not in json.dumps(found), "she has not agreed"
    assert "Fits ada." in next(post["text"] for post in posts(bot, "lab")[1:] if "Kites" in post["text"])


def test_what_a_member_mutes_does_not_fit_them(bot):
    bot.profile("ada", MEMBER.format(name="ada", share="true", keyword="kites", more='mute = ["strong wind"]'))
    bot.run()
    assert "Fits ada" not in json.dumps(posts(bot, "lab"))
    assert "Fits bob." in said(bot)["Ice Sheets of Greenland"]


def test_the_digest_of_a_person_names_nobody(bot):
    bot.run()
    for name in ("ada", "bob", "cleo"):
        assert "Fits" not in json.dumps(bot.slack(name))


def test_check_tells_of_members_who_will_never_be_named(bot):
    bot.profile("lab", LAB.replace('"bob"', '"bobby"'))
    err = bot.digest("check").err
    assert 'profile lab: members: no profile is called "bobby"' in err
    assert "profile lab: members: cleo has not agreed to be named" in err


def test_three_names_are_enough():
    assert wording.fits(()) == ""
    assert wording.fits(("ada",)) == "Fits ada."
    assert wording.fits(("ada", "bob", "cleo")) == "Fits ada, bob and cleo."
    assert wording.fits(("ada", "bob", "cleo", "dan", "eve")) == "Fits ada, bob, cleo and 2 more."
