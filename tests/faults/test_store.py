"""The store when processes die or come two at once: nothing lost, nothing twice."""

from __future__ import annotations

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from digest.model import Change, Settlement
from digest.store import Store
from tests.builders import NOW, a_paper
from tests.stores import LEASE, TODAY, a_dump, a_known, an_edition, claim, ingest, run, start

KEY = "ada/2026-11-21/folder:ada"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, now=NOW, busy_seconds=2) as opened:
        yield opened


def sound(store_url: str) -> bool:
    if not store_url.startswith("sqlite"):
        return True  # the server looks after its own pages
    with sqlite3.connect(store_url.removeprefix("sqlite:///")) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# ---------------------------------------------------------------- killed


@pytest.mark.parametrize("after", ["save", "add_dump", "add_changes"])
def test_fault_60_a_kill_in_the_middle_of_a_dump_leaves_nothing_of_it(store_url: str, store: Store, after: str):
    ingest(store, [a_paper("Before")], a_dump("d0"))
    script = f"""
paper, dump = a_paper("One", abstract="long " * 2000), a_dump("d1")
with store.writing() as writer:
    for step in ("save", "add_dump", "add_changes"):
        if step == "save":
            many = [a_paper(f"More {{n}}", abstract="x" * 5000) for n in range(2000)]
            writer.save([a_known(each) for each in (paper, *many)], NOW)
        if step == "add_dump":
            writer.add_dump(dump, [(paper.id, Sighting(paper, 0))], now=NOW)
        if step == "add_changes":
            writer.add_changes([Change(paper, "new")], NOW)
        if step == {after!r}:
            os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run(store_url, script) == -signal.SIGKILL
    assert store.counts() == {**dict.fromkeys(store.counts(), 0), "papers": 1, "dumps": 1, "sightings": 1, "changes": 1}
    assert store.stamps("seeds") == {"d0.txt": "d0-stamp"}
    assert sound(store_url)
    ingest(store, [a_paper("One")], a_dump("d1"))
    assert store.counts()["dumps"] == 2


def test_fault_60_what_was_committed_survives_a_kill(store_url: str, store: Store):
    script = 'ingest(store, [a_paper(id="p")])\nstore.queue([an_edition()], NOW)\nos.kill(os.getpid(), signal.SIGKILL)'
    assert run(store_url, script) == -signal.SIGKILL
    assert (store.counts()["papers"], len(claim(store))) == (1, 1)


def test_fault_60_a_claim_whose_process_was_killed_is_in_doubt_at_once(store_url: str, store: Store):
    store.queue([an_edition()], NOW)
    script = """
with store.delivering(NOW):
    assert len(claim(store)) == 1
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run(store_url, script) == -signal.SIGKILL
    assert claim(store) == [], "it may have been sent: not before somebody says that it is in doubt"
    with store.delivering(NOW) as doubtful:
        assert [(d.key, d.state, d.doubts) for d in doubtful] == [(KEY, "unknown", 1)]
        assert [d.key for d in claim(store)] == [KEY]


def test_fault_65_the_claims_of_another_sender_that_lives_are_left_to_it(store_url: str, store: Store):
    store.queue([an_edition()], NOW)
    other = start(
        store_url, "with store.delivering(NOW):\n    claim(store)\n    print('claimed', flush=True)\n    time.sleep(60)"
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        with store.delivering(NOW) as doubtful:
            assert doubtful == ()
        with store.delivering(NOW + LEASE) as doubtful:
            assert [d.key for d in doubtful] == [KEY], "its lease is over"
    finally:
        other.kill()
        other.communicate()


def test_fault_3_news_of_a_dump_that_came_before_a_kill_is_found_by_the_next_pass(store_url: str, store: Store):
    run(store_url, 'ingest(store, [a_paper(id="p")])\nos.kill(os.getpid(), signal.SIGKILL)')
    assert [change.paper.id for change in store.changes_after(store.cursors(["ada"]).get("ada", 0))] == ["p"]


def test_fault_1_a_dump_that_is_known_by_its_bytes_is_known_again(store: Store):
    ingest(store, [a_paper()])
    with store.writing() as writer:
        assert writer.dump("d1") is not None


# ---------------------------------------------------------------- power


def test_fault_61_only_the_claim_waits_for_the_disk(store: Store):
    store.queue([an_edition()], NOW)
    asked: list[object] = []
    database = store._database
    assert database is not None
    on_file = database.kind == "sqlite"
    question = "PRAGMA synchronous" if on_file else "SHOW synchronous_commit"

    def given_back(raw: Any, _: object) -> None:  # an outcome is written past the library, which tells of no commit
        asked.append(raw.execute(question).fetchone()[0])
        raw.rollback()

    event.listen(database.engine, "commit", lambda c: asked.append(c.exec_driver_sql(question).scalar()))
    claim(store)
    event.listen(database.engine, "checkin", given_back)
    store.settle(KEY, 1, Settlement("sent"), NOW)
    assert asked == ([2, 1] if on_file else ["on", "off"])


# ---------------------------------------------------------------- two at once


def test_fault_63_two_processes_that_write_at_once_both_succeed(store_url: str, store: Store):
    script = """
for n in range(150):
    with store.writing() as writer:
        known = writer.known(["p"])["p"]
        time.sleep(0.0005)
        writer.save([replace(known, paper=replace(known.paper, upvotes=known.paper.upvotes + 1))], NOW)
"""
    ingest(store, [a_paper(id="p", upvotes=0)])
    running = [start(store_url, "from dataclasses import replace\n" + script) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0] * 3
    for process in running:
        process.communicate()
    assert store.papers(["p"])["p"].upvotes == 450, "none failed, none overwrote another"


def test_fault_25_two_processes_never_get_the_same_delivery(store_url: str, store: Store):
    keys = [f"folder:{n:03}" for n in range(400)]
    store.queue([an_edition(targets=keys)], NOW)
    script = """
while True:
    batch = store.claim(NOW, lease=LEASE, limit=7)
    for delivery in batch:
        print(delivery.target, flush=True)
        assert store.settle(delivery.key, delivery.token, Settlement("sent"), NOW)
    if not batch:
        break
"""
    running = [start(store_url, script) for _ in range(3)]
    claimed = Counter(line for process in running for line in process.communicate(timeout=60)[0].split())
    assert claimed == Counter(keys)
    assert [process.returncode for process in running] == [0] * 3
    assert store.status(NOW).deliveries["sent"] == 400


def test_fault_25_of_two_processes_with_one_edition_one_is_told_that_it_exists(store_url: str, store: Store):
    script = "print(store.queue([an_edition(str(os.getpid()))], NOW)[0], flush=True)"
    running = [start(store_url, script) for _ in range(4)]
    said = [process.communicate(timeout=60)[0].strip() for process in running]
    assert sorted(said) == ["exists", "exists", "exists", "queued"]
    shown = store.digest("ada", TODAY)
    assert shown is not None
    assert shown.picks[0].change.paper.title == str(running[said.index("queued")].pid)
    assert len(store.deliveries()) == 1


def test_fault_26_another_time_zone_does_not_give_a_second_edition_for_one_date(store: Store):
    assert store.queue([an_edition("Morning")], NOW) == ("queued",)
    assert store.queue([an_edition("Evening")], NOW + timedelta(hours=14)) == ("exists",)


def test_fault_28_threads_share_one_store_without_getting_in_each_others_way(store_url: str):
    with Store.open(store_url, now=NOW) as shared, ThreadPoolExecutor(16) as pool:
        shared.queue([an_edition(targets=[f"folder:{n}" for n in range(320)])], NOW)

        def work(_: int) -> int:
            batch = shared.claim(NOW, lease=LEASE, limit=20)
            shared.status(NOW)
            return sum(shared.settle(d.key, d.token, Settlement("sent"), NOW) for d in batch)

        assert sum(pool.map(work, range(16))) == 320


def test_correcting_a_day_in_the_past_is_one_transaction_with_the_dump_that_shows_it(store: Store):
    ingest(store, [a_paper(id="p")], a_dump("d1", dated_by="guess"))

    def broken() -> None:
        with store.writing() as writer:
            writer.set_day("d1", date(2024, 1, 1), "corrected")
            writer.save([a_known(a_paper(id="p", upvotes=5))], NOW)
            writer.add_changes([Change(a_paper("Nobody"), "new")], NOW)

    with pytest.raises(KeyError):
        broken()
    assert store.paper_history("p")[0][0].dated_by == "guess"
