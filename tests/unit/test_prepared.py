"""What is put straight to SQLite's driver does what the library would have had it do."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.model import Settlement, Target
from digest.store import QueuedEdition, Store
from digest.store.engine import Database
from digest.store.sqlite import SqliteDatabase
from tests.builders import a_digest

NOW = datetime(2026, 11, 21, 8, 0, 0, 250, tzinfo=timezone(timedelta(hours=2)))
OUTCOMES = (
    Settlement("sent", remote_ids=("<a@b>", "1.2"), said="250 “ok”"),
    Settlement("queued", NOW + timedelta(hours=1), said="451 busy"),
    Settlement("queued", NOW, remote_ids=("1.1",), said="", counts=False),
    Settlement("unknown", NOW, said="silence"),
    Settlement("dead", said="550 no"),
)


def settled(path: Path, outcome: Settlement) -> object:
    """The row of a message that ended so."""
    with Store.open(f"sqlite:///{path}", now=NOW) as store:
        store.queue([QueuedEdition(a_digest("One"), (Target("email", "a@example.org"),), 0)], NOW)
        (claimed,) = store.claim(NOW, lease=timedelta(minutes=30), limit=9)
        assert store.settle(claimed.key, claimed.token, outcome, NOW)
        assert not store.settle(claimed.key, claimed.token - 1, outcome, NOW)
        assert not store.settle("none", claimed.token, outcome, NOW)
        return store.delivery(claimed.key)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda one: f"{one.state}-{one.counts}")
def test_an_outcome_is_written_as_the_library_would(tmp_path, monkeypatch, outcome):
    straight = settled(tmp_path / "straight.db", outcome)
    monkeypatch.setattr(SqliteDatabase, "write", Database.write)  # the library's way, which other databases go
    assert straight == settled(tmp_path / "library.db", outcome)


def test_one_statement_is_prepared_once_for_all_values(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/digest.db", now=NOW) as store:
        days = [a_digest("One", profile=f"p{n}") for n in range(3)]
        store.queue([QueuedEdition(one, (Target("email", f"{one.profile}@example.org"),), 0) for one in days], NOW)
        for n, one in enumerate(store.claim(NOW, lease=timedelta(minutes=30), limit=9)):
            store.settle(one.key, one.token, Settlement("queued", NOW + timedelta(days=n), said=f"said {n}"), NOW)
        assert sorted((one.error, one.due_at) for one in store.deliveries()) == [
            (f"said {n}", (NOW + timedelta(days=n)).astimezone(UTC)) for n in range(3)
        ]


def test_a_naive_instant_is_still_a_bug(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/digest.db", now=NOW) as store, pytest.raises(ValueError, match="naive"):
        store.settle("k", 1, Settlement("dead", said=""), NOW.replace(tzinfo=None))


def test_a_store_that_is_kept_busy_says_so_in_one_line(tmp_path):
    path = tmp_path / "digest.db"
    with Store.open(f"sqlite:///{path}", now=NOW, busy_seconds=0.05) as store, sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked by another process"):
            store.settle("k", 1, Settlement("dead", said=""), NOW)
