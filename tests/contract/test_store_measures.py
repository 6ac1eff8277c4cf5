"""What metrics are made of: sums that only grow, and measures that cost the same in any year."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import event

from digest.model import DumpReport, EditionReport, Failure, KeepSettings, RunReport, Settlement
from digest.store import Store
from digest.store.reports import LISTED
from tests.builders import NOW
from tests.stores import TODAY, an_edition, claim

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EDITION = EditionReport("ada", TODAY, 3, 9, "queued")


def test_sums_grow_with_every_pass_and_forget_none_that_became_one_row(store: Store):
    for hour in range(3):
        store.save_report(RunReport(NOW + hour * HOUR, NOW + hour * HOUR + timedelta(seconds=2)))
    assert len(store.reports()) == 1, "three quiet passes stand in one row"
    assert store.totals()["passes_ok"] == 3
    assert (store.totals().get("pass_le_1", 0), store.totals()["pass_le_5"]) == (0, 3)
    assert store.totals()["pass_seconds"] == 6
    store.save_report(
        RunReport(NOW, NOW, (DumpReport("s", "a", new=2, updated=1),), (EDITION,), {"sent": 4}, (Failure("x", "y"),))
    )
    store.prune(KeepSettings(reports=7), NOW + 365 * DAY)
    found = store.totals()
    assert (found["passes_ok"], found["passes_failed"]) == (3, 1)
    assert (found["papers_new"], found["papers_updated"], found["picks"]) == (2, 1, 3)
    assert (found["editions_queued"], found["outcome_sent"]) == (1, 4)


def test_an_edition_that_was_there_already_is_not_counted_again(store: Store):
    made = (EDITION, EditionReport("bob", TODAY, 3, 9, "exists"))
    store.add_to_report(RunReport(NOW, NOW, editions=made, deliveries={"sent": 1, "dead": 0}))
    assert store.totals() == {"editions_queued": 1, "picks": 3, "outcome_sent": 1}


def test_many_workers_may_count_at_once(store: Store):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.add_to_report(RunReport(NOW, NOW, deliveries={"sent": 5})), range(20)))
    assert store.totals() == {"picks": 0, "outcome_sent": 100}


def test_what_many_workers_do_in_a_pass_stands_in_its_one_report(store: Store):
    store.save_report(RunReport(NOW - DAY, NOW - DAY))
    store.add_to_report(RunReport(NOW, NOW))
    store.add_to_report(RunReport(NOW, NOW + HOUR, editions=(EDITION,), summaries={"asked": 2}))
    failed = Failure("bob/2026-11-21/slack:C1", "dead: channel_not_found")
    for deliveries in ({"sent": 2, "dead": 1}, {"sent": 3}):
        part = RunReport(NOW, NOW + DAY, deliveries=deliveries, failures=(failed,), warnings=(Failure("x", "odd"),))
        store.add_to_report(part)
    done, before = store.reports()
    assert (done.started_at, done.finished_at, before.started_at) == (NOW, NOW + DAY, NOW - DAY)
    assert (done.editions, done.deliveries, done.summaries) == ((EDITION,), {"sent": 5, "dead": 1}, {"asked": 2})
    assert (done.failures, done.warnings) == ((failed,), (Failure("x", "odd"),)), "the same is said once"
    store.add_to_report(RunReport(NOW + DAY, NOW + DAY, deliveries={"sent": 1}))
    assert store.reports()[0].deliveries == {"sent": 1}, "the next pass has its own"


def test_a_report_names_no_more_editions_than_a_person_reads(store: Store):
    for start in (0, 400):
        made = tuple(EditionReport(f"p{n}", TODAY, 1, 1, "queued") for n in range(start, start + 400))
        store.add_to_report(RunReport(NOW, NOW, editions=made))
    assert len(store.reports()[0].editions) == LISTED
    assert store.totals()["editions_queued"] == 800


def test_what_is_open_is_measured_by_channel_and_state(store: Store):
    for number in range(3):
        store.queue([an_edition("One", profile=f"p{number}")], NOW)
    first, second, _ = claim(store)
    store.settle(first.key, first.token, Settlement("dead", said="gone"), NOW)
    store.settle(second.key, second.token, Settlement("queued", due_at=NOW + HOUR, said="busy"), NOW)
    measured = store.measures(NOW + 2 * HOUR)
    channel = first.target.channel
    assert measured.open == {(channel, "queued"): 1, (channel, "sending"): 1, (channel, "dead"): 1}
    assert measured.oldest == {channel: NOW}


def test_waits_are_those_of_the_last_day_alone(store: Store):
    store.queue([an_edition("ada")], NOW)
    for one in claim(store):
        store.settle(one.key, one.token, Settlement("sent"), NOW + timedelta(seconds=90))
    ((_, sent),) = store.measures(NOW + HOUR).sent.items()
    assert (sent.count, round(sent.seconds, 3)) == (1, 90)
    assert dict(sent.within)[60] == 0
    assert dict(sent.within)[300] == 1
    assert store.measures(NOW + 2 * DAY).sent == {}


def test_measuring_reads_no_table_of_years_as_a_whole(store: Store):
    """Deliveries and editions grow with every day; only papers, a few ten thousand a year, are counted through."""
    store.queue([an_edition("ada")], NOW)
    asked: list[str] = []
    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", lambda *found: asked.append(found[2]))
    store.measures(NOW)
    from_deliveries = [one for one in asked if "FROM deliveries" in one]
    assert len(from_deliveries) == 6
    assert all("state = '" in one or "state IN ('" in one or "editions.day >=" in one for one in from_deliveries)
