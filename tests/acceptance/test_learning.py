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


# ---------------------------------------------------------------- read, take back, remove


def test_what_votes_taught_is_shown_and_one_thing_of_it_is_forgotten(served: BotFolder):
    assert "Nothing was learned yet" in served.digest("profile", "show", "ada").out
    vote(served, FIRST[1], "more")
    vote(served, FIRST[2], "less")
    shown = served.digest("profile", "show", "ada").out
    assert "keywords: diffusion, generative, image synthesis" in shown
    assert f"-0.70  {FIRST[2]}" in shown
    taught = served.digest("profile", "show", "ada", "--json").json["learned"]
    words = {one["term"]: one["weight"] for one in taught["terms"]}
    best = next(iter(words))
    assert words[best] > 0
    assert "robot" in " ".join(words).casefold()

    assert served.digest("profile", "forget", "ada", best).code == 0
    again = served.digest("profile", "show", "ada", "--json").json
    assert best not in {one["term"] for one in again["learned"]["terms"]}
    assert again["struck"] == [best]
    assert served.digest("profile", "forget", "ada", best, "--undo").code == 0
    assert served.digest("profile", "show", "ada", "--json").json["learned"] == taught

    assert "1 vote" in served.digest("profile", "forget", "ada", FIRST[2]).out
    left = served.digest("profile", "show", "ada", "--json").json["learned"]
    assert [paper["title"] for paper in left["papers"]] == [FIRST[1]]


def test_forgetting_what_was_never_learned_names_what_was(served: BotFolder):
    vote(served, FIRST[1], "more")
    ran = served.digest("profile", "forget", "ada", "quantum")
    assert ran.code == 2
    assert "no vote taught 'quantum'" in ran.err
    assert "obot" in ran.err
    assert served.digest("profile", "forget", "ada", "quantum", "--undo").code == 2
    assert served.digest("profile", "show", "nobody").code == 2


def test_a_like_goes_into_the_profile_with_its_comments_kept(served: BotFolder):
    path = served.root / "profiles" / "ada.toml"
    path.write_text("# mine\n" + path.read_text())
    ran = served.digest("profile", "like", "ada", FIRST[0])
    assert ran.code == 0, ran.err
    text = path.read_text()
    assert text.startswith("# mine\n")
    assert f'like = ["{FIRST[0]}"]' in text
    assert "likes" in ran.out
    assert served.digest("profile", "like", "ada", "Never Seen").code == 2
    assert served.digest("profile", "like", "ada", FIRST[1], "--interest", "None").code == 2
    assert path.read_text() == text


def test_a_profile_without_interests_takes_a_like_as_a_vote(served: BotFolder):
    text = (served.root / "profiles" / "bob.toml").read_text()
    served.profile("bob", text.partition("[[interests]]")[0])
    assert "voted for" in served.digest("profile", "like", "bob", FIRST[0]).out
    with memory(served) as store:
        assert [one.opinion for one in store.votes(["bob"])["bob"]] == ["more"]
