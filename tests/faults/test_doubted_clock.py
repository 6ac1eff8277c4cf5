"""FAULTS 24: a service that doubts its clock says so to its operator, and nothing else to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from digest import pipeline
from digest.cli import building
from digest.model import DoubtedClock
from digest.pipeline import Bot
from tests.acceptance.bot import DIGEST_TOML, BotFolder, page

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DOUBT = DoubtedClock(NOW + timedelta(days=800), NOW)


@pytest.fixture
def folder(tmp_path) -> BotFolder:
    made = BotFolder(tmp_path)
    made.config.write_text(DIGEST_TOML + '[operator]\nalert = ["folder:operator"]\n')
    (made.drop / "page.txt").write_text(page("Diffusion of Ice", "Generative Kites"))
    return made


@pytest.fixture
def bot(folder) -> Iterator[Bot]:
    with building.bot(building.load_settings(folder.root), lambda: NOW) as made:
        pipeline.ingest_sources(made, NOW)
        pipeline.prepare(made, NOW, due_only=False)
        yield made


def test_fault_24_the_operator_hears_once_of_a_doubted_clock_and_the_readers_nothing(folder, bot):
    for _ in range(2):
        pipeline.doubt_clock(bot, DOUBT)
    (notice,) = folder.mails("operator")
    assert "leapt from 2026-11-21 09:00 UTC to 2029-01-29 09:00 UTC" in notice.as_string().replace("\n", " ")
    assert parsedate_to_datetime(notice["Date"]) == NOW, "no mail from the future"
    assert folder.mails("ada") == []


def test_fault_24_status_names_the_doubt_and_what_to_do(folder, bot):
    pipeline.doubt_clock(bot, DOUBT)
    told = folder.digest("status", "--json").json["troubles"]
    assert "digest run --due --force" in told[0]["todo"]
    assert told[0]["cause"] == "clock"


def test_fault_24_when_it_is_believed_again_the_next_pass_says_so(folder, bot):
    pipeline.doubt_clock(bot, DOUBT)
    pipeline.doubt_clock(bot, None)
    pipeline.run_pass(bot)
    assert any("Over: The clock" in mail.as_string() for mail in folder.mails("operator"))
    assert folder.mails("ada")


def test_fault_24_a_person_who_says_that_the_clock_is_right_ends_the_doubt(folder, bot):
    pipeline.doubt_clock(bot, DOUBT)
    pipeline.run_pass(replace(bot, clock=lambda: DOUBT.said), forced=True)
    assert bot.store.doubted_clock() is None
