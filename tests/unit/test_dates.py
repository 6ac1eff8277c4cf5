"""Which day is a capture from? The four rules, their borders, and how a guess is corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import dates
from digest.model import Entry, Listing, Paper, ShownDate

SEEN = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def listing(header: ShownDate | None, *shown: ShownDate | None) -> Listing:
    return Listing("card", tuple(Entry(Paper("T"), one) for one in shown), header=header)


def day_of(found: Listing, where: str = "saved.txt", **more: object) -> tuple[date | None, str]:
    facts = {"given_on": None, "fetched_live": False, "fetched_at": SEEN, "first_seen": SEEN} | more
    return dates.capture_day(found, where=where, **facts)  # type: ignore[arg-type]


def test_what_the_caller_says_comes_first():
    given_on = date(2020, 2, 2)
    assert day_of(listing(ShownDate(11, 20)), "2024-01-01.txt", given_on=given_on) == (given_on, "given")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("/data/2024-06-04.card.txt", date(2024, 6, 4)),
        ("daily_2024-6-4.txt", date(2024, 6, 4)),
        ("C:\\dumps\\page 2024-06-04T10.html", date(2024, 6, 4)),
        ("https://huggingface.co/papers/date/2024-06-04", date(2024, 6, 4)),
        ("https://huggingface.co/api/daily_papers?date=2024-06-04&limit=100", date(2024, 6, 4)),
        ("/2024-06-04/page.txt", None),
        ("12024-06-04.txt", None),
        ("2024-06-041.txt", None),
        ("v2024-06-04.txt", None),
        ("2024-13-04.txt", None),
        ("20240604.txt", None),
    ],
)
def test_a_delimited_iso_date_in_the_name_counts(where, expected):
    assert dates.day_in_name(where) == expected


def test_one_paper_with_a_year_lets_the_page_be_of_the_latest_possible_year():
    page = listing(ShownDate(11, 20), ShownDate(11, 18), ShownDate(10, 10, 2023))
    assert day_of(page) == (date(2026, 11, 20), "header")
    assert dates.published_on(ShownDate(11, 18), date(2026, 11, 20)) == date(2026, 11, 18)


def test_five_papers_of_the_newest_year_make_it_the_year_after():
    old = [ShownDate(5, day, 2024) for day in range(1, 6)]
    assert day_of(listing(ShownDate(10, 31), *old)) == (date(2025, 10, 31), "header")
    assert day_of(listing(ShownDate(10, 31), *old[1:])) == (date(2026, 10, 31), "header")


def test_a_page_is_never_after_the_instant_when_it_was_first_seen():
    assert day_of(listing(ShownDate(11, 21))) == (date(2026, 11, 21), "guess")
    assert day_of(listing(ShownDate(11, 22))) == (date(2025, 11, 22), "guess")
    assert day_of(listing(ShownDate(2, 29))) == (date(2024, 2, 29), "guess")


def test_a_page_without_any_day_has_none():
    assert day_of(listing(None, ShownDate(1, 1, 2024))) == (None, "none")


def test_a_live_page_is_of_the_day_near_its_fetch_also_across_the_turn_of_the_year():
    fetched = datetime(2026, 1, 1, 3, 0, tzinfo=UTC)
    live = {"fetched_live": True, "fetched_at": fetched, "first_seen": fetched}
    assert day_of(listing(ShownDate(12, 31)), **live) == (date(2025, 12, 31), "fetch")
    assert day_of(listing(ShownDate(12, 29)), **live) == (date(2025, 12, 29), "guess")


def test_a_header_with_its_year_is_taken_as_it_is():
    assert day_of(listing(ShownDate(6, 18, 2024))) == (date(2024, 6, 18), "header")


def test_a_contradiction_is_a_guess_and_not_an_error():
    assert day_of(listing(ShownDate(11, 20), ShownDate(1, 1, 2031))) == (date(2026, 11, 20), "guess")


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([(ShownDate(10, 15), date(2025, 10, 15))], date(2025, 10, 31)),
        ([(ShownDate(10, 15, 2025), date(2025, 10, 15))], None),
        ([(ShownDate(10, 15), date(2025, 10, 14))], None),
        ([(ShownDate(10, 15), date(2025, 10, 15)), (ShownDate(9, 1), date(2024, 9, 1))], None),
        ([(ShownDate(10, 15), date(2027, 10, 15))], None),
        ([], None),
    ],
    ids=["proved", "shows its year", "other day", "a draw", "after it was seen", "nothing"],
)
def test_a_guess_is_corrected_only_by_the_year_of_the_same_papers_day(evidence, expected):
    assert dates.corrected_day(ShownDate(10, 31), evidence, first_seen=SEEN) == expected


shown_dates = st.builds(ShownDate, st.integers(1, 12), st.integers(1, 31), st.none() | st.integers(1, 9999))
instants = st.integers(-(10**9), 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(header=st.none() | shown_dates, shown=st.lists(st.none() | shown_dates), seen=instants)
def test_an_inferred_day_is_the_headers_and_not_in_the_future(header, shown, seen):
    day, known = day_of(listing(header, *shown), first_seen=seen, fetched_at=seen)
    if day is not None:
        assert header is not None
        assert (day.month, day.day) == (header.month, header.day)
        assert header.year is not None or day <= seen.date()
    else:
        assert known in {"none", "header"}
