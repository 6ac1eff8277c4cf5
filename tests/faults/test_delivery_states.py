"""A state machine over outbox and store: whatever happens in whatever order, these things hold (FAULTS section 5)."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from digest import outbox
from digest.errors import Deferred, DeliveryError, Paused, Rejected, Unconfirmed
from digest.model import Delivery, Message, Receipt, Settlement, Target
from digest.store import QueuedEdition, Store
from tests.builders import a_digest

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
DAY = date(2026, 11, 21)
POSTS = 3

ACCEPTED = ("fine", "accepted, no answer", "accepted, our bug")
REFUSED: dict[str, DeliveryError] = {
    "lost, no answer": Unconfirmed("no answer"),
    "busy": Deferred("451 busy"),
    "wait": Deferred("ratelimited", retry_after=40),
    "away": Deferred("connection refused", scope="channel"),
    "no such address": Rejected("550 5.1.1", scope="address"),
    "bad message": Rejected("554 5.6.0", scope="message"),
    "policy": Rejected("550 5.7.1", scope="channel"),
    "login": Paused("535"),
}
FINAL = {"no such address", "bad message", "policy"}
outcomes = st.lists(st.sampled_from([*ACCEPTED, *REFUSED]), min_size=1, max_size=8)


class Mail:
    """A relay: what it accepted, however the answer went."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.accepted: Counter[str] = Counter()
        self.tried: list[str] = []
        self.refused: dict[str, str] = {}  # key: the last final refusal

    def next(self, key: str) -> str:
        self.tried.append(key)
        outcome = self.script.pop(0) if self.script else "fine"
        if outcome in FINAL:
            self.refused[key] = outcome
        return outcome

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        outcome = self.next(message.key)
        if outcome in REFUSED:
            raise REFUSED[outcome]
        self.accepted[message.key] += 1
        return self.answer(outcome, (f"<{message.key}>",))

    def answer(self, outcome: str, ids: tuple[str, ...]) -> Receipt:
        if outcome == "accepted, our bug":
            raise ZeroDivisionError
        if outcome == "accepted, no answer":
            raise Unconfirmed("no answer", progress=ids[:-1])
        return Receipt(ids)

    def check(self) -> str:
        return ""

    def close(self) -> None:
        pass


class Slack(Mail):
    """A workspace that can be asked; each post of a message meets its own outcome."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[str, list[int]] = defaultdict(list)

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        done = list(progress)
        for part in range(len(done), POSTS):
            outcome = self.next(message.key)
            if outcome in REFUSED:
                error = type(REFUSED[outcome])(*REFUSED[outcome].args)
                error.__dict__.update(REFUSED[outcome].__dict__)
                error.progress = tuple(done)
                raise error
            self.posts[message.key].append(part)
            done.append(f"{part}")
            self.answer(outcome, tuple(done))
        self.accepted[message.key] = 1
        return Receipt(tuple(done))

    def confirm(self, message: Message, *, progress: tuple[str, ...] = ()) -> Receipt | None:
        outcome = self.script[0] if self.script else "fine"
        if outcome in {"busy", "wait", "away", "login"}:
            raise REFUSED[self.script.pop(0)]
        posts = self.posts[message.key]
        return Receipt(tuple(map(str, range(len(set(posts)))))) if posts else None


def render(delivery: Delivery) -> Message:
    return Message(delivery.key, delivery.profile, delivery.date, delivery.target, "Subject")


class Delivering(RuleBasedStateMachine):
    """Editions are queued, channels misbehave, processes die, clocks run, people resume."""

    @initialize()
    def begin(self) -> None:
        self.store = Store.open("sqlite://", now=NOW)
        self.now, self.rng = NOW, random.Random(5)
        self.mail, self.slack = Mail(), Slack()
        self.keys: list[str] = []
        self.dead_workers: list[Delivery] = []

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.in_the_end_everything_is_sent_or_named()
            self.store.close()

    @rule(channels=st.lists(st.sampled_from(["email", "slack"]), min_size=1, max_size=4))
    def queue(self, channels: list[str]) -> None:
        for channel in channels:
            profile, whose = f"p{len(self.keys)}", len(self.keys) % 5
            target = Target(channel, f"{whose}@example.org" if channel == "email" else f"C{whose}")
            self.store.queue([QueuedEdition(a_digest(profile=profile, day=DAY), (target,), 0)], self.now)
            self.keys.append(f"{profile}/{DAY}/{target}")

    @precondition(lambda self: self.keys)
    @rule(mail=outcomes, slack=outcomes, minutes=st.sampled_from([0, 1, 6, 61, 500]))
    def deliver(self, mail: list[str], slack: list[str], minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        suppressed, tried = set(self.store.suppressed()), len(self.mail.tried)
        self.mail.script, self.slack.script = list(mail), list(slack)
        channels = {"email": self.mail, "slack": self.slack}
        done = outbox.deliver(self.store, channels, render, lambda: self.now, self.rng)
        attempted = {key.partition("/email:")[2] for key in self.mail.tried[tried:]}
        assert not attempted & {target.partition(":")[2] for target in suppressed}, "a suppressed address is left alone"
        assert self.store.deliveries("sending") == []
        assert len(done.failures) >= (done.counts["dead"] > 0) + (done.counts["unknown"] > 0)

    @precondition(lambda self: self.keys)
    @rule(sends=st.integers(0, 2), limit=st.integers(1, 4))
    def die(self, sends: int, limit: int) -> None:
        """A process claims, sends some of it, and is gone before it settles anything."""
        batch = self.store.claim(self.now, lease=timedelta(minutes=30), limit=limit)
        self.mail.script, self.slack.script = [], []
        for delivery in batch[:sends]:
            channel = self.mail if delivery.target.channel == "email" else self.slack
            progress = delivery.remote_ids
            if isinstance(channel, Slack) and delivery.doubts:
                found = channel.confirm(render(delivery))
                progress = found.remote_ids if found else ()
            channel.send(render(delivery), sent_at=self.now, progress=progress)
        self.dead_workers += batch

    @precondition(lambda self: self.dead_workers)
    @rule()
    def a_dead_worker_turns_out_to_be_alive_and_late(self) -> None:
        late = self.dead_workers.pop()
        if self.mail.accepted[late.key] + self.slack.accepted[late.key]:
            self.store.settle(late.key, late.token, Settlement("sent", remote_ids=("late",)), self.now)

    @precondition(lambda self: self.keys)
    @rule(whose=st.integers(0, 4))
    def a_reader_unsubscribes(self, whose: int) -> None:
        """Whatever was queued before: the row is looked at again when it is claimed (FAULTS 48)."""
        self.store.suppress(f"email:{whose}@example.org", "unsubscribed", self.now)

    @precondition(lambda self: self.keys)
    @rule(which=st.integers(0, 100))
    def an_edition_is_prepared_again(self, which: int) -> None:
        """There is one for each profile and date, and so one delivery for each target."""
        key = self.keys[which % len(self.keys)]
        profile, _, target = key.split("/", 2)
        edition = QueuedEdition(a_digest(profile=profile, day=DAY), (Target(*target.split(":", 1)),), 0)
        assert self.store.queue([edition], self.now) == ("exists",)

    @precondition(lambda self: self.dead_workers)
    @rule()
    def a_lease_runs_out(self) -> None:
        """A sweeper on another machine cannot know that the worker is dead before that."""
        self.now += timedelta(minutes=31)
        for delivery in self.store.expire(self.now):
            assert delivery.state == "unknown"
        assert self.store.deliveries("sending") == [], "nothing is being sent beyond its lease"

    @rule()
    def a_person_resumes(self) -> None:
        self.store.resume("email")
        self.store.resume("slack")

    @invariant()
    def nothing_comes_twice_unseen(self) -> None:
        if not hasattr(self, "store"):
            return
        for key in self.keys:
            delivery = self.store.delivery(key)
            assert delivery is not None
            assert self.slack.posts[key] == sorted(set(self.slack.posts[key])), "Slack has nothing twice"
            # a mail that went out in a process that is dead is doubted as soon as anybody looks
            unseen = delivery.state == "sending"
            assert self.mail.accepted[key] <= 1 + delivery.doubts + unseen, delivery
            if delivery.state == "sent":
                assert self.mail.accepted[key] + self.slack.accepted[key] >= 1, "sent means sent"

    def in_the_end_everything_is_sent_or_named(self) -> None:
        self.a_person_resumes()
        if not self.keys:
            return
        for _ in range(8):
            self.deliver([], [], 300)
        self.nothing_comes_twice_unseen()
        for key in self.keys:
            delivery = self.store.delivery(key)
            assert delivery is not None
            assert delivery.state in {"sent", "dead"}, delivery
            if delivery.state == "dead":
                assert delivery.error, "with the words"
                named = any(word in delivery.error for word in ("stale", "suppressed", "again"))
                assert named or key in {**self.mail.refused, **self.slack.refused}


TestDelivering = Delivering.TestCase
TestDelivering.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
