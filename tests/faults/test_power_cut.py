"""FAULTS 61: after a power cut the last commits may be gone, but never so that what was sent looks unsent.

A cut is made by copying the database with less and less of its write-ahead log, as far back as what the disk was
made to keep (synchronous = FULL) when the claim was recorded.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from digest.model import Settlement
from digest.store import Store
from tests.builders import NOW
from tests.stores import an_edition, claim, url

FRAME = 24 + 4096  # of SQLite's write-ahead log: a header and a page


def after_a_cut(place: Path, kept: int, tmp: Path) -> dict[str, str]:
    """The states of all deliveries in a copy whose log has only *kept* bytes, once somebody wants to deliver."""
    copy = tmp / f"cut-{kept}"
    copy.mkdir()
    shutil.copy(place / "digest.db", copy / "digest.db")
    (copy / "digest.db-wal").write_bytes((place / "digest.db-wal").read_bytes()[:kept])
    with Store.open(url(copy), now=NOW) as store, store.delivering(NOW + timedelta(minutes=1)):
        return {delivery.key: delivery.state for delivery in store.deliveries()}


def test_fault_61_however_much_of_the_log_is_lost_nothing_that_was_sent_looks_unsent(tmp_path: Path):
    place = tmp_path / "store"
    place.mkdir()
    with Store.open(url(place), now=NOW) as store:
        store.queue([an_edition(targets=[f"email:p{n}@example.org" for n in range(5)])], NOW)
        claimed = claim(store, limit=3)
        durable = (place / "digest.db-wal").stat().st_size
        for delivery in claimed:
            store.settle(delivery.key, delivery.token, Settlement("sent", said="250 ok"), NOW)
        whole = (place / "digest.db-wal").stat().st_size
        seen = [after_a_cut(place, kept, tmp_path) for kept in range(durable, whole + 1, FRAME)]

    sent = {delivery.key for delivery in claimed}
    assert len(seen) > 3
    assert seen[0] == {key: "unknown" if key in sent else "queued" for key in seen[0]}, "all three outcomes are lost"
    assert seen[-1] == {key: "sent" if key in sent else "queued" for key in seen[-1]}
    for states in seen:
        assert len(states) == 5
        assert {states[key] for key in sent} <= {"sent", "unknown"}
