"""Quiet or broken: what a reader is told on a day without papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.model import Digest, SourceHealth, SourceSettings
from digest.pipeline.quiet import Circumstances, circumstances, noted
from digest.store import Store
from tests.builders import NOW, a_digest, a_profile

EMPTY = Digest("ada", date(2026, 11, 21), considered=12, left_out=12)
NOTHING = replace(EMPTY, considered=0, left_out=0)
LATE = replace(EMPTY, notes=("This digest comes late.",))


def failing(**ago):
    return (SourceHealth("seeds", failing_since=NOW - timedelta(**ago), failures=3, why="gone"),)


def notes(digest, quiet="auto", **around):
    return noted(digest, a_profile(quiet=quiet), Circumstances(NOW, **around)).notes


@pytest.mark.parametrize("digest", [EMPTY, NOTHING, LATE])
@pytest.mark.parametrize("quiet", ["silent", "auto"])
def test_an_ordinary_quiet_day_is_silent(digest, quiet):
    assert not noted(digest, a_profile(quiet=quiet), Circumstances(NOW)).is_sent


def test_a_profile_that_asks_for_a_note_gets_one_with_the_reason():
    (why,) = notes(EMPTY, "note")
    assert "quiet = “note”" in why
    since, why = notes(NOTHING, "note", last_news=NOW - timedelta(days=3))
    assert since == "The last new papers came in on Wednesday, 18 November 2026."
    assert notes(LATE, "note")[0] == "This digest comes late."


def test_the_day_is_that_of_the_reader():
    far = replace(a_profile(quiet="note"), timezone="Pacific/Auckland")
    told = noted(NOTHING, far, Circumstances(NOW.replace(hour=23), last_news=NOW.replace(hour=22))).notes
    assert "Sunday, 22 November" in told[0]


def test_a_source_that_failed_for_a_day_is_told_and_one_of_an_hour_is_not():
    assert notes(EMPTY, failing=failing(hours=1)) == ()
    source, why = notes(EMPTY, failing=failing(days=1))
    assert source == "The source “seeds” could not be read since 20 November 2026; what it shows will follow."
    assert "today’s silence" in why
    assert notes(EMPTY, "silent", failing=failing(days=9)) == ()


def test_every_third_edition_in_a_row_without_papers_is_a_sign_of_life():
    told = [bool(notes(EMPTY, empty_runs={"ada": before})) for before in range(9)]
    assert told == [False, False, True] * 3
    assert "third digest in a row" in notes(EMPTY, empty_runs={"ada": 2})[0]
    assert "12th digest in a row" in notes(EMPTY, empty_runs={"ada": 11})[0]
    assert "21st digest in a row" in notes(EMPTY, empty_runs={"ada": 20})[0]


def test_the_same_day_does_not_count_twice():
    today = {"ada": EMPTY.date}
    assert notes(EMPTY, empty_runs={"ada": 2}, last_days=today) == ()
    assert notes(EMPTY, empty_runs={"ada": 3}, last_days=today) != ()


@pytest.mark.parametrize("quiet", ["silent", "note", "auto"])
def test_an_edition_with_papers_says_that_a_source_is_missing_and_nothing_else(quiet):
    assert notes(a_digest("One"), quiet, empty_runs={"ada": 2}) == ()
    (said,) = notes(a_digest("One"), quiet, failing=failing(minutes=1))
    assert "“seeds”" in said


PAUSE = "arXiv does not announce on 26 November, a holiday of its own."


def test_a_day_without_announcement_is_explained_in_the_note_and_only_where_nothing_came_in():
    assert PAUSE in notes(NOTHING, "note", pauses=(PAUSE,))
    assert PAUSE not in notes(EMPTY, "note", pauses=(PAUSE,)), "something came in, and none of it fits"
    assert notes(NOTHING, "auto", pauses=(PAUSE,)) == (), "a holiday is no reason to write"


def test_what_explains_the_silence_is_read_off_the_calendar_of_the_sources_that_have_one():
    arxiv = SourceSettings("arxiv", "arxiv", categories=("cs.LG",))
    feed = SourceSettings("feed", "feed", url="https://example.org/feed")

    def pauses(day: int, *sources):
        with Store.open("sqlite://", now=NOW) as store:
            return circumstances(store, sources, ["ada"], NOW.replace(day=day, hour=12)).pauses

    assert pauses(27, arxiv, arxiv, feed) == (PAUSE,)
    assert pauses(22, arxiv) == ("arXiv does not announce on Friday and Saturday evenings.",)
    assert pauses(26, arxiv) == ()
    assert pauses(27, feed) == ()
