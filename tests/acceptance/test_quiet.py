"""Quiet or broken, as readers and operators meet it: FAULTS 4."""

from __future__ import annotations

import pytest

from tests.acceptance.bot import ADA, BotFolder, page


def text(bot: BotFolder) -> str:
    part = bot.mails()[-1].get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def at(day: int) -> str:
    return f"2026-11-{day}T09:00:00Z"


def test_fault_4_a_profile_that_asks_for_it_gets_a_note_with_the_true_reason(bot: BotFolder):
    bot.profile("ada", 'quiet = "note"\n' + ADA)
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    bot.run(now=at(16))
    report = bot.run(now=at(17))
    assert report["editions"] == [
        {"profile": "ada", "date": "2026-11-17", "picks": 0, "considered": 0, "state": "queued"}
    ]
    assert report["deliveries"]["sent"] == 1
    assert bot.mails()[-1]["Subject"] == "No papers for you on 17 November 2026"
    assert "Nothing new came in since your last digest." in text(bot)
    assert "The last new papers came in on Monday, 16 November 2026." in text(bot)
    assert bot.run(now="2026-11-17T15:00:00Z")["editions"][0]["state"] == "exists"

    bot.profile("ada", 'quiet = "note"\n' + ADA.replace("floor = 0.0", "floor = 1.0"))
    (bot.drop / "more.txt").write_text(page("Beta Score Matching", day="Nov 18"))
    bot.run(now=at(18))
    assert "1 paper came in, and none fits your interests well enough." in text(bot)


def test_the_third_quiet_day_brings_a_sign_of_life_and_papers_end_it(bot: BotFolder):
    bot.run(now=at(16))
    states = [bot.run(now=at(day))["editions"][0]["state"] for day in range(17, 23)]
    assert states == ["empty", "queued", "empty", "empty", "queued", "empty"]
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models", day="Nov 23"))
    assert bot.run(now=at(23))["editions"][0]["picks"] == 1
    assert [bot.run(now=at(day))["editions"][0]["state"] for day in (24, 25, 26)] == ["empty", "empty", "queued"]


def test_a_silent_profile_hears_nothing_however_long_it_is_quiet(bot: BotFolder):
    bot.profile("ada", 'quiet = "silent"\n' + ADA)
    assert {bot.run(now=at(day))["editions"][0]["state"] for day in range(16, 24)} == {"empty"}
    assert bot.mails() == []


@pytest.fixture
def two_sources(bot: BotFolder) -> BotFolder:
    (bot.root / "other").mkdir()
    bot.config.write_text(bot.config.read_text() + '\n[[sources]]\nkind = "folder"\npath = "other"\n')
    return bot


def test_an_edition_says_that_a_source_is_missing_while_others_delivered(two_sources: BotFolder):
    bot = two_sources
    (bot.root / "other").rmdir()
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    report = bot.run(now=at(20), code=1)
    assert report["editions"][0]["picks"] == 1
    assert "The source “other” could not be read since 20 November 2026; what it shows will follow." in text(bot)


def test_silence_while_a_source_fails_for_a_day_is_explained(two_sources: BotFolder):
    bot = two_sources
    bot.run(now=at(16))
    (bot.root / "other").rmdir()
    assert bot.run(now=at(17), code=1)["editions"][0]["state"] == "empty", "an hour of failure is no news"
    assert bot.run(now=at(18), code=1)["editions"][0]["state"] == "queued"
    assert "The source “other” could not be read since 17 November 2026" in text(bot)
    (bot.root / "other").mkdir()
    assert bot.run(now=at(19))["editions"][0]["state"] == "empty"


def test_a_preview_of_a_note_is_that_note(bot: BotFolder):
    bot.profile("ada", 'quiet = "note"\n' + ADA)
    bot.run(now=at(16))
    assert "asks for one on a day without papers" in " ".join(bot.digest("preview", "ada", now=at(16)).out.split())
