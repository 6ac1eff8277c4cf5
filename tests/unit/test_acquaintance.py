"""The first edition welcomes; who never answers is asked, once in three weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.links import Links, Tokens
from digest.model import Digest, Target
from digest.pipeline.acquaintance import Acquaintance
from digest.render import Renderer
from tests.builders import NOW, a_digest, a_profile

DAY = date(2026, 11, 21)
LINKS = Links("https://digest.example.org", Tokens(("a key of the tests, long enough",)))
ANYWHERE = Target("folder", "ada")
SHOWN = a_digest("One", day=DAY)
NOTE = Digest("ada", DAY, notes=("Nothing came.",))


def greeted(digest, *, quiet="auto", pages=True, since=None, last=None, voted=None):
    known = Acquaintance(
        pages,
        {"ada": DAY - timedelta(days=since)} if since is not None else {},
        {"ada": DAY - timedelta(days=last)} if last is not None else {},
        {"ada": NOW - timedelta(days=voted)} if voted is not None else {},
    )
    return known.greeted(digest, a_profile(quiet=quiet))


def test_the_first_edition_with_papers_is_the_first():
    assert greeted(SHOWN).first
    assert greeted(SHOWN, last=3).first, "the quiet days before were silent"
    assert not greeted(SHOWN, since=1, last=1).first


def test_who_wishes_a_note_is_welcomed_by_a_quiet_first_edition_and_only_by_that():
    assert greeted(NOTE, quiet="note").first
    assert not greeted(NOTE, quiet="note", last=1).first
    assert not greeted(SHOWN, quiet="note", last=1).first
    assert not greeted(NOTE).first, "a sign that something is wrong is no welcome"


def test_what_is_not_sent_greets_nobody():
    assert greeted(Digest("ada", DAY), quiet="note") == Digest("ada", DAY)


@pytest.mark.parametrize(
    ("since", "last", "voted", "asked"),
    [
        (20, 1, None, False),
        (21, 1, None, True),
        (22, 1, None, False),
        (30, 16, None, True),  # nothing came in between
        (41, 1, None, False),
        (42, 1, None, True),
        (50, 1, 20, False),
        (50, 1, 21, True),
        (50, 1, 22, False),
    ],
)
def test_a_reader_is_asked_when_another_three_weeks_of_silence_are_over(since, last, voted, asked):
    assert greeted(SHOWN, since=since, last=last, voted=voted).unanswered is asked


def test_nobody_is_asked_without_pages_or_without_papers():
    assert not greeted(SHOWN, since=21, last=1, pages=False).unanswered
    assert not greeted(NOTE, since=21, last=1).unanswered


def everywhere(digest, links=LINKS) -> list[str]:
    message = Renderer(links=links).message(digest, a_profile(), ANYWHERE)
    return [message.html, " ".join(message.text.split()), str(message.posts)]


def test_the_welcome_and_the_question_stand_in_every_part_of_a_message():
    for part in everywhere(replace(SHOWN, first=True, unanswered=True)):
        assert "This is your first digest" in part
        assert "press one: the next digest takes it into account" in part
        assert "For three weeks you have pressed nothing" in part
        assert LINKS.profile("ada", DAY) in part
    for part in everywhere(SHOWN):
        assert "first digest" not in part
        assert "For three weeks" not in part


def test_without_pages_the_welcome_names_the_profile_and_no_buttons():
    for part in everywhere(replace(SHOWN, first=True, unanswered=True), links=None):
        assert "edit the profile “ada”" in part
        assert "More like this" not in part
        assert "For three weeks" not in part
