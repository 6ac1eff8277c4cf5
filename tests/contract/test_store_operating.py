"""What an operator relies on: health of sources, one row for an idle night, alerts, pruning, backups."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.model import (
    Digest,
    DumpReport,
    Failure,
    KeepSettings,
    Reject,
    RunReport,
    Settlement,
    Sighting,
    Target,
    Trouble,
)
from digest.store import Store
from tests.builders import NOW, a_paper
from tests.stores import a_dump, an_edition, an_empty_edition, claim, ingest, url

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPS = (Target("email", "ops@example.org"),)
TROUBLE = Trouble("channel:slack", "Slack is paused", NOW, "digest resume slack")
NOTICE = Digest("", date(2026, 11, 21), notes=("Slack is paused",))
CUT = (Failure("b.txt", "cut"),)


def a_run(at, **fields):
    return RunReport(at, at + timedelta(seconds=1), **fields)


def sent(store: Store, after: timedelta = timedelta()) -> None:
    for one in claim(store, after=after):
        store.settle(one.key, one.token, Settlement("sent"), NOW + after)


# ---------------------------------------------------------------- sources and passes


def test_a_source_is_known_by_its_last_success_and_since_when_it_fails(store: Store):
    store.note_sources({"seeds": "", "feed": "no answer"}, NOW)
    store.note_sources({"seeds": "", "feed": "timeout"}, NOW + HOUR)
    health = store.source_health()
    assert (health["seeds"].last_success, health["seeds"].failing_since) == (NOW + HOUR, None)
    feed = health["feed"]
    assert (feed.last_success, feed.failing_since, feed.failures, feed.why) == (None, NOW, 2, "timeout")
    store.note_sources({"feed": ""}, NOW + 2 * HOUR)
    feed = store.source_health()["feed"]
    assert (feed.last_success, feed.failing_since, feed.failures, feed.why) == (NOW + 2 * HOUR, None, 1, "")
    store.note_sources({"feed": ""}, NOW + 2 * HOUR)
    assert store.source_health()["feed"].failures == 0


def test_a_source_that_failed_for_a_week_is_steady_after_three_answers(store: Store):
    for hour in range(200):
        store.note_sources({"feed": "no answer"}, NOW + hour * HOUR)
    left = []
    for minute in range(4):
        store.note_sources({"feed": ""}, NOW + 200 * HOUR + timedelta(minutes=minute))
        left.append(store.source_health()["feed"].failures)
    assert left == [2, 1, 0, 0]


def test_an_idle_night_is_one_row_with_the_last_heartbeat(store: Store):
    store.save_report(a_run(NOW, ingest=(DumpReport("seeds", "a.txt", new=3),)))
    for minute in range(1, 100):
        store.save_report(a_run(NOW + timedelta(minutes=minute)))
    newest, first = store.reports()
    assert newest.quiet
    assert newest.started_at == NOW + timedelta(minutes=1)
    assert newest.finished_at == NOW + timedelta(minutes=99, seconds=1)
    assert first.ingest
    store.save_report(a_run(NOW + 2 * HOUR, deliveries={"sent": 1}))
    assert len(store.reports()) == 3


def test_a_failure_that_stays_is_one_row_and_a_new_one_another(store: Store):
    for minute in range(5):
        store.save_report(a_run(NOW + timedelta(minutes=minute), failures=CUT))
    store.save_report(a_run(NOW + HOUR, failures=(*CUT, Failure("c.txt", "cut"))))
    store.save_report(a_run(NOW + 2 * HOUR))
    assert [len(report.failures) for report in store.reports()] == [0, 2, 1]


def test_what_did_something_is_never_folded_away(store: Store):
    for minute in range(3):
        store.save_report(a_run(NOW + timedelta(minutes=minute), forced=True))
    assert len(store.reports()) == 3


def test_editions_without_papers_in_a_row_are_counted_once_a_day(store: Store):
    days = [date(2026, 11, day) for day in (18, 19, 20, 21)]
    for day in days[:2]:
        store.queue([an_empty_edition(day=day)], NOW)
        store.queue([an_empty_edition(day=day)], NOW)
    assert store.empty_runs(["ada", "bob"]) == {"ada": 2}
    noted = an_empty_edition(day=days[2])
    noted = replace(noted, digest=replace(noted.digest, notes=("Nothing new.",)))
    assert store.queue([noted], NOW) == ("queued",), "a note is sent"
    assert store.empty_runs(["ada"]) == {"ada": 3}
    store.queue([an_edition(day=days[3])], NOW)
    assert store.empty_runs(["ada"]) == {"ada": 0}


# ---------------------------------------------------------------- alerts and what is lost


def test_a_cause_is_told_once_and_its_notice_is_a_delivery_like_any_other(store: Store):
    assert store.tell([TROUBLE], [], NOTICE, OPS, NOW)
    assert not store.tell([TROUBLE], [], NOTICE, OPS, NOW), "another process told it"
    (one,) = claim(store)
    assert (one.profile, str(one.target)) == ("operator:1", "email:ops@example.org")
    assert store.digest(one.profile, one.date) == replace(NOTICE, profile="operator:1")
    assert store.told()["channel:slack"].what == "Slack is paused"
    assert store.tell([], ["channel:slack"], NOTICE, OPS, NOW + HOUR), "over, on the same day"
    assert not store.tell([], ["channel:slack"], NOTICE, OPS, NOW + HOUR)
    assert [one.profile for one in claim(store, after=HOUR)] == ["operator:2"]
    assert store.told() == {}


def test_a_message_is_lost_until_its_target_gets_a_later_one(store: Store):
    store.queue([an_edition(targets=("email:a@x.org",), day=date(2026, 11, 20))], NOW)
    (one,) = claim(store)
    store.settle(one.key, one.token, Settlement("dead", said="550"), NOW)
    assert [lost.key for lost in store.lost(NOW - DAY)] == [one.key]
    assert store.lost(NOW + HOUR) == [], "that was long ago"
    store.queue([an_edition(targets=("email:a@x.org",))], NOW)
    sent(store)
    assert store.lost(NOW - DAY) == []


def test_what_waits_is_told_by_channel(store: Store):
    store.queue([an_edition(targets=("email:a@x.org", "folder:ada"))], NOW)
    for one in claim(store):
        state = Settlement("queued", NOW + HOUR, said="451 busy") if one.target.channel == "email" else None
        store.settle(one.key, one.token, state or Settlement("sent"), NOW)
    waiting = store.waiting(NOW)
    assert set(waiting) == {"email"}
    assert (waiting["email"].count, waiting["email"].since, waiting["email"].error) == (1, NOW, "451 busy")


# ---------------------------------------------------------------- forgetting


@pytest.fixture
def old(store: Store) -> Store:
    """Two dumps that show the same two papers, an edition that was sent, one that is under way, a pass."""
    papers = [a_paper("One", id="a"), a_paper("Two", id="b")]
    ingest(store, papers, a_dump("d1", captured_on=date(2025, 1, 1)), rejects=[Reject("d1.txt:3", "cut")])
    with store.writing() as writer:
        writer.add_dump(a_dump("d2", captured_on=date(2025, 2, 1)), [("a", Sighting(papers[0], 0))], now=NOW)
    store.queue([an_edition("One")], NOW)
    sent(store)
    store.queue([an_edition("One", profile="bob")], NOW)
    store.save_report(a_run(NOW, forced=True))
    store.save_report(a_run(NOW + HOUR, forced=True))
    return store


def test_what_is_old_is_forgotten_but_nothing_that_prevents_a_repeat(old: Store):
    before = old.counts()
    assert old.prune(KeepSettings(), NOW + DAY) == dict.fromkeys(
        ("deliveries", "editions", "sightings", "rejects", "reports", "snapshots", "embeddings"), 0
    )
    gone = old.prune(KeepSettings(), NOW + 500 * DAY)
    assert gone == dict.fromkeys(("deliveries", "editions", "sightings", "rejects", "reports"), 1) | {
        "snapshots": 0, "embeddings": 0,
    }  # fmt: skip
    after = old.counts()
    kept = ("papers", "dumps", "changes", "profiles")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert old.digest("bob", date(2026, 11, 21)) is not None, "that is under way"
    assert len(old.known("a").seen) == 1, "the newest sighting, whose counts win"
    assert old.known("a").seen[0].dump_id == "d2"
    assert len(old.known("b").seen) == 1
    assert old.cursors(["ada"]) == {"ada": 1}
    assert old.first_seen("d1") == NOW, "the same bytes are still known"
    assert old.pruned_at() == NOW + 500 * DAY


def test_the_texts_of_a_paper_are_forgotten_with_the_last_edition_that_shows_them(store: Store):
    for day in (1, 2):
        store.queue([an_edition("One", day=date(2026, 11, day))], NOW)
        sent(store)
    store.queue([an_edition("One", "Two", profile="bob", day=date(2026, 11, 3))], NOW + 40 * DAY)
    keep = KeepSettings(editions=30, deliveries=30)
    gone = store.prune(keep, NOW + 31 * DAY)
    assert (gone["editions"], gone["snapshots"]) == (2, 0)
    sent(store, after=40 * DAY)
    assert (
        store.digest("bob", date(2026, 11, 3)) == an_edition("One", "Two", profile="bob", day=date(2026, 11, 3)).digest
    )
    assert store.prune(keep, NOW + 80 * DAY)["snapshots"] == 2


def test_a_rehearsed_pruning_counts_and_keeps_everything(old: Store):
    with old.rehearsing() as scratch:
        assert scratch.prune(KeepSettings(), NOW + 500 * DAY)["editions"] == 1
    assert old.pruned_at() is None
    assert old.digest("ada", date(2026, 11, 21)) is not None


def test_notices_are_forgotten_with_the_names_they_had(store: Store):
    store.tell([TROUBLE], [], NOTICE, OPS, NOW)
    sent(store)
    assert store.counts()["profiles"] == 1
    store.prune(KeepSettings(), NOW + 100 * DAY)
    assert store.counts()["profiles"] == 0
    store.tell([], ["channel:slack"], NOTICE, OPS, NOW + 100 * DAY)
    assert claim(store, after=100 * DAY)[0].profile == "operator:2", "a name is never used again"


# ---------------------------------------------------------------- backup and restore (FAULTS 67)


@pytest.fixture
def filed(tmp_path: Path):
    with Store.open(url(tmp_path), now=NOW) as store:
        ingest(store, [a_paper("One", id="a")])
        store.queue([an_edition("One", targets=("email:a@x.org", "slack:C0123456789", "folder:ada"))], NOW)
        store.save_report(a_run(NOW))
        yield store


def test_a_backup_is_whole_private_and_made_while_others_write(tmp_path: Path, filed: Store):
    copy = tmp_path / "copy.db"
    other = sqlite3.connect(tmp_path / "digest.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    filed.backup(copy, NOW + HOUR)
    other.close()
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM deliveries").fetchone() == (3,)
    assert filed.restored_at() is None, "the store itself is no backup"
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_backup_never_replaces_a_file(tmp_path: Path, filed: Store):
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    with pytest.raises(StoreError, match="file exists"):
        filed.backup(copy, NOW)
    assert copy.read_text() == "precious"
    with pytest.raises(StoreError, match="no such file"):
        filed.backup(tmp_path / "none" / "copy.db", NOW)


def restore(tmp_path: Path, copy: Path) -> Store:
    """As docs/operate.md says it."""
    for name in ("digest.db-wal", "digest.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(copy, tmp_path / "digest.db")
    return Store.open(url(tmp_path), now=NOW)


def test_fault_67_a_backup_that_was_put_back_knows_that_it_is_one(tmp_path: Path, filed: Store):
    filed.backup(tmp_path / "copy.db", NOW + HOUR)
    filed.close()
    with restore(tmp_path, tmp_path / "copy.db") as store:
        assert store.restored_at() == NOW + HOUR
        assert store.hold_if_restored() == NOW + HOUR
        store.save_report(a_run(NOW + DAY))
        assert store.hold_if_restored() == NOW + HOUR, "until a person said what shall happen"


def test_fault_67_a_plain_copy_of_yesterday_is_found_out_by_the_witness_beside_the_store(tmp_path: Path, filed: Store):
    filed.close()
    shutil.copy(tmp_path / "digest.db", tmp_path / "copy.db")
    with Store.open(url(tmp_path), now=NOW) as store:
        store.save_report(a_run(NOW + DAY))
        assert store.restored_at() is None
    with restore(tmp_path, tmp_path / "copy.db") as store:
        assert store.hold_if_restored() == NOW + timedelta(seconds=1)
        store.save_report(a_run(NOW + 2 * DAY))
        assert store.hold_if_restored() == NOW + timedelta(seconds=1)


def test_fault_67_what_a_power_cut_takes_is_no_restored_backup(tmp_path: Path, filed: Store):
    filed.close()
    shutil.copy(tmp_path / "digest.db", tmp_path / "copy.db")
    with Store.open(url(tmp_path), now=NOW) as store:
        store.save_report(a_run(NOW + timedelta(minutes=5)))
    with restore(tmp_path, tmp_path / "copy.db") as store:
        assert store.restored_at() is None


def test_fault_67_after_a_restore_what_may_be_out_is_given_up_asked_or_written_again(tmp_path: Path, filed: Store):
    filed.backup(tmp_path / "copy.db", NOW + HOUR)
    filed.close()
    with restore(tmp_path, tmp_path / "copy.db") as store:
        store.hold_if_restored()
        ingest(store, [a_paper("Two", id="b")], a_dump("d2"))
        served = {"ada": date(2026, 11, 22)}
        assert store.take_up(NOW + DAY, served=served, drop={"email"}, ask={"slack"}) == 1
        states = {one.target.channel: one for one in store.deliveries()}
        assert states["email"].state == "dead"
        assert "may have gone out" in states["email"].error
        assert (states["slack"].state, states["slack"].doubts) == ("unknown", 1)
        assert states["folder"].state == "queued"
        assert store.cursors(["ada"]) == {"ada": store.last_change()}, "papers of the lost day do not come again"
        assert store.last_edition_day(["ada"]) == served
        assert store.hold_if_restored() is None


def test_what_a_killed_backup_left_is_not_in_the_way_of_the_next(tmp_path: Path, filed: Store):
    copy = tmp_path / "copy.db"
    (tmp_path / ".copy.db.part").write_text("half of one")
    filed.backup(copy, NOW)
    with sqlite3.connect(copy) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
