"""The week in review comes at its time, once, and never shows a paper as a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.config import load
from digest.errors import ConfigError
from digest.model import Change, Digest, Pick, Section, Sighting, Target
from digest.pipeline import looking_back
from digest.pipeline.wishes import Wishes
from digest.store import QueuedEdition, Store
from tests.acceptance.bot import ADA, BotFolder, page
from tests.builders import a_paper, a_profile
from tests.stores import a_dump, a_known

FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
WEEKLY = a_profile(schedule="mon,wed 08:00", look_back="fri 16:00")
SAVED, ROSE, SAME = a_paper("Saved", upvotes=3), a_paper("Rose", upvotes=10), a_paper("Same", upvotes=9)


@pytest.fixture
def store():
    with Store.open("sqlite://", now=NOW) as opened:
        with opened.writing() as writer:
            writer.save([a_known(paper) for paper in (SAVED, ROSE, SAME)], NOW)
            writer.add_dump(a_dump(), [(p.id, Sighting(p, n)) for n, p in enumerate((SAVED, ROSE, SAME))], now=NOW)
        yield opened


def shown_on(store: Store, day: date, *papers) -> None:
    picks = tuple(Pick(Change(paper, "new"), 0.9) for paper in papers)
    store.queue([QueuedEdition(Digest("ada", day, (Section("", picks),)), (), 1)], NOW)


def due(store: Store, profile=WEEKLY, now=NOW):
    return looking_back.due_alone(store, [profile], now, Wishes.read(store, now))


def test_it_tells_what_was_saved_and_what_took_off(store):
    shown_on(store, date(2026, 11, 18), SAVED, replace(ROSE, upvotes=2), replace(SAME, upvotes=8))
    for paper, opinion in ((SAVED, "save"), (SAME, "less")):
        store.vote("ada", paper.id, opinion, NOW - timedelta(days=1))
    ((_, day),) = due(store)
    (edition,) = looking_back.alone(store, [(WEEKLY, day)], NOW, Wishes.read(store, NOW))
    week = edition.digest.look_back
    assert [paper.title for paper in week.saved] == ["Saved"]
    assert [(one.paper.title, one.gained) for one in week.risen] == [("Rose", 8)]
    assert (week.more, week.less) == (0, 1)
    assert (edition.digest.picks, edition.targets) == ((), (Target("folder", "ada"),))


def test_it_is_due_once_and_moves_no_cursor(store):
    shown_on(store, date(2026, 11, 18), SAVED)
    store.vote("ada", SAVED.id, "save", NOW)
    cursors = store.cursors(["ada"])
    assert due(store, now=NOW - timedelta(hours=2)) == []
    (edition,) = looking_back.alone(store, due(store), NOW, Wishes.read(store, NOW))
    assert store.queue([edition], NOW) == ("queued",)
    assert due(store) == []
    assert store.cursors(["ada"]) == cursors
    assert set(store.offered("ada", [SAVED.id])) == {SAVED.id}
    assert due(store, now=NOW + timedelta(days=7)) == [(WEEKLY, date(2026, 11, 27))]


def test_a_week_without_anything_is_silent(store):
    shown_on(store, date(2026, 11, 2), SAVED)
    (edition,) = looking_back.alone(store, due(store), NOW, Wishes.read(store, NOW))
    assert store.queue([edition], NOW) == ("empty",)
    assert due(store) == []


def test_who_was_never_served_has_no_week(store):
    assert due(store) == []


def test_on_a_day_with_an_edition_it_is_a_part_of_that(store):
    daily = replace(WEEKLY, schedule="weekdays 08:30")
    shown_on(store, date(2026, 11, 19), SAVED)
    assert due(store, daily) == []
    assert looking_back.belongs(daily, FRIDAY, date(2026, 11, 19))
    assert not looking_back.belongs(daily, date(2026, 11, 19), date(2026, 11, 18))
    assert looking_back.belongs(daily, date(2026, 11, 23), date(2026, 11, 19)), "what was missed comes with the next"
    assert not looking_back.belongs(daily, date(2026, 11, 23), FRIDAY)
    assert not looking_back.belongs(replace(daily, look_back=""), FRIDAY, date(2026, 11, 19))


def test_the_bot_sends_it_and_says_what_it_is(bot: BotFolder):
    bot.profile("ada", ADA.replace("weekdays 08:30", 'sat 08:30"\nlook_back = "sun 16:00'))
    (bot.drop / "first.txt").write_text(page("Alpha Diffusion Models"))
    bot.run("--due")
    assert "This is your first digest" in bot.mails()[0].as_string()
    with Store.open(f"sqlite:///{bot.root}/var/digest.db", now=NOW) as memory:
        paper = memory.find_papers(["Alpha Diffusion Models"])["Alpha Diffusion Models"]
        memory.vote("ada", paper.id, "save", datetime(2026, 11, 21, 12, tzinfo=UTC))
    (bot.drop / "second.txt").write_text(page("Beta Diffusion Models"))
    (edition,) = bot.run("--due", now="2026-11-22T17:00:00Z")["editions"]
    assert (edition["date"], edition["picks"], edition["considered"]) == ("2026-11-22", 0, 0)
    mail = bot.mails()[-1]
    assert mail["Subject"] == "Your week to 22 November 2026: 1 saved"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "What you saved" in text
    assert "Alpha Diffusion Models" in text
    assert "Beta" not in text
    assert "first digest" not in text
    assert bot.run("--due", now="2026-11-22T18:00:00Z")["editions"] == []
    (edition,) = bot.run("--due", now="2026-11-28T09:00:00Z")["editions"]
    assert edition["picks"] == 1, "what came in meanwhile waited for its own day"


@pytest.mark.parametrize("wrong", ["daily 16:00", "fri,sat 16:00", "fri", "0 16 * * 5", "fri 25:00"])
def test_a_look_back_is_one_weekday_and_a_time(bot: BotFolder, wrong: str):
    bot.profile("ada", ADA.replace("limit = 10", f'limit = 10\nlook_back = "{wrong}"'))
    with pytest.raises(ConfigError, match="look_back"):
        load(bot.root, {}, cwd=bot.root, data_dir=bot.root)
