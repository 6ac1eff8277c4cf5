"""What a reader votes for comes first in the next edition, and can be read, taken back and removed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.store import Store
from tests.acceptance.bot import BotFolder, page

MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
FIRST = ("Diffusion of Heat in Glaciers", "Diffusion for Robot Grasping", "A Survey of Diffusion")
SECOND = (
    "Why Glaciers Melt in Spring",
    "Diffusion Policies Let a Robot Tidy the Kitchen",
    "Surveying Sparse Attention",
)


@pytest.fixture
def served(bot: BotFolder) -> BotFolder:
    bot.profile("bob", (bot.root / "profiles" / "ada.toml").read_text().replace("ada", "bob"))
    (bot.drop / "first.txt").write_text(page(*FIRST))
    bot.run()
    return bot


def memory(bot: BotFolder) -> Store:
    return Store.open(f"sqlite:///{bot.root}/var/digest.db", now=MORNING)


def vote(bot: BotFolder, title: str, opinion: str, person: str = "") -> str:
    with memory(bot) as store:
        paper = store.find_papers([title])[title]
        assert store.vote("ada", paper.id, opinion, MORNING, person=person)  # type: ignore[arg-type]
    return paper.id


def titles(bot: BotFolder, name: str) -> list[str]:
    ran = bot.digest("preview", name, "--format", "json", now="2026-11-23T09:00:00Z")
    assert ran.code == 0, ran.err
    shown = ran.json
    return [pick["paper"]["title"] for section in shown["sections"] for pick in section["picks"]]


def test_the_next_edition_shows_that_a_vote_was_understood(served: BotFolder):
    (served.drop / "second.txt").write_text(page(*SECOND))
    before = titles(served, "ada")
    vote(served, FIRST[1], "more")
    vote(served, FIRST[2], "less")
    after = titles(served, "ada")
    assert after.index(SECOND[1]) == 0
    assert after.index(SECOND[2]) >= before.index(SECOND[2])
    assert titles(served, "bob") == before, "a vote is one profile's own"

    text = served.digest("preview", "ada", now="2026-11-23T09:00:00Z").out
    assert "which you voted for" in " ".join(text.split())
    told = served.digest("explain", "ada", SECOND[1], now="2026-11-23T09:00:00Z").out
    assert "papers voted for" in told
    run = served.run(now="2026-11-23T09:00:00Z")
    assert {edition["profile"] for edition in run["editions"]} == {"ada", "bob"}
    mail = " ".join(served.mails()[-1].get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert f"resembles “{FIRST[1]}”, which you voted for" in mail
