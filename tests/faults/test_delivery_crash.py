"""Killed anywhere: nothing is lost, Slack gets nothing twice, and a mail comes twice only where the store says so.

FAULTS 60. A child process delivers to servers that live in this one, and is killed with SIGKILL.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest import outbox
from digest.channels.email import EmailChannel
from digest.channels.folder import FolderChannel
from digest.channels.slack import SlackChannel
from digest.model import Delivery, EmailSettings, Message, Post, SlackSettings, Target
from digest.outbox import Policy, Watch
from digest.store import QueuedEdition, Store, sqlite
from tests.builders import a_digest
from tests.slackd import SlackServer
from tests.smtpd import ScriptedServer

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
STEPS = ("expired", "claimed", "rendered", "sent-not-settled", "settled")
LOOPS = int(os.environ.get("CRASH_LOOPS", "50"))

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def render(delivery: Delivery) -> Message:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "text"}}
    posts = tuple(Post(f"{delivery.key} {part}", (block,)) for part in range(3))
    return Message(
        delivery.key, delivery.profile, delivery.date, delivery.target, "Subject", "<p>x</p>\n", "x\n", posts=posts
    )


class World:
    """A store on disk, servers that outlive the children, and a way to have a child deliver and be killed."""

    def __init__(self, place: Path, smtp: EmailSettings, slack: SlackSettings) -> None:
        self.url, self.folder, self.smtp, self.slack = f"sqlite:///{place}/digest.db", place / "folder", smtp, slack
        self.now = NOW

    def queue(self, profile: str, *targets: str) -> None:
        to = tuple(Target(*target.split(":", 1)) for target in targets)
        with Store.open(self.url, now=self.now) as store:
            store.queue([QueuedEdition(a_digest(profile=profile, day=date(2026, 11, 21)), to, 0)], self.now)

    def deliver(self, at: Callable[[str], None] = lambda step: None) -> dict[str, int]:
        channels = {
            "email": EmailChannel(self.smtp, connections=3, done_timeout=5),
            "slack": SlackChannel(self.slack),
            "folder": FolderChannel(self.folder, self.smtp.sender),
        }
        with Store.open(self.url, now=self.now) as store:
            done = outbox.deliver(
                store, channels, render, lambda: self.now, random.Random(1), watch=Watch(at=at), policy=Policy(batch=7)
            )
        for channel in channels.values():
            channel.close()
        return {what: count for what, count in done.counts.items() if count}

    def killed(self, at: Callable[[str], None], *, after: float | None = None) -> bool:
        """Have a child deliver; kill it *after* seconds unless it does so itself; say whether it was killed."""
        child = os.fork()
        if child == 0:
            try:
                self.deliver(at)
            finally:
                os._exit(0)
        if after is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)

    def states(self) -> Counter[str]:
        with Store.open(self.url, now=self.now) as store:
            return Counter(delivery.state for delivery in store.deliveries(limit=10_000))

    def doubted(self) -> set[str]:
        with Store.open(self.url, now=self.now) as store:
            return {delivery.key for delivery in store.deliveries(limit=10_000) if delivery.doubts}


@pytest.fixture
def servers():
    with ScriptedServer() as smtp, SlackServer() as slack:
        yield smtp, slack


@pytest.fixture
def world(tmp_path, servers):
    smtp, slack = servers
    return World(tmp_path, smtp.settings(), slack.settings())


def suicide(step: str, times: int) -> Callable[[str], None]:
    """A watch that kills its process when *step* comes for the nth time ("" is any step)."""
    seen = [0]

    def at(reached: str) -> None:
        seen[0] += step in ("", reached)
        if seen[0] == times and step in ("", reached):
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def battered(world: World, loops: int) -> tuple[int, int]:
    """Queue two of each kind and kill who delivers, *loops* times, then let it finish; return kills and editions."""
    dice, kills, queued = random.Random(60), 0, 0
    step = min(360.0, 180_000 / loops)  # all in two days: what waits for three is stale, and rightly dropped
    for loop in range(loops):
        for _ in range(2):
            world.queue(f"p{queued}", f"email:p{queued}@example.org", f"slack:C{queued}", f"folder:p{queued}")
            queued += 1
        if dice.random() < 0.5:
            kills += world.killed(suicide("", dice.randint(1, 30)))
        else:
            kills += world.killed(lambda step: None, after=dice.uniform(0.005, 0.15))
        world.now += timedelta(seconds=step if loop % 5 else 0)
    for _ in range(3):
        world.deliver()
        world.now += timedelta(hours=5)
    return kills, queued


@pytest.mark.parametrize("step", STEPS)
def test_fault_60_killed_at_each_step_and_run_again_all_is_there_once(world, servers, step):
    smtp, slack = servers
    for number in range(3):
        world.queue(f"p{number}", f"email:p{number}@example.org", f"slack:C{number}", f"folder:p{number}")
    assert world.killed(suicide(step, 1 if step in {"expired", "claimed"} else 5))
    world.deliver()
    world.now += timedelta(minutes=10)
    world.deliver()
    assert world.states() == {"sent": 9}
    for number in range(3):
        assert slack.posts_of(f"p{number}/2026-11-21/slack:C{number}") == [0, 1, 2]
        assert len(list((world.folder / f"p{number}").glob("2026-11-21.*"))) == 3
    arrived = Counter(mail.recipient for mail in smtp.mails)
    assert set(arrived) == {f"TO:<p{number}@example.org>" for number in range(3)}
    doubted = {key.rpartition(":")[2] for key in world.doubted()}
    assert {recipient[4:-1] for recipient, count in arrived.items() if count > 1} <= doubted


@pytest.mark.parametrize("step", ["claimed", "rendered", "sent-not-settled", "settled"])
def test_fault_60_a_kill_leaves_only_what_was_in_flight_in_doubt(world, servers, step):
    smtp, _ = servers
    for number in range(20):
        world.queue(f"p{number}", f"email:p{number}@example.org")
    assert world.killed(suicide(step, 1 if step == "claimed" else 6))
    world.deliver()
    assert world.states() == {"sent": 20}
    assert len(world.doubted()) <= 3, "three connections; the rest of the batch was only claimed"
    assert len(smtp.mails) <= 23


def test_fault_61_after_a_power_cut_whatever_was_claimed_is_in_doubt(world, monkeypatch):
    for number in range(5):
        world.queue(f"p{number}", f"email:p{number}@example.org")
    assert world.killed(suicide("rendered", 2))
    monkeypatch.setattr(sqlite, "BOOT", world.folder / "another boot")  # nobody can switch the machine off here
    world.deliver()
    assert len(world.doubted()) >= 4


def test_fault_65_while_two_send_nobodys_notes_are_taken_for_whole(world):
    for number in range(5):
        world.queue(f"p{number}", f"email:p{number}@example.org")

    def at(step: str) -> None:
        if step == "rendered":
            with Store.open(world.url, now=world.now) as other, other.delivering(world.now):
                os.kill(os.getpid(), signal.SIGKILL)

    assert world.killed(at)
    world.deliver()
    assert len(world.doubted()) == 5


def test_fault_60_killed_again_and_again_at_random_nothing_is_lost_and_nothing_doubles_unseen(world, servers):
    smtp, slack = servers
    kills, queued = battered(world, LOOPS)

    assert kills > LOOPS / 2
    assert world.states() == {"sent": 3 * queued}, "nothing is lost"
    for number in range(queued):
        assert slack.posts_of(f"p{number}/2026-11-21/slack:C{number}") == [0, 1, 2], "Slack has nothing twice"
        assert len(list((world.folder / f"p{number}").glob("2026-11-21.*"))) == 3
    arrived: dict[str, set[str]] = {}
    twice = set()
    for mail in smtp.mails:
        ids = arrived.setdefault(mail.recipient[4:-1], set())
        if ids:
            twice.add(mail.recipient[4:-1])
        ids.add(mail.message["Message-ID"])
    assert len(arrived) == queued
    assert all(len(ids) == 1 for ids in arrived.values()), "a second copy has the same Message-ID"
    assert twice <= {key.rpartition(":")[2] for key in world.doubted()}, "and the store said that it might come"
