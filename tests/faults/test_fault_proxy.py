"""A line that breaks, hangs or lies in front of real servers: nothing is lost, and nobody else waits for it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from digest import outbox
from digest.channels.email import EmailChannel
from digest.channels.folder import FolderChannel
from digest.channels.slack import SlackChannel
from digest.model import Delivery, Message, Post, SlackSettings, Target
from digest.store import QueuedEdition, Store
from tests.builders import a_digest
from tests.proxy import Fault, FaultProxy
from tests.slackd import SlackServer
from tests.smtpd import MailServer, settings

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
DAY = date(2026, 11, 21)
DOT = b"\r\n.\r\n"
MAILS = ("ada", "bo", "cy")
HTTP_503 = b"HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>"


def too_many(seconds: int) -> bytes:
    body = b'{"ok": false, "error": "ratelimited"}'
    head = f"HTTP/1.1 429 Slow\r\nRetry-After: {seconds}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def render(delivery: Delivery) -> Message:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "text"}}
    posts = tuple(Post(f"part {part}", (block,)) for part in range(2))
    return Message(
        delivery.key, delivery.profile, delivery.date, delivery.target, "Subject", "<p>x</p>\n", "x\n", posts=posts
    )


class World:
    """Three mails, two Slack channels and a folder, behind a proxy for mail and one for Slack."""

    def __init__(self, place, store: Store, mail: FaultProxy, slack: FaultProxy, token: str) -> None:
        self.store, self.now, self.folder = store, NOW, place / "folder"
        api = SlackSettings(token, base_url=f"http://127.0.0.1:{slack.port}/api/", timeout=1)
        self.channels = {
            "email": EmailChannel(settings(mail.port, timeout=1), done_timeout=1),
            "slack": SlackChannel(api, wait=lambda _: None),
            "folder": FolderChannel(self.folder, "d@example.org"),
        }

    def queue(self, profile: str, *targets: str, day: date = DAY) -> None:
        to = tuple(Target(*target.split(":", 1)) for target in targets)
        self.store.queue([QueuedEdition(a_digest(profile=profile, day=day), to, 0)], self.now)

    def deliver(self) -> dict[str, int]:
        done = outbox.deliver(self.store, self.channels, render, lambda: self.now, random.Random(1))
        return {what: count for what, count in done.counts.items() if count}

    def states(self) -> dict[str, str]:
        return {str(delivery.target): delivery.state for delivery in self.store.deliveries()}


@pytest.fixture
def servers() -> Iterator[tuple[MailServer, SlackServer, FaultProxy, FaultProxy]]:
    with MailServer() as mail, SlackServer() as slack, FaultProxy(mail.port) as one, FaultProxy(slack.port) as two:
        yield mail, slack, one, two


@pytest.fixture
def world(tmp_path, servers) -> Iterator[World]:
    _, slack, one, two = servers
    with Store.open(f"sqlite:///{tmp_path}/digest.db", now=NOW) as store:
        made = World(tmp_path, store, one, two, slack.token)
        for name in MAILS:
            made.queue(name, f"email:{name}@example.org")
        made.queue("dee", "slack:C1234567", "folder:dee")
        made.queue("eve", "slack:C7654321")
        yield made
        for channel in made.channels.values():
            channel.close()


MAIL_FAULTS = {
    "refused": Fault(),
    "dumb from the start": Fault(hang=True),
    "554 instead of a greeting": Fault(answer=b"554 5.3.2 not today\r\n"),
    "garbage instead of a greeting": Fault(answer=b"\x00\xff" * 50 + b"\r\n"),
    "an endless line": Fault(answer=b"2" * 5000),
    "421 at EHLO": Fault(on=b"ehlo", answer=b"421 4.3.2 closing\r\n"),
    "cut at EHLO": Fault(on=b"ehlo"),
    **{f"{code} at {at.decode()}": Fault(on=at, answer=b"%d 4.3.0 later\r\n" % code, goes_on=True)
       for code in (450, 451, 452) for at in (b"MAIL FROM", b"RCPT TO")},
    "421 at MAIL": Fault(on=b"MAIL FROM", answer=b"421 4.7.0 slow down\r\n"),
    "451 at DATA": Fault(on=b"DATA\r\n", answer=b"451 4.3.0 later\r\n"),
    "garbage at RCPT": Fault(on=b"RCPT TO", answer=b"??\x00\r\n"),
    "cut at MAIL": Fault(on=b"MAIL FROM"),
    "cut at RCPT": Fault(on=b"RCPT TO"),
    "cut at DATA": Fault(on=b"DATA\r\n"),
    "cut in the body": Fault(on=b"Subject:"),
    "hang at RCPT": Fault(on=b"RCPT TO", hang=True),
    "451 after the dot": Fault(on=DOT, answer=b"451 4.3.0 later\r\n"),
    "cut before the dot is taken": Fault(on=DOT),
    "cut after the dot": Fault(on=DOT, forward=True),
    "hang after the dot": Fault(on=DOT, forward=True, hang=True),
    "garbage after the dot": Fault(on=DOT, forward=True, answer=b"\x00\xff\xfe\r\n"),
}  # fmt: skip
SLACK_FAULTS = {
    "refused": Fault(),
    "cut before the request": Fault(on=b"POST"),
    "cut after it was taken": Fault(on=b"POST", forward=True),
    "hang": Fault(on=b"POST", hang=True),
    "hang after it was taken": Fault(on=b"POST", forward=True, hang=True),
    "503 in HTML": Fault(on=b"POST", answer=HTTP_503),
    "503 in HTML after it was taken": Fault(on=b"POST", forward=True, answer=HTTP_503),
    "garbage": Fault(on=b"POST", answer=b"\x00\xff\xfe\r\n\r\n"),
    "garbage after it was taken": Fault(on=b"POST", forward=True, answer=b"\x00\xff\xfe\r\n\r\n"),
    "429": Fault(on=b"POST", answer=too_many(30)),
}


@pytest.mark.parametrize("name", MAIL_FAULTS)
def test_fault_29_to_37_whatever_breaks_one_connection_each_mail_arrives(world, servers, name):
    mail, _, proxy, _ = servers
    proxy.faults = [MAIL_FAULTS[name]]
    world.deliver()
    others = {target: state for target, state in world.states().items() if not target.startswith("email:")}
    assert set(others.values()) == {"sent"}, "nobody else waits"

    world.now += timedelta(minutes=6)
    world.deliver()
    world.now += timedelta(hours=5)
    world.deliver()
    assert set(world.states().values()) == {"sent"}
    copies = Counter(mail.recipient for mail in mail.mails)
    assert set(copies) == {f"{name}@example.org" for name in MAILS}, "nothing is lost"
    doubted = {delivery.target.address for delivery in world.store.deliveries() if delivery.doubts}
    assert {recipient for recipient, count in copies.items() if count > 1} <= doubted
    assert sum(copies.values()) <= len(MAILS) + 1
    assert len({mail.message["Message-ID"] for mail in mail.mails}) == len(MAILS)


@pytest.mark.parametrize("name", MAIL_FAULTS)
def test_no_mail_is_delayed_by_more_than_one_attempt_by_what_befell_another(world, servers, name):
    _, _, proxy, _ = servers
    proxy.faults = [MAIL_FAULTS[name]]
    world.deliver()
    world.now += timedelta(minutes=6)
    world.deliver()
    late = [delivery for delivery in world.store.deliveries() if delivery.state != "sent"]
    assert len(late) <= 1, "at most the one that it befell"
    tried = sorted(
        delivery.attempts for delivery in world.store.deliveries("sent") if delivery.target.channel == "email"
    )
    assert sum(attempts > 1 for attempts in tried) <= 1


@pytest.mark.parametrize("name", SLACK_FAULTS)
def test_fault_50_51_whatever_breaks_one_call_slack_has_everything_once(world, servers, name):
    mail, slack, _, proxy = servers
    proxy.faults = [SLACK_FAULTS[name]]
    world.deliver()
    assert len(mail.mails) == len(MAILS)
    for minutes in (1, 6, 300):
        world.now += timedelta(minutes=minutes)
        world.deliver()
    assert set(world.states().values()) == {"sent"}
    for profile, channel in (("dee", "C1234567"), ("eve", "C7654321")):
        assert slack.posts_of(f"{profile}/{DAY}/slack:{channel}") == [0, 1]


def test_fault_50_an_hour_of_429_delays_nobody_else_and_loses_nothing(world, servers):
    mail, slack, _, proxy = servers
    proxy.always = Fault(on=b"POST", answer=too_many(45))
    for minute in range(60):
        world.queue("late", "email:late@example.org", "folder:late", day=DAY + timedelta(days=minute))
        world.deliver()
        assert len(mail.mails) == len(MAILS) + minute + 1, "at once"
        assert len(list((world.folder / "late").glob("*.eml"))) == minute + 1
        world.now += timedelta(minutes=1)
    assert slack.posts == []
    assert {d.attempts for d in world.store.deliveries("queued")} <= {0}, "being told to wait is no failed attempt"
    proxy.always = None
    world.deliver()
    assert set(world.states().values()) == {"sent"}


def test_fault_29_a_relay_that_is_away_for_an_hour_costs_one_try_a_pass_and_nothing_is_lost(world, servers):
    mail, _, proxy, _ = servers
    proxy.always = Fault()
    for _ in range(12):
        before = proxy.connections
        world.deliver()
        assert proxy.connections - before <= 1
        world.now += timedelta(minutes=5)
    proxy.always = None
    for _ in range(3):
        world.now += timedelta(hours=4)
        world.deliver()
    assert {mail.recipient for mail in mail.mails} == {f"{name}@example.org" for name in MAILS}
    assert set(world.states().values()) == {"sent"}
