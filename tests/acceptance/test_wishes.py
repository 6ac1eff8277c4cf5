"""What a reader asked for by the pages holds through whole passes, is shown, and can be undone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from digest.model import Letter, Target
from digest.store import Store
from tests.acceptance.bot import NOW, BotFolder, page

MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def served(bot: BotFolder) -> BotFolder:
    (bot.drop / "first.txt").write_text(page("Alpha Diffusion Models"))
    bot.run()
    return bot


def store(bot: BotFolder) -> Store:
    return Store.open(f"sqlite:///{bot.root}/var/digest.db", now=MORNING)


def another(bot: BotFolder, name: str, *titles: str) -> None:
    (bot.drop / f"{name}.txt").write_text(page(*titles))


def test_a_paused_profile_gets_one_merged_edition_when_it_is_back(served: BotFolder):
    with store(served) as memory:
        memory.rest_until("ada", date(2026, 11, 24), MORNING)
    assert "Paused by its reader: ada, until 2026-11-24" in served.digest("status").out
    another(served, "second", "Beta Diffusion Models")
    assert served.run(now="2026-11-22T09:00:00Z")["editions"] == []
    another(served, "third", "Gamma Diffusion Models")
    assert served.run("--due", now="2026-11-23T09:00:00Z")["editions"] == []
    (edition,) = served.run("--due", now="2026-11-24T09:00:00Z")["editions"]
    assert (edition["date"], edition["picks"]) == ("2026-11-24", 2)
    mail = served.mails()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Welcome back. You paused this digest on Saturday, 21 November 2026" in " ".join(mail.split())
    assert "comes late" not in mail
    assert "Beta Diffusion Models" in mail
    assert "Gamma Diffusion Models" in mail
    assert "Alpha" not in mail
    another(served, "fourth", "Delta Diffusion Models")
    served.run("--due", now="2026-11-25T09:00:00Z")
    assert "Welcome back" not in served.mails()[-1].as_string()
    assert "Paused" not in served.digest("status", now="2026-11-25T10:00:00Z").out


def test_nothing_that_was_due_before_the_return_is_made_up_for(served: BotFolder):
    with store(served) as memory:
        memory.rest_until("ada", date(2026, 11, 28), MORNING)  # a Saturday; the profile comes on weekdays
    another(served, "second", "Beta Diffusion Models")
    assert served.run("--due", now="2026-11-28T12:00:00Z")["editions"] == []
    (edition,) = served.run("--due", now="2026-11-30T12:00:00Z")["editions"]
    assert edition["date"] == "2026-11-30"


def test_who_unsubscribed_gets_nothing_until_resumed(served: BotFolder):
    with store(served) as memory:
        memory.unsubscribe("ada", "folder:ada", MORNING)
    another(served, "second", "Beta Diffusion Models")
    assert served.run(now="2026-11-22T09:00:00Z")["editions"] == []
    said = served.digest("status").out
    assert "Unsubscribed: folder:ada from ada; `digest resume ada` undoes it." in said
    assert "All is well" in said
    assert served.digest("status", "--json").json["unsubscribed"] == [{"profile": "ada", "targets": ["folder:ada"]}]
    again = served.digest("resend", "ada/2026-11-21/folder:ada")
    assert (again.code, "has unsubscribed" in again.err) == (2, True)
    assert "ada gets its digest again" in served.digest("resume", "ada").out
    (edition,) = served.run(now="2026-11-23T09:00:00Z")["editions"]
    assert edition["picks"] == 1
    nothing = served.digest("resume", "ada")
    assert (nothing.code, "'ada'" in nothing.err) == (2, True)


def test_what_a_reader_muted_is_not_sent_to_them_for_that_time(served: BotFolder):
    with store(served) as memory:
        memory.mute("ada", "topic", "diffusion", datetime(2026, 12, 21, tzinfo=UTC), MORNING)
    another(served, "second", "Beta Diffusion Models")
    assert "Beta" not in served.digest("preview", "ada", now="2026-11-22T09:00:00Z").out
    (edition,) = served.run(now="2026-11-22T09:00:00Z")["editions"]
    assert (edition["considered"], edition["picks"]) == (1, 0)
    another(served, "third", "Gamma Diffusion Models")
    (edition,) = served.run(now="2026-12-22T09:00:00Z")["editions"]
    assert edition["picks"] == 1, "the month is over"


def test_only_the_target_that_left_is_left_out(bot: BotFolder):
    text = (bot.root / "profiles" / "ada.toml").read_text()
    bot.profile("ada", text.replace('["folder:ada"]', '["folder:ada", "folder:team"]'))
    with store(bot) as memory:
        memory.unsubscribe("ada", "folder:ada", MORNING)
    another(bot, "first", "Alpha Diffusion Models")
    bot.run(now=NOW)
    assert (len(bot.mails("ada")), len(bot.mails("team"))) == (0, 1)


def test_a_letter_to_a_reader_goes_out_with_the_next_pass_and_into_no_feed(served: BotFolder):
    letter = Letter(
        "Your link", ("It changes what you get.",), "You asked for it.", "https://x.example/t/1", "Change it"
    )
    with store(served) as memory:
        memory.post(letter, Target("folder", "ada"), date(2026, 11, 22), MORNING)
    served.run("--due", now="2026-11-22T09:01:00Z")
    mail = served.mails()[-1]
    assert mail["Subject"] == "Paper Digest: Your link"
    assert "https://x.example/t/1" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "https://x.example/t/1" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "Your link" not in (served.root / "var" / "folder" / "ada" / "feed.atom").read_text(encoding="utf-8")
    assert "All is well" in served.digest("status", now="2026-11-22T09:02:00Z").out
