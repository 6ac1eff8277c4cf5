"""The chapter on scale says what the model says, and the model follows the costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.scale_model import BEGIN, BOOK, END, measured, predicted, table, written


def test_the_book_holds_the_table_of_the_measured_costs():
    book = BOOK.read_text()
    assert (book.count(BEGIN), book.count(END)) == (1, 1)
    assert written(book, measured()) == book, "python -m tests.bench.scale_model --write"
    assert table(replace(measured(), worker_ms=99.0)) not in book


def test_time_is_of_readers_and_the_relay_needs_the_connections_of_an_hour():
    day = predicted(36_000, replace(measured(), worker_ms=10, database_ms=1, mail_round_trips=3, round_trip_ms=100))
    assert (day.worker_seconds, day.database_seconds) == (360, 36)
    assert (day.mails_per_second, day.connections) == (10, 3)
    assert day.workers_for_an_hour == 1
    assert predicted(1_000_000, replace(measured(), worker_ms=10)).workers_for_an_hour == 4


def test_what_is_kept_for_good_grows_each_year_and_what_passes_does_not():
    costs = replace(measured(), paper_kb=0, offer_bytes=100, shown_to_a_reader=10, kept_days=90)
    costs = replace(costs, edition_kb=1, delivery_bytes=500)
    day = predicted(1_000, costs)
    assert day.gb_more_each_year == pytest.approx(365 * 1_000 * 1_000 / 1e9)
    assert day.gb_after_a_year - day.gb_more_each_year == pytest.approx(90 * 1_000 * 1_500 / 1e9)
    assert predicted(1_000, replace(costs, kept_days=30)).gb_more_each_year == day.gb_more_each_year
