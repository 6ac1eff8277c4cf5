"""What the operator's charts count."""

from __future__ import annotations

from datetime import timedelta

from digest.model import Settlement
from digest.store import Store
from tests.builders import NOW
from tests.stores import TODAY, an_edition, claim


def test_the_time_from_ready_to_sent_is_averaged_by_day(store: Store):
    store.queue([an_edition(targets=["folder:ada", "folder:bob", "folder:eve"])], NOW)
    first, second, third = claim(store)
    store.settle(first.key, first.token, Settlement("sent"), NOW + timedelta(minutes=2))
    store.settle(second.key, second.token, Settlement("sent"), NOW + timedelta(minutes=4))
    store.settle(third.key, third.token, Settlement("dead"), NOW + timedelta(hours=9))
    found = store.delivery_seconds(NOW - timedelta(days=1))
    assert {day: round(seconds) for day, seconds in found.items()} == {NOW.date(): 180}
    assert store.delivery_seconds(NOW + timedelta(hours=1)) == {}


def test_the_papers_that_were_shown_are_counted_by_day(store: Store):
    store.queue([an_edition("One", "Two"), an_edition("One", profile="bob", targets=["folder:bob"])], NOW)
    assert store.shown_by_day(TODAY) == {TODAY: 3}
    assert store.shown_by_day(TODAY + timedelta(days=1)) == {}
