"""What comes a second time: code, a new version of a liked paper; and to whom."""

from __future__ import annotations

import json

from tests.acceptance.bot import ADA, BotFolder

FIRST = "We fold long proteins in shallow water with a diffusion model, and measure how far it falls behind methods."
THEN = "We fold long proteins in deep water with a diffusion model, prove that it converges, and correct our figures."
PAPER = {"id": "2611.00001", "title": "Folding Proteins by Diffusion"}
OTHER = {"id": "2611.00002", "title": "Generative Models of Tides", "summary": "We study tides with diffusion models."}


def day(bot: BotFolder, number: int, *papers: dict[str, object]) -> dict[str, dict[str, object]]:
    """Take in a list of that day, and say what each profile got."""
    rows = [{"paper": paper} for paper in papers]
    (bot.drop / f"2026-11-{number}.json").write_text(json.dumps(rows))
    ran = bot.digest("run", "--json", now=f"2026-11-{number}T09:00:00Z")
    assert ran.code == 0, ran.err
    return {edition["profile"]: edition for edition in ran.json["editions"]}


def test_a_new_version_comes_to_who_likes_the_paper_and_to_nobody_else(bot: BotFolder):
    bot.profile("ada", ADA + 'like = ["arXiv:2611.00001"]\n')
    bot.profile("bob", ADA.replace("ada", "bob"))
    bot.profile("eve", ADA.replace("ada", "eve").replace("floor = 0.0", 'floor = 0.0\nupdates = ["text"]'))
    day(bot, 17, {**PAPER, "summary": FIRST}, OTHER)

    got = day(bot, 18, {**PAPER, "summary": THEN, "id": "2611.00001v2"}, OTHER)
    assert {name: edition["picks"] for name, edition in got.items()} == {"ada": 1, "bob": 0, "eve": 1}
    (html,) = (bot.root / "var" / "folder" / "ada").glob("2026-11-18.html")
    assert "Folding Proteins by Diffusion" in html.read_text()

    again = day(bot, 19, {**PAPER, "summary": THEN, "id": "2611.00001v2"}, {**OTHER, "upvotes": 3})
    assert {edition["picks"] for edition in again.values()} == {0}


def test_released_code_comes_to_every_reader_once(bot: BotFolder):
    row = {**PAPER, "summary": FIRST, "githubRepo": None}
    day(bot, 17, row, {**OTHER, "githubRepo": "https://github.com/frost/tides"})
    linked = {**row, "githubRepo": "https://github.com/frost/folding"}
    assert day(bot, 18, linked, OTHER)["ada"]["picks"] == 1
    assert day(bot, 19, {**linked, "upvotes": 1}, OTHER)["ada"]["picks"] == 0


def test_a_paper_that_takes_off_comes_again_and_one_that_rises_as_its_age_does_stays(bot: BotFolder):
    row = {**PAPER, "summary": FIRST}
    day(bot, 17, {**row, "upvotes": 3}, {**OTHER, "upvotes": 40})
    assert day(bot, 18, {**row, "upvotes": 90}, {**OTHER, "upvotes": 48})["ada"]["picks"] == 1
    assert "taking off" in (bot.root / "var" / "folder" / "ada" / "2026-11-18.html").read_text().lower()
