"""What is rendered when an edition is made is what would be rendered when it is sent, and is never more than a hint."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.cli import building
from digest.model import Digest, Message
from digest.pipeline import Bot, Hooks, ingest_sources, prepare, spool
from digest.pipeline.spool import opened
from digest.pipeline.voice import Voice
from digest.render.mime import mime
from digest.store import QueuedEdition
from tests.acceptance.bot import BotFolder, page
from tests.unit.test_mime import a_message

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CONFIG = """\
state = "var"
public_url = "https://digest.example.org"
[[sources]]
kind = "folder"
path = "drop"
[email]
url = "smtp://127.0.0.1:2525"
from = "Paper Digest <digest@example.org>"
[slack]
token = "file:token"
[export]
formats = ["bibtex"]
"""
EVERYWHERE = 'deliver = ["email:a@example.org", "email:b@example.org", "slack:C0123456789", "folder:f"]\nfloor = 0.0\n'
TITLES = ("Diffusion of $\\mathcal{N}=4$ Ice & <Snow>", "Generative Kites: “quoted” — naïve", "A Third \\emph{Title}")


@pytest.fixture
def bot(tmp_path) -> Iterator[Bot]:
    folder = BotFolder(tmp_path)
    folder.config.write_text(CONFIG)
    (tmp_path / "token").write_text("xoxb-1")
    (tmp_path / "token").chmod(0o600)
    folder.profile("ada", EVERYWHERE + '[[interests]]\nname = "Ice"\nkeywords = ["diffusion", "kites"]\n')
    folder.profile("bob", 'deliver = ["email:bob@example.org"]\nfloor = 0.0\n')
    (folder.drop / "page.txt").write_text(page(*TITLES, *(f"Paper number {n} of many" for n in range(14))))
    with building.bot(building.load_settings(tmp_path), lambda: NOW) as made:
        ingest_sources(made, NOW)
        yield made


def sent(message: Message) -> object:
    """What leaves this machine."""
    is_mail = message.target.channel == "email"
    return mime(message, sender="Paper Digest <d@example.org>", sent_at=NOW) if is_mail else message


def test_what_is_kept_is_what_would_be_rendered_from_the_store(bot):
    with opened(bot.settings.state, 2) as kept:
        prepare(bot, NOW, due_only=False, spool=kept)
        queued = bot.store.deliveries("queued")
        assert len(queued) == 5
        for delivery in queued:
            assert kept.message(delivery.key) is not None
            assert sent(Voice(bot, kept).render(delivery)) == sent(Voice(bot).render(delivery))


def test_a_summary_of_the_last_moment_stands_in_what_is_kept(bot):
    def finish(digest: Digest) -> Digest:
        return replace(digest, notes=("Said at the last moment.",))

    with opened(bot.settings.state, 1) as kept:
        prepare(bot, NOW, due_only=False, finish=finish, spool=kept)
        for delivery in bot.store.deliveries("queued"):
            assert sent(Voice(bot, kept).render(delivery)) == sent(Voice(bot).render(delivery))


def test_an_edition_of_another_pass_is_rendered_from_the_store(bot):
    def other(step: str) -> None:
        if step == "prepare-before-commit":
            profile = bot.settings.profiles[0]
            digest = Digest(profile.name, NOW.date(), notes=("Of another pass.",))
            bot.store.queue([QueuedEdition(digest, profile.deliver, 0)], NOW)

    with opened(bot.settings.state, 1) as kept:
        reports, _, _ = prepare(replace(bot, hooks=Hooks(at=other)), NOW, due_only=False, spool=kept)
        assert {one.profile: one.state for one in reports} == {"ada": "exists", "bob": "queued"}
        for delivery in bot.store.deliveries("queued"):
            assert (kept.message(delivery.key) is None) == (delivery.profile == "ada")
            said = "Of another pass." in str(sent(Voice(bot, kept).render(delivery)))
            assert said == (delivery.profile == "ada")


def test_a_paused_channel_costs_no_rendering(bot):
    bot.store.pause("email", "535 no", NOW)
    with opened(bot.settings.state, 1) as kept:
        prepare(bot, NOW, due_only=False, spool=kept)
        there = {one.target.channel for one in bot.store.deliveries("queued") if kept.message(one.key)}
    assert there == {"slack", "folder"}


def test_only_what_was_accepted_is_given_and_each_part_has_its_own(tmp_path):
    with opened(tmp_path, 2) as kept:
        one, two = a_message(key="one"), replace(a_message(key="two"), text="Two.")
        tickets = [kept.put(0, one), kept.put(1, two), kept.put(0, replace(two, key="three"))]
        assert kept.message("one") is None
        kept.accept(tickets)
        assert [kept.message(key) for key in ("one", "two", "three")] == [one, two, replace(two, key="three")]


def test_nothing_can_be_left_behind(tmp_path):
    with opened(tmp_path, 3) as kept:
        kept.put(0, a_message())
        assert list(tmp_path.iterdir()) == []


def test_a_part_that_is_full_takes_no_more_and_keeps_what_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "MOST", 4000)  # half a gigabyte would do as well, and take longer
    with opened(tmp_path, 2) as kept:
        small, large = a_message(key="small"), replace(a_message(key="large"), text="x" * 2500)
        kept.accept([kept.put(0, small)])
        assert kept.put(0, large) is None
        assert kept.message("small") == small


def test_a_disk_that_is_almost_full_is_left_to_the_store(tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(spool.shutil, "disk_usage", lambda _: usage(2000))  # no disk here can be filled
    with opened(tmp_path, 1) as kept:
        assert kept.put(0, a_message()) is None


def test_a_folder_that_cannot_be_written_costs_the_hint_alone(tmp_path):
    with opened(tmp_path / "missing", 1) as kept:
        assert kept is None
