"""All that is kept of somebody is handed out, and after `erase` nothing of it is on the disk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from digest.store import Store
from tests.acceptance.bot import BotFolder, page

MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
ADDRESS = "zeppelin.reader@example.org"
MARKS = (b"zeppelin", b"Zeppelin")


@pytest.fixture
def known(bot: BotFolder) -> BotFolder:
    """A bot that knows the profile "zeppelin" by everything that it can know."""
    ada = (bot.root / "profiles" / "ada.toml").read_text()
    own = ada.replace('"ada"', '"zeppelin"').replace('["folder:ada"]', f'["folder:zeppelin", "email:{ADDRESS}"]')
    bot.profile("zeppelin", own)
    with bot.config.open("a") as config:  # nobody answers there: the failure names the address
        config.write('[email]\nurl = "smtp://127.0.0.1:9"\nfrom = "Digest <digest@example.org>"\n')
    (bot.drop / "first.txt").write_text(page("Alpha Diffusion Models", "Beta Diffusion Models"))
    bot.digest("run", "--json")
    with store(bot) as memory:
        for title, opinion in (("Alpha Diffusion Models", "more"), ("Beta Diffusion Models", "less")):
            paper = memory.find_papers([title])[title].id
            memory.vote("zeppelin", paper, opinion, MORNING)  # type: ignore[arg-type]
            memory.vote("ada", paper, opinion, MORNING, person="slack:UZEPPELIN")  # type: ignore[arg-type]
        memory.unsubscribe("zeppelin", f"email:{ADDRESS}", MORNING)
        memory.rest_until("zeppelin", date(2026, 12, 1), MORNING)
        memory.mute("zeppelin", "author", "Zeppelin Junior", MORNING + timedelta(days=30), MORNING)
        memory.strike_term("zeppelin", "zeppelins", MORNING)
        memory.suppress(f"email:{ADDRESS}", "550 no such mailbox", MORNING)
    return bot


def store(bot: BotFolder) -> Store:
    return Store.open(f"sqlite:///{bot.root}/var/digest.db", now=MORNING)


def traces(bot: BotFolder) -> list[str]:
    """The files below the state that hold a mark, or are called by it."""
    found = [path for path in (bot.root / "var").rglob("*") if path.is_file() or "zeppelin" in path.name]
    return [
        str(path.relative_to(bot.root))
        for path in found
        if "zeppelin" in str(path.relative_to(bot.root)) or any(mark in path.read_bytes() for mark in MARKS)
    ]


def test_everything_is_handed_out(known: BotFolder):
    held = known.digest("profile", "export", "zeppelin").json
    assert held["document"]["text"] == (known.root / "profiles" / "zeppelin.toml").read_text()
    assert [vote["vote"] for vote in held["votes"]] == ["more", "less"]
    assert {offer["title"] for offer in held["offers"]} == {"Alpha Diffusion Models", "Beta Diffusion Models"}
    assert {row["address"] for row in held["deliveries"]} == {"zeppelin", ADDRESS}
    assert [edition["day"] for edition in held["editions"]] == ["2026-11-21"]
    assert held["leavers"][0]["target"] == f"email:{ADDRESS}"
    assert held["suppressed_targets"][0]["why"] == "550 no such mailbox"
    assert {"profiles", "rests", "mutes", "struck_terms"} <= held.keys()
    assert "ada" not in {row.get("profile") for rows in held.values() if isinstance(rows, list) for row in rows}


def test_after_erase_nothing_of_a_profile_is_on_the_disk(known: BotFolder):
    assert traces(known)
    refused = known.digest("profile", "erase", "zeppelin")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert known.digest("profile", "export", "zeppelin").code == 0, "nothing was erased without --yes"

    ran = known.digest("profile", "erase", "zeppelin", "--yes")
    assert ran.code == 0, ran.err
    assert str(known.root / "profiles" / "zeppelin.toml") in ran.out, "what only its owner may delete is named"
    known.digest("profile", "erase", "slack:UZEPPELIN", "--yes")
    assert traces(known) == []

    (known.root / "profiles" / "zeppelin.toml").unlink()
    assert known.digest("profile", "export", "zeppelin").code == 2
    with store(known) as memory:
        assert memory.offered("ada", [memory.find_papers(["Alpha Diffusion Models"])["Alpha Diffusion Models"].id])
        assert memory.votes(["ada"]) == {}, "they were that person's"
    assert known.mails("ada"), "another one's digests stay"


def test_erasing_twice_is_safe(known: BotFolder):
    known.digest("profile", "erase", "zeppelin", "--yes")
    again = known.digest("profile", "erase", "zeppelin", "--yes")
    assert again.code == 0
    assert "nothing was kept" in again.out


def test_an_address_that_another_profile_has_too_stays_suppressed_for_it(known: BotFolder):
    text = (known.root / "profiles" / "ada.toml").read_text()
    known.profile("ada", text.replace('["folder:ada"]', f'["folder:ada", "email:{ADDRESS}"]'))
    (known.drop / "second.txt").write_text(page("Gamma Diffusion Models"))
    known.digest("run", "--json", now="2026-11-23T09:00:00Z")
    known.digest("profile", "erase", "zeppelin", "--yes", now="2026-11-23T10:00:00Z")
    with store(known) as memory:
        assert memory.suppressed().keys() == {f"email:{ADDRESS}"}
