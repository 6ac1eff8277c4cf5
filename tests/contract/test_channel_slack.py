"""The Slack channel against a Web API server on loopback; the numbers are FAULTS'."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.channels.slack import SlackChannel
from digest.channels.slack_errors import TARGET, TOO_MUCH, WORKSPACE, retry_after
from digest.errors import Deferred, DeliveryError, Paused, Rejected, Unconfirmed
from digest.model import Message, Post, SlackSettings, Target
from tests import slackd
from tests.slackd import SlackServer

SENT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
KEY = "ada/2026-11-21/slack:C0123456789"


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def a_message(posts: int = 3, **fields: object) -> Message:
    message = Message(
        key=KEY,
        profile="ada",
        date=date(2026, 11, 21),
        target=Target("slack", "C0123456789"),
        subject="3 new papers",
        posts=tuple(Post(f"post {number}", (section(f"*post {number}*"),)) for number in range(posts)),
    )
    return replace(message, **fields)  # type: ignore[arg-type]


@pytest.fixture
def slack():
    with SlackServer() as server:
        yield server


@pytest.fixture
def channel(slack):
    channel = SlackChannel(slack.settings())
    yield channel
    channel.close()


def send(channel: SlackChannel, message: Message | None = None, progress: tuple[str, ...] = ()) -> tuple[str, ...]:
    return channel.send(message or a_message(), sent_at=SENT, progress=progress).remote_ids


def refused(channel: SlackChannel, message: Message | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(channel, message)
    return caught.value


def test_a_digest_is_one_parent_and_its_thread_unfurling_nothing(slack, channel):
    ids = send(channel)
    assert ids == tuple(post["ts"] for post in slack.posts)
    parent, *replies = slack.posts
    assert "thread_ts" not in parent
    assert [reply["thread_ts"] for reply in replies] == [parent["ts"]] * 2
    for part, post in enumerate(slack.posts):
        assert post["unfurl_links"] is False
        assert post["unfurl_media"] is False
        assert post["text"] == f"post {part}"
        assert post["metadata"]["event_payload"] == {
            "delivery_id": KEY, "profile": "ada", "date": "2026-11-21", "part": part,
        }  # fmt: skip
    assert len({post["client_msg_id"] for post in slack.posts}) == 3


def test_a_repeat_goes_on_where_it_stopped(slack, channel):
    slack.script = [slackd.ok, slackd.ok, slackd.ratelimited("7")]
    error = refused(channel)
    assert isinstance(error, Deferred)
    assert error.retry_after == 7
    assert error.progress == tuple(post["ts"] for post in slack.posts)
    ids = send(channel, progress=error.progress)
    assert ids[:2] == error.progress
    assert slack.posts_of(KEY) == [0, 1, 2]
    assert send(channel, progress=ids) == ids
    assert len(slack.posts) == 3, "nothing is left to post"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("0", 1), (None, 30), ("3600", 3600), ("soon", 30), ("1.5", 30), ("-5", 30), ("٣", 30)],
)
def test_fault_50_retry_after_is_kept_to_the_letter_without_sleeping(slack, channel, header, seconds):
    slack.script = [slackd.ratelimited(header if header is None or header.isascii() else "x")]
    error = refused(channel)
    assert isinstance(error, Deferred)
    assert error.retry_after == seconds
    assert error.scope == "message"
    assert len(slack.calls) == 1, "the SDK does not try again by itself"
    assert retry_after({"retry-after": [header]} if header else {}) == seconds


@pytest.mark.parametrize(
    "fault",
    [
        slackd.drop,
        slackd.drop_after_accept,
        slackd.html(503),
        slackd.html(500, accept=True),
        slackd.html(200, accept=True),
        *map(slackd.accept_but_say, ["fatal_error", "internal_error", "request_timeout", "service_unavailable"]),
    ],
)
def test_fault_51_an_answer_that_says_nothing_is_a_doubt_and_asking_settles_it(slack, channel, fault):
    slack.script = [slackd.ok, fault]
    error = refused(channel)
    assert isinstance(error, Unconfirmed)
    assert len(error.progress) == 1
    assert len(slack.calls) == 2, "it is not posted again before Slack was asked"
    found = channel.confirm(a_message(), progress=error.progress)
    assert found is not None
    assert send(channel, progress=found.remote_ids) == tuple(post["ts"] for post in slack.posts)
    assert slack.posts_of(KEY) == [0, 1, 2], "each part once"


def test_fault_51_a_read_timeout_is_a_doubt(slack):
    channel = SlackChannel(slack.settings(timeout=1))
    slack.script = [slackd.hang_after_accept]
    assert isinstance(refused(channel), Unconfirmed)
    found = channel.confirm(a_message())
    assert found is not None
    assert len(found.remote_ids) == 1
    slack.closing.set()


def test_fault_51_a_parent_is_found_by_its_mark_among_many_posts():
    with SlackServer(page=10) as slack:
        channel = SlackChannel(slack.settings())
        assert channel.confirm(a_message()) is None
        ids = send(channel)
        for number in range(35):
            send(channel, a_message(2, key=f"bob/{number}"))
        found = channel.confirm(a_message())
        assert found is not None
        assert found.remote_ids == ids
        assert channel.confirm(a_message(key="eve/2026-11-21/slack:C0123456789")) is None
        assert channel.confirm(a_message(), progress=ids[:1]).remote_ids == ids


def test_fault_51_while_slack_does_not_tell_nothing_is_posted(slack, channel):
    slack.scripted = {"conversations.history"}
    for act in (slackd.refuse("missing_scope", needed="channels:history"), slackd.ratelimited("9"), slackd.drop):
        slack.script = [act]
        with pytest.raises(Deferred) as caught:
            channel.confirm(a_message())
        if act is not slackd.drop:
            assert "channels:history" in str(caught.value) or caught.value.retry_after == 9
    slack.script = [slackd.accept_but_say("internal_error")]
    with pytest.raises(Deferred):
        channel.confirm(a_message())
    assert slack.posts == []


@pytest.mark.parametrize("code", sorted(TARGET))
def test_fault_52_a_target_that_refuses_is_given_up(slack, channel, code):
    slack.script = [slackd.refuse(code)]
    error = refused(channel)
    assert isinstance(error, Rejected)
    assert error.scope == "address"
    assert code in str(error)


@pytest.mark.parametrize("code", sorted(WORKSPACE))
def test_fault_53_a_workspace_that_refuses_pauses_the_channel(slack, channel, code):
    slack.script = [slackd.refuse(code)]
    assert isinstance(refused(channel), Paused)


@pytest.mark.parametrize("code", sorted(TOO_MUCH))
def test_fault_54_what_slack_cannot_show_is_sent_once_as_plain_text(slack, channel, code):
    slack.script = [slackd.refuse(code)]
    receipt = channel.send(a_message(1), sent_at=SENT)
    assert f"sent as plain text: {code}" in receipt.said
    assert "blocks" not in slack.posts[0]
    assert slack.posts_of(KEY) == [0]

    slack.script = [slackd.refuse(code), slackd.refuse(code)]
    error = refused(channel)
    assert isinstance(error, Rejected)
    assert error.scope == "message"
    assert len(slack.posts) == 1


def test_fault_54_plain_text_is_cut_to_what_a_post_takes(slack, channel):
    message = a_message(posts=0)
    long = Post("A title and more. " * 3000, tuple(section("x" * 3000) for _ in range(5)))
    receipt = channel.send(replace(message, posts=(long,)), sent_at=SENT)
    assert "msg_blocks_too_long" in receipt.said or "msg_too_long" in receipt.said
    assert len(slack.posts[0]["text"]) <= 3500


def test_an_unknown_error_waits_and_a_refused_mark_is_our_bug(slack, channel):
    slack.script = [slackd.refuse("something_new"), slackd.refuse("metadata_too_large")]
    assert isinstance(refused(channel), Deferred)
    assert isinstance(refused(channel), Rejected)


def test_fault_59_only_ids_are_sent_so_a_rename_changes_nothing(slack, channel):
    send(channel)
    assert {body["channel"] for method, body in slack.calls} == {"C0123456789"}
    error = refused(channel, a_message(target=Target("slack", "#papers")))
    assert isinstance(error, Rejected)
    assert error.scope == "address"


def test_a_server_that_is_away_took_nothing():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    channel = SlackChannel(SlackSettings("xoxb-x", base_url=f"http://127.0.0.1:{port}/api/", timeout=2))
    error = refused(channel)
    assert isinstance(error, Deferred)
    assert error.scope == "channel"


def test_fault_69_the_token_stands_in_no_error_and_no_log(slack, caplog):
    channel = SlackChannel(replace(slack.settings(), token="xoxb-planted-secret"))
    error = refused(channel)
    assert isinstance(error, Paused)
    slack.script = [slackd.drop, slackd.html(503)]
    errors = [error, refused(channel), refused(channel)]
    assert "planted" not in caplog.text + repr(errors) + repr(channel.__dict__.get("settings"))


def test_a_check_posts_nothing_and_says_who_we_are(slack, channel):
    assert channel.check() == "Slack knows us as digest in Example Lab"
    assert slack.posts == []
    slack.scripted = {"auth.test"}
    slack.script = [slackd.refuse("token_revoked"), slackd.drop]
    with pytest.raises(Paused):
        channel.check()
    with pytest.raises(Deferred):
        channel.check()
