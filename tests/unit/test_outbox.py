"""The outbox over the real store: who is sent what, when again, and what is said about it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from digest import outbox
from digest.errors import Deferred, DeliveryError, Paused, Rejected, StoreError, TemplateFault, Unconfirmed
from digest.model import Delivery, Message, Receipt, Target
from digest.outbox import Policy, Watch
from digest.outbox.deciding import settlement
from digest.store import QueuedEdition, Store
from tests.builders import a_digest

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class Mailbox:
    """A channel that does what it is told, in order, and then accepts; it remembers what it accepted."""

    def __init__(self, *outcomes: DeliveryError | Exception | None, width: int = 1) -> None:
        self.outcomes = list(outcomes)
        self.accepted: list[str] = []
        self.tried: list[str] = []
        self.progress: list[tuple[str, ...]] = []
        self.width = width

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        self.tried.append(message.key)
        self.progress.append(progress)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        self.accepted.append(message.key)
        return Receipt((f"<{message.key}>",), "250 ok")

    def check(self) -> str:
        return "fine"

    def close(self) -> None:
        pass


class AskedMailbox(Mailbox):
    """One whose server can be asked what it has."""

    there: Receipt | None = None
    asked = 0

    def confirm(self, message: Message, *, progress: tuple[str, ...] = ()) -> Receipt | None:
        self.asked += 1
        return self.there


def render(delivery: Delivery) -> Message:
    return Message(delivery.key, delivery.profile, delivery.date, delivery.target, "Subject")


class Bench:
    """A store in memory, a clock, channels, and one way to let the outbox work."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.rng = store, Clock(), random.Random(7)
        self.email, self.slack = Mailbox(), AskedMailbox()
        self.policy = Policy()
        self.watch = Watch()
        self.stop = threading.Event()
        self.render: Callable[[Delivery], Message] = render
        self.failures: list[tuple[str, str]] = []

    def queue(self, *targets: str, profile: str = "ada", day: date = TODAY) -> None:
        to = tuple(Target(*target.split(":", 1)) for target in targets or ("email:ada@example.org",))
        self.store.queue([QueuedEdition(a_digest(profile=profile, day=day), to, 0)], self.clock())

    def queue_many(self, count: int, channel: str = "email") -> None:
        for number in range(count):
            self.queue(f"{channel}:p{number:03}@example.org", profile=f"p{number:03}")

    def deliver(self) -> dict[str, int]:
        """One pass; only the counts that are not 0."""
        done = outbox.deliver(
            self.store,
            {"email": self.email, "slack": self.slack},
            lambda delivery: self.render(delivery),
            self.clock,
            self.rng,
            watch=self.watch,
            stop=self.stop,
            policy=self.policy,
        )
        self.failures = [(failure.where, failure.why) for failure in done.failures]
        return {what: count for what, count in done.counts.items() if count}

    def state(self, key: str = "ada/2026-11-21/email:ada@example.org") -> Delivery:
        delivery = self.store.delivery(key)
        assert delivery is not None
        return delivery


@pytest.fixture
def bench():
    with Store.open("sqlite://", now=NOW) as store:
        yield Bench(store)


def test_what_is_due_is_sent_once(bench):
    bench.queue()
    assert bench.deliver() == {"sent": 1}
    assert bench.deliver() == {}
    assert bench.email.accepted == ["ada/2026-11-21/email:ada@example.org"]
    assert bench.state().state == "sent"
    assert bench.state().remote_ids == ("<ada/2026-11-21/email:ada@example.org>",)
    assert bench.failures == []


def test_fault_30_a_busy_server_gets_the_mail_later_and_once(bench):
    bench.queue()
    bench.email.outcomes = [Deferred("451 busy")]
    assert bench.deliver() == {"deferred": 1}
    assert bench.failures == [("ada/2026-11-21/email:ada@example.org", "will be tried again: 451 busy")]
    assert bench.deliver() == {}, "not due yet"
    bench.clock.advance(minutes=5)
    assert bench.deliver() == {"sent": 1}
    assert len(bench.email.accepted) == 1


def test_the_wait_grows_and_is_spread_out():
    policy, rng = Policy(), random.Random(1)
    for attempts, longest in ((1, 300), (2, 600), (3, 1200), (20, 4 * 3600), (5000, 4 * 3600)):
        waits = [policy.wait(attempts, rng).total_seconds() for _ in range(300)]
        assert 1 <= min(waits) < longest / 10
        assert longest * 0.9 < max(waits) <= longest


def test_fault_50_what_the_server_names_is_kept_to_the_second_and_is_no_failed_attempt(bench):
    bench.queue("slack:C1")
    bench.queue("slack:C1", profile="bob")
    bench.queue("slack:C2", profile="eve")
    bench.slack.outcomes = [Deferred("ratelimited", retry_after=30, progress=("1.0",))]
    assert bench.deliver() == {"deferred": 1, "sent": 1}
    assert bench.slack.accepted == ["eve/2026-11-21/slack:C2"], "other targets go on, the same one waits"
    assert bench.state("ada/2026-11-21/slack:C1").attempts == 0
    bench.clock.advance(seconds=29)
    assert bench.deliver() == {}
    bench.clock.advance(seconds=1)
    assert bench.deliver() == {"sent": 2}
    assert ("1.0",) in bench.slack.progress, "it goes on where it stopped"


def test_fault_31_a_refused_address_is_dead_suppressed_and_named(bench):
    bench.queue()
    bench.email.outcomes = [Rejected("550 5.1.1 no such user", scope="address")]
    assert bench.deliver() == {"dead": 1}
    assert bench.failures == [("ada/2026-11-21/email:ada@example.org", "dead: 550 5.1.1 no such user")]
    assert bench.store.suppressed() == {"email:ada@example.org": "550 5.1.1 no such user"}

    bench.queue(day=date(2026, 11, 22))
    assert bench.deliver() == {"dead": 1}
    assert len(bench.email.tried) == 1, "the address is not tried again"

    assert outbox.resend(bench.store, "ada/2026-11-22/email:ada@example.org", bench.clock())
    assert bench.deliver() == {"sent": 1}
    assert not outbox.resend(bench.store, "nobody/2026-11-22/email:x", bench.clock())


def test_fault_32_three_refusals_of_what_we_are_pause_the_channel_but_suppress_nobody(bench):
    bench.queue_many(20)
    bench.email.outcomes = [Rejected("550 5.7.26 unauthenticated mail", scope="channel")] * 20
    assert bench.deliver() == {"dead": 3}
    assert "email" in bench.store.paused()
    assert bench.store.suppressed() == {}
    assert len(bench.store.deliveries("queued")) == 17


def test_fault_32_one_picky_receiver_does_not_stop_the_others(bench):
    bench.queue_many(20)
    bench.email.outcomes = [None, *[Rejected("550 5.7.1 no", scope="channel"), None, None] * 9]
    assert bench.deliver() == {"sent": 13, "dead": 7}
    assert bench.store.paused() == {}


def test_fault_39_a_refused_login_pauses_the_channel_at_once_with_one_failure(bench):
    bench.queue_many(200)
    bench.queue("slack:C1")
    bench.email.outcomes = [Paused("535 5.7.8 bad credentials")] * 300
    assert bench.deliver() == {"deferred": 1, "sent": 1}
    assert len(bench.email.tried) == 1, "no hammering"
    assert len(bench.failures) == 1
    assert bench.failures[0][0] == "email"
    assert "535 5.7.8 bad credentials" in bench.failures[0][1]
    bench.clock.advance(minutes=59)
    assert bench.deliver() == {}
    assert len(bench.email.tried) == 1
    assert len(bench.failures) == 1, "and it is still said"


def test_fault_39_a_paused_channel_is_tried_once_an_hour_and_comes_back_by_itself(bench):
    bench.queue_many(100)
    bench.email.outcomes = [Paused("535 no")] * 3
    for tries in (1, 2, 3):
        bench.deliver()
        bench.deliver()
        assert len(bench.email.tried) == tries
        assert bench.state("p000/2026-11-21/email:p000@example.org").attempts == 0, "no attempt of the message"
        bench.clock.advance(hours=1)
    assert bench.deliver() == {"sent": 100}
    assert bench.store.paused() == {}
    assert bench.failures == []


def test_fault_29_a_server_that_is_away_costs_one_attempt_not_one_per_message(bench):
    bench.queue_many(120)
    bench.email.outcomes = [Deferred("connection refused", scope="channel")]
    assert bench.deliver() == {"deferred": 1}
    assert len(bench.email.tried) == 1
    assert bench.deliver() == {"sent": 119}
    bench.clock.advance(minutes=5)
    assert bench.deliver() == {"sent": 1}


def test_fault_33_no_answer_is_unknown_and_sent_once_more(bench):
    bench.queue()
    bench.email.outcomes = [Unconfirmed("no answer")] * 2
    assert bench.deliver() == {"unknown": 1}
    assert bench.state().state == "unknown"
    assert bench.failures == [("ada/2026-11-21/email:ada@example.org", "unknown: no answer")]
    bench.clock.advance(minutes=5)
    assert bench.deliver() == {"dead": 1}, "a second silence is the end"
    assert "may have arrived" in bench.failures[0][1]
    bench.clock.advance(days=1)
    assert bench.deliver() == {}
    assert len(bench.email.tried) == 2


def test_fault_51_where_the_server_can_be_asked_nothing_is_sent_before_it_was(bench):
    bench.queue("slack:C1")
    bench.slack.outcomes = [Unconfirmed("timeout")]
    assert bench.deliver() == {"unknown": 1}
    assert bench.slack.asked == 0, "there was no doubt at first"
    bench.slack.there = Receipt(("1.0", "2.0"))
    bench.clock.advance(minutes=5)
    assert bench.deliver() == {"sent": 1}
    assert bench.slack.asked == 1
    assert bench.slack.progress[-1] == ("1.0", "2.0")


def test_fault_51_doubt_lasts_until_it_is_settled(bench):
    bench.queue("slack:C1")
    bench.slack.outcomes = [Unconfirmed("timeout"), Deferred("busy"), Unconfirmed("timeout")]
    for _ in range(3):
        bench.deliver()
        bench.clock.advance(hours=1)
    assert bench.deliver() == {"sent": 1}
    assert bench.slack.asked == 3


def test_fault_17_a_message_that_cannot_be_rendered_is_dead_and_the_others_go_on(bench):
    bench.queue_many(3)

    def poison(delivery: Delivery) -> Message:
        if delivery.profile == "p001":
            raise KeyError("secret-of-ours")
        return render(delivery)

    bench.render = poison
    assert bench.deliver() == {"sent": 2, "dead": 1}
    ((where, why),) = bench.failures
    assert where == "p001/2026-11-21/email:p001@example.org"
    assert "cannot be rendered: KeyError at test_outbox.py" in why
    assert "secret" not in why


def test_a_broken_template_keeps_the_messages_until_it_is_mended(bench):
    bench.queue()

    def broken(delivery: Delivery) -> Message:
        raise TemplateFault("mail.html:3", "unexpected end")

    bench.render = broken
    assert bench.deliver() == {"deferred": 1}
    bench.render = render
    bench.clock.advance(minutes=5)
    assert bench.deliver() == {"sent": 1}


def test_a_bug_in_a_channel_is_a_doubt_about_one_message(bench):
    bench.queue_many(3)
    bench.email.outcomes = [None, ZeroDivisionError("secret")]
    assert bench.deliver() == {"sent": 2, "unknown": 1}
    assert "ZeroDivisionError at test_outbox.py" in bench.failures[0][1]
    assert "secret" not in bench.failures[0][1]


def test_a_message_that_waited_for_days_is_dropped_with_notice(bench):
    bench.queue()
    bench.email.outcomes = [Deferred("451 busy")]
    bench.deliver()
    bench.clock.advance(days=3, minutes=1)
    assert bench.deliver() == {"dead": 1}
    assert "stale: it waited for 3 days. The last answer was: 451 busy" in bench.failures[0][1]
    assert len(bench.email.tried) == 1


def test_a_message_is_given_up_after_many_tries(bench):
    bench.policy = Policy(attempts=3)
    bench.queue()
    bench.email.outcomes = [Deferred("451 busy")] * 9
    results = []
    for _ in range(5):
        results.append(bench.deliver())
        bench.clock.advance(hours=2)
    assert results == [{"deferred": 1}, {"deferred": 1}, {"dead": 1}, {}, {}]


def test_a_channel_without_an_account_keeps_its_messages_and_is_named(bench):
    bench.queue("matrix:room", "email:ada@example.org")
    assert bench.deliver() == {"sent": 1}
    assert bench.failures == [("matrix", "messages wait for this channel, and the config has no account for it")]
    assert bench.state("ada/2026-11-21/matrix:room").state == "queued"
    assert bench.state("ada/2026-11-21/matrix:room").attempts == 0


def test_fault_68_a_stop_finishes_what_is_in_flight_and_gives_the_rest_back(bench):
    bench.queue_many(10)
    bench.watch = Watch(at=lambda step: bench.stop.set() if step == "rendered" else None)
    assert bench.deliver() == {"sent": 1}
    assert len(bench.store.deliveries("queued")) == 9
    assert bench.store.deliveries("sending") == []
    bench.stop.clear()
    bench.watch = Watch()
    assert bench.deliver() == {"sent": 9}


def test_fault_65_a_send_is_not_begun_with_a_lease_that_may_run_out(bench):
    bench.queue_many(3)
    bench.watch = Watch(event=lambda what, *_: bench.clock.advance(minutes=20))
    assert bench.deliver() == {"sent": 3}
    assert len(bench.email.tried) == 3
    assert sorted(delivery.token for delivery in bench.store.deliveries("sent")) == [1, 2, 3], "each claimed anew"
    assert bench.store.deliveries("unknown") == []


def test_fault_65_a_late_worker_may_still_say_that_it_sent(bench):
    bench.queue()
    (claimed,) = bench.store.claim(bench.clock(), lease=timedelta(minutes=1), limit=1)
    bench.clock.advance(minutes=2)
    assert [gone.key for gone in bench.store.expire(bench.clock())] == [claimed.key]
    assert bench.state().state == "unknown"
    done = settlement(claimed, Receipt(("<id>",)), bench.clock(), Policy(), can_ask=False)
    assert bench.store.settle(claimed.key, claimed.token, done, bench.clock())
    assert bench.deliver() == {}, "no second send"


def test_fault_60_what_a_dead_process_had_claimed_is_doubtful_counted_and_sent(bench):
    bench.queue_many(3)
    bench.store.claim(bench.clock(), lease=timedelta(minutes=30), limit=2)
    assert bench.deliver() == {"unknown": 2, "sent": 3}
    assert len(bench.failures) == 2
    assert bench.deliver() == {}


def test_fault_62_a_store_that_cannot_record_stops_the_sending(bench):
    bench.queue_many(5)

    def at(step: str) -> None:
        if step == "settled":
            raise StoreError("the disk is full")

    bench.watch = Watch(at=at)
    with pytest.raises(StoreError):
        bench.deliver()
    assert len(bench.email.tried) == 1
    assert len(bench.store.deliveries("queued")) == 4


def test_two_outboxes_at_once_send_nothing_twice(tmp_path):
    url = f"sqlite:///{tmp_path}/digest.db"
    with Store.open(url, now=NOW) as one, Store.open(url, now=NOW) as two:
        first, second = Bench(one), Bench(two)
        second.email = first.email = Mailbox()
        first.policy = second.policy = Policy(batch=3)
        first.queue_many(60)
        threads = [threading.Thread(target=bench.deliver) for bench in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(first.email.accepted) == sorted(set(first.email.accepted))
        assert len(first.email.accepted) == 60
        assert one.deliveries("unknown") == []


def test_a_channel_that_can_gets_several_at_once_but_first_one(bench):
    together, most = [0], [0]
    lock = threading.Lock()

    class Slow(Mailbox):
        def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
            with lock:
                together[0] += 1
                most[0] = max(most[0], together[0])
                if not self.accepted:
                    assert together[0] == 1
            threading.Event().wait(0.005)
            with lock:
                together[0] -= 1
                return super().send(message, sent_at=sent_at, progress=progress)

    bench.email = Slow(width=4)
    bench.queue_many(30)
    assert bench.deliver() == {"sent": 30}
    assert most[0] == 4
    assert len(set(bench.email.accepted)) == 30


# ---------------------------------------------------------------- a little patience


def patient(bench, waits: list[float]) -> dict[str, int]:
    """A pass that may wait: waiting moves the clock."""

    def wait(seconds: float) -> None:
        waits.append(seconds)
        bench.clock.advance(seconds=seconds)

    done = outbox.deliver(
        bench.store, {"email": bench.email, "slack": bench.slack}, render, bench.clock, bench.rng,
        stop=bench.stop, policy=bench.policy, wait=wait,
    )  # fmt: skip
    bench.failures = [(failure.where, failure.why) for failure in done.failures]
    return {what: count for what, count in done.counts.items() if count}


def test_fault_50_told_to_wait_half_a_minute_a_pass_waits_and_goes_on_where_it_was(bench):
    bench.queue("slack:C1234567")
    bench.slack.outcomes = [Deferred("ratelimited", retry_after=30, progress=("1.1",))]
    waits: list[float] = []
    assert patient(bench, waits) == {"sent": 1}
    assert waits == [30]
    assert bench.slack.progress == [(), ("1.1",)], "what was posted is not posted again"
    assert bench.failures == []


def test_a_pass_waits_for_a_minute_in_all_and_leaves_the_rest_to_the_next(bench):
    bench.queue("slack:C1234567")
    bench.slack.outcomes = [Deferred("ratelimited", retry_after=25) for _ in range(9)]
    waits: list[float] = []
    assert patient(bench, waits) == {"deferred": 1}
    assert sum(waits) <= 60
    assert len(bench.slack.tried) == 3
    assert len(bench.failures) == 1


def test_fault_50_others_are_sent_before_anybody_is_waited_for(bench):
    bench.queue("slack:C1234567", profile="ada")
    bench.queue("slack:C7654321", "email:bo@example.org", profile="bo")
    bench.slack.outcomes = [Deferred("ratelimited", retry_after=30)]
    sent_before_waiting: list[int] = []

    def wait(seconds: float) -> None:
        sent_before_waiting.append(len(bench.slack.accepted) + len(bench.email.accepted))
        bench.clock.advance(seconds=seconds)

    outbox.deliver(
        bench.store, {"email": bench.email, "slack": bench.slack}, render, bench.clock, bench.rng, wait=wait
    )  # fmt: skip
    assert sent_before_waiting == [2]
    assert len(bench.slack.accepted) == 2


def test_a_clock_that_stands_still_never_hangs_a_pass(bench):
    bench.queue("slack:C1234567")
    bench.slack.outcomes = [Deferred("ratelimited", retry_after=1)]
    waits: list[float] = []
    outbox.deliver(bench.store, {"slack": bench.slack}, render, bench.clock, bench.rng, wait=waits.append)
    assert sum(waits) <= 60


def test_an_hour_of_429_loses_nothing_and_delays_no_other_target(bench):
    bench.queue("slack:C1234567", profile="ada")
    bench.slack.outcomes = [Deferred("ratelimited", retry_after=40) for _ in range(900)]
    for minute in range(60):
        bench.queue("email:bo@example.org", profile="bo", day=TODAY + timedelta(days=minute))
        patient(bench, [])
        assert len(bench.email.accepted) == minute + 1, "at once"
        bench.clock.advance(minutes=1)
    bench.slack.outcomes.clear()
    bench.clock.advance(minutes=1)
    assert patient(bench, []) == {"sent": 1}
    assert len(bench.slack.accepted) == 1


def test_fault_30_a_relay_that_says_later_to_everybody_is_not_asked_ten_thousand_times(bench):
    bench.queue_many(200)
    bench.email.outcomes = [Deferred("451 busy") for _ in range(200)]
    done = bench.deliver()
    assert len(bench.email.tried) == bench.policy.laters
    assert done == {"deferred": bench.policy.laters}
    bench.email.outcomes.clear()
    bench.clock.advance(hours=5)
    assert bench.deliver() == {"sent": 200}, "and nothing is lost"


def test_now_and_then_a_later_does_not_make_a_channel_rest(bench):
    bench.queue_many(200)
    bench.email.outcomes = [Deferred("451 busy") if number % 3 else None for number in range(200)]
    bench.deliver()
    assert len(bench.email.tried) == 200
