"""The outbox's rows in every store: claimed once, settled once, nothing lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from digest.model import Delivery, Failure, RunReport, Settlement
from digest.store import Store
from tests.builders import NOW
from tests.stores import LEASE, an_edition, an_empty_edition, claim

KEY = "ada/2026-11-21/folder:ada"
MINUTE = timedelta(minutes=1)


def queued(store: Store, *targets: str) -> None:
    store.queue([an_edition(targets=targets or ("folder:ada",))], NOW)


def settle(store: Store, delivery: Delivery, state: str, *, after: timedelta = timedelta(), **fields: object) -> bool:
    return store.settle(delivery.key, delivery.token, Settlement(state, **fields), NOW + after)  # type: ignore[arg-type]


def only(found: list[Delivery]) -> Delivery:
    (delivery,) = found
    return delivery


# ---------------------------------------------------------------- claiming


def test_a_claimed_delivery_is_marked_before_anything_is_sent(store: Store):
    queued(store)
    delivery = only(claim(store))
    assert (delivery.state, delivery.attempts, delivery.token, delivery.leased_until) == ("sending", 1, 1, NOW + LEASE)
    assert store.delivery(KEY) == delivery


def test_nobody_else_gets_a_claimed_delivery(store: Store):
    queued(store)
    assert len(claim(store)) == 1
    assert claim(store) == []
    assert claim(store, after=timedelta(days=1)) == [], "not even when the lease is over: it may have been sent"


def test_what_is_due_longest_is_claimed_first_and_no_more_than_asked_for(store: Store):
    store.queue([an_edition(profile="late", targets=("folder:late",))], NOW + MINUTE)
    queued(store, "folder:a", "folder:b")
    first = claim(store, limit=2, after=MINUTE)
    assert [d.target.address for d in first] == ["a", "b"]
    assert [d.target.address for d in claim(store, after=MINUTE)] == ["late"]


def test_what_is_not_due_is_not_claimed(store: Store):
    queued(store)
    settle(store, only(claim(store)), "queued", due_at=NOW + MINUTE)
    assert claim(store) == []
    assert store.next_due() == NOW + MINUTE
    assert only(claim(store, after=MINUTE)).attempts == 2


def test_channels_and_targets_can_be_left_out(store: Store):
    queued(store, "slack:C1", "slack:C2", "email:ada@example.org")
    assert [str(d.target) for d in claim(store, skip=["slack:C1", "email"])] == ["slack:C2"]
    assert [str(d.target) for d in claim(store, skip=["slack"])] == ["email:ada@example.org"]


def test_an_empty_store_has_nothing_due(store: Store):
    assert (claim(store), store.next_due(), store.delivery(KEY), store.deliveries()) == ([], None, None, [])


# ---------------------------------------------------------------- settling


def test_what_was_sent_is_never_claimed_again(store: Store):
    queued(store)
    assert settle(store, only(claim(store)), "sent", remote_ids=("<id@host>",), said="250 ok")
    assert claim(store, after=timedelta(days=9)) == []
    sent = store.delivery(KEY)
    assert sent is not None
    assert (sent.state, sent.remote_ids, sent.error, sent.leased_until) == ("sent", ("<id@host>",), "", None)


def test_what_was_refused_for_good_keeps_the_servers_words(store: Store):
    queued(store)
    settle(store, only(claim(store)), "dead", said="550 5.1.1 no such user")
    assert only(store.deliveries("dead")).error == "550 5.1.1 no such user"
    assert claim(store, after=timedelta(days=9)) == []


def test_progress_is_kept_until_there_is_more(store: Store):
    queued(store)
    settle(store, only(claim(store)), "queued", due_at=NOW, remote_ids=("ts1", "ts2"), said="later")
    again = only(claim(store))
    assert (again.remote_ids, again.error) == (("ts1", "ts2"), "later")
    settle(store, again, "queued", due_at=NOW)
    assert only(claim(store)).remote_ids == ("ts1", "ts2")


def test_an_attempt_that_was_only_told_to_wait_does_not_count(store: Store):
    queued(store)
    settle(store, only(claim(store)), "queued", due_at=NOW, counts=False)
    assert only(claim(store)).attempts == 1


def test_a_delivery_is_settled_once(store: Store):
    queued(store)
    delivery = only(claim(store))
    assert settle(store, delivery, "sent")
    assert not settle(store, delivery, "dead", said="too late")
    assert not settle(store, delivery, "queued", due_at=NOW)
    assert not store.settle("nobody/2026-11-21/folder:x", 1, Settlement("sent"), NOW)
    assert only(store.deliveries("sent")).key == KEY


# ---------------------------------------------------------------- doubt


def test_a_lease_that_is_over_leaves_the_delivery_in_doubt_and_not_queued(store: Store):
    queued(store)
    claim(store)
    assert store.expire(NOW + LEASE - MINUTE) == []
    doubtful = only(store.expire(NOW + LEASE))
    assert (doubtful.state, doubtful.doubts, doubtful.due_at, doubtful.token) == ("unknown", 1, NOW + LEASE, 1)
    assert store.expire(NOW + LEASE) == []


def test_what_is_in_doubt_is_claimed_when_it_is_due_and_says_so(store: Store):
    queued(store)
    settle(store, only(claim(store)), "unknown", due_at=NOW + MINUTE, said="no answer")
    assert claim(store) == []
    again = only(claim(store, after=MINUTE))
    assert (again.state, again.doubts, again.attempts, again.error) == ("sending", 1, 2, "no answer")


def test_doubts_stay_when_a_later_attempt_was_refused_for_now(store: Store):
    queued(store)
    claim(store)
    store.expire(NOW + LEASE)
    settle(store, only(claim(store, after=LEASE)), "queued", due_at=NOW + LEASE)
    assert only(claim(store, after=LEASE)).doubts == 1


def test_when_nobody_is_sending_everything_that_is_marked_so_is_in_doubt_at_once(store: Store):
    queued(store, "folder:a", "folder:b")
    claim(store)
    with store.delivering(NOW) as doubtful:
        assert sorted(d.target.address for d in doubtful) == ["a", "b"]
    with store.delivering(NOW) as doubtful:
        assert doubtful == ()


def test_fault_65_a_late_worker_that_sent_after_its_lease_is_believed(store: Store):
    queued(store)
    late = only(claim(store))
    store.expire(NOW + LEASE)
    assert settle(store, late, "sent", after=LEASE, remote_ids=("m",))
    assert claim(store, after=timedelta(days=1)) == [], "no second send"


def test_fault_65_a_late_worker_does_not_overwrite_what_a_later_claim_found(store: Store):
    queued(store)
    late = only(claim(store))
    store.expire(NOW + LEASE)
    now_sending = only(claim(store, after=LEASE))
    for state in ("sent", "dead", "queued", "unknown"):
        assert not settle(store, late, state, after=LEASE)
    assert store.delivery(KEY) == now_sending
    assert settle(store, now_sending, "dead", said="gone")
    assert not settle(store, late, "queued", after=LEASE, due_at=NOW)
    assert only(store.deliveries("dead")).error == "gone"


def test_fault_65_sent_by_a_late_worker_counts_while_the_later_attempt_is_in_doubt_too(store: Store):
    queued(store)
    late = only(claim(store))
    store.expire(NOW + LEASE)
    settle(store, only(claim(store, after=LEASE)), "unknown", due_at=NOW + LEASE)
    assert not settle(store, late, "dead", after=LEASE)
    assert settle(store, late, "sent", after=LEASE)
    assert store.deliveries("unknown") == []


def test_fault_65_sent_by_a_late_worker_stops_another_try_that_waits(store: Store):
    queued(store)
    late = only(claim(store))
    store.expire(NOW + LEASE)
    settle(store, late, "queued", after=LEASE, due_at=NOW + LEASE)
    assert settle(store, late, "sent", after=LEASE)
    assert claim(store, after=timedelta(days=1)) == []


# ---------------------------------------------------------------- a person acts


@pytest.mark.parametrize("state", ["sent", "dead", "unknown", "queued"])
def test_any_delivery_that_is_not_being_sent_can_be_sent_again_as_if_never_tried(store: Store, state: str):
    queued(store)
    first = only(claim(store))
    settle(store, first, state, remote_ids=("old",), said="words", due_at=NOW + MINUTE)
    assert store.retry(KEY, NOW)
    assert not settle(store, first, "sent"), "the attempt before has no say in this"
    again = only(claim(store))
    assert (again.attempts, again.doubts, again.remote_ids, again.error) == (1, 0, (), "")


def test_what_is_being_sent_or_does_not_exist_cannot_be_sent_again(store: Store):
    queued(store)
    claim(store)
    assert not store.retry(KEY, NOW)
    assert not store.retry("nobody/2026-11-21/folder:x", NOW)


def test_a_pause_says_why_and_since_when_and_ends(store: Store):
    assert store.pause("slack", "invalid_auth", NOW)
    assert not store.pause("slack", "token_revoked", NOW + MINUTE)
    pause = store.paused()["slack"]
    assert (pause.channel, pause.why, pause.since) == ("slack", "token_revoked", NOW)
    assert store.resume("slack")
    assert not store.resume("slack")
    assert store.paused() == {}


def test_next_due_leaves_paused_channels_out(store: Store):
    queued(store, "slack:C1")
    store.pause("slack", "invalid_auth", NOW)
    assert store.next_due() is None
    store.resume("slack")
    assert store.next_due() == NOW


def test_suppressed_targets_are_listed_and_can_be_freed(store: Store):
    assert store.suppress("email:ada@example.org", "550 5.1.1", NOW)
    assert not store.suppress("email:ada@example.org", "550 5.1.1", NOW)
    assert store.suppressed() == {"email:ada@example.org": "550 5.1.1"}
    assert store.unsuppress("email:ada@example.org")
    assert not store.unsuppress("email:ada@example.org")
    assert store.suppressed() == {}


# ---------------------------------------------------------------- what the operator sees


def a_report(minutes: int, *failures: Failure) -> RunReport:
    start = NOW + timedelta(minutes=minutes)
    return RunReport(start, start + MINUTE, deliveries={"sent": minutes}, failures=failures)


def test_reports_come_back_newest_first(store: Store):
    for minutes in range(3):
        store.save_report(a_report(minutes))
    assert store.reports(2) == [a_report(2), a_report(1)]
    assert store.reports(2)[0].started_at.utcoffset() == timedelta()


def test_the_status_of_an_empty_store_is_all_zero(store: Store):
    status = store.status(NOW)
    assert set(status.deliveries.values()) == {0}
    assert (status.next_due, status.oldest_due, status.due, status.reports) == (None, None, 0, ())


def test_status_counts_each_state_and_names_what_is_stuck(store: Store):
    queued(store, *(f"folder:{n}" for n in range(6)))
    for state, delivery in zip(("sent", "sent", "dead", "unknown", "queued"), claim(store, limit=5), strict=True):
        settle(store, delivery, state, said=f"said {state}", due_at=NOW + MINUTE)
    claim(store)
    store.queue([an_edition(profile="bob", targets=("slack:C1",)), an_empty_edition("eve")], NOW)
    store.pause("slack", "invalid_auth", NOW)
    store.suppress("folder:2", "gone", NOW)
    store.save_report(a_report(1, Failure("x", "y")))
    status = store.status(NOW)

    assert status.deliveries == {"queued": 2, "sending": 1, "sent": 2, "dead": 1, "unknown": 1}
    assert (status.due, status.oldest_due, status.next_due) == (1, NOW, NOW + MINUTE)
    assert [d.error for d in (*status.dead, *status.unknown)] == ["said dead", "said unknown"]
    assert (set(status.paused), set(status.suppressed)) == ({"slack"}, {"folder:2"})
    assert status.reports == (a_report(1, Failure("x", "y")),)
    assert (status.counts["editions"], status.counts["profiles"], status.counts["deliveries"]) == (3, 3, 7)


# ---------------------------------------------------------------- rehearsals


def test_nothing_of_a_rehearsal_stays(store: Store):
    queued(store, "folder:a")
    with store.rehearsing() as rehearsal:
        rehearsal.queue([an_edition(profile="bob", targets=("folder:bob",))], NOW)
        assert len(claim(rehearsal)) == 2
        rehearsal.save_report(a_report(1))
        assert rehearsal.status(NOW).deliveries["sending"] == 2
    assert store.counts()["deliveries"] == 1
    assert only(claim(store)).token == 1
    assert store.reports() == []


def test_what_fails_in_a_rehearsal_is_undone_and_the_rest_goes_on(store: Store):
    with store.rehearsing() as rehearsal:
        rehearsal.suppress("folder:x", "before", NOW)
        with suppress(RuntimeError), rehearsal.writing() as writer:
            writer.remember_stamp("seeds", "a.txt", "s", "d", NOW)
            raise RuntimeError
        assert rehearsal.stamps("seeds") == {}
        assert rehearsal.suppressed() == {"folder:x": "before"}
