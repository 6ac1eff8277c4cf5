"""What comes to the Slack app and is not what it should be; the numbers are FAULTS'."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.slack_app import http
from tests.slackoffice import SECRET, TOKENS, an_office

KITES = "Kites at Night"


@pytest.fixture
def office(tmp_path):
    with an_office(tmp_path) as office:
        yield office


def bare(office, content: str, **headers: str):
    return office.http.post(http.PATH, content=content, headers=headers).status_code


def test_fault_57_only_what_was_signed_within_five_minutes_is_heard(office):
    body = '{"type": "url_verification", "challenge": "c"}'
    kind = {"Content-Type": "application/json"}
    good = office.signed(body)
    assert office.http.post(http.PATH, content=body, headers={**good, **kind}).json() == {"challenge": "c"}
    edge = timedelta(seconds=300)
    assert bare(office, body, **office.signed(body, at=office.now - edge), **kind) == 200
    assert bare(office, body, **office.signed(body, at=office.now - edge - timedelta(seconds=1)), **kind) == 401
    assert bare(office, body, **office.signed(body, at=office.now + edge + timedelta(seconds=1)), **kind) == 401
    assert bare(office, body, **kind) == 401
    assert bare(office, body, **office.signed(body, secret="another"), **kind) == 401
    assert bare(office, body + " ", **good, **kind) == 401
    for name, value in [
        ("X-Slack-Request-Timestamp", "abc"),
        ("X-Slack-Request-Timestamp", ""),
        ("X-Slack-Request-Timestamp", "-1"),
        ("X-Slack-Request-Timestamp", "9" * 400),
        ("X-Slack-Signature", "v0=" + "0" * 64),
        ("X-Slack-Signature", ""),
    ]:
        assert bare(office, body, **{**good, name: value}, **kind) == 401, (name, value)


def test_fault_57_a_signature_outside_ascii_is_refused_and_breaks_nothing(office):
    headers = {**office.signed("{}"), "X-Slack-Signature": "v0=sché".encode("latin-1")}
    assert office.http.post(http.PATH, content="{}", headers=headers).status_code == 401
    assert not http.genuine(SECRET, "٣", "v0=", b"", office.now)
    assert not http.genuine(SECRET, "1", "v0=\udcff", b"", office.now)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "application/json"),
        ("[]", "application/json"),
        ("{", "application/json"),
        ('{"type": "event_callback"}', "application/json"),
        ('{"type": "event_callback", "event": 3}', "application/json"),
        ("payload=", "application/x-www-form-urlencoded"),
        ("payload=%7B", "application/x-www-form-urlencoded"),
        ("payload=3", "application/x-www-form-urlencoded"),
        ('payload={"type":"block_actions","actions":[]}', "application/x-www-form-urlencoded"),
        ("command=/other&text=x", "application/x-www-form-urlencoded"),
        ("\udcff", "text/plain"),
    ],
)
def test_what_is_signed_and_yet_malformed_is_refused_in_a_line(office, body, kind):
    content = body.encode("utf-8", "surrogateescape")
    answer = office.http.post(http.PATH, content=content, headers={**office.signed(content), "Content-Type": kind})
    assert answer.status_code in {400, 404}
    assert "Traceback" not in answer.text
    office.works()
    assert office.votes() == {}


def test_fault_58_one_press_delivered_three_times_is_one_vote_told_once(office):
    post = office.post(KITES)
    payload = office.press(post, "more")
    for retry in range(3):
        more = {"X-Slack-Retry-Num": str(retry)} if retry else {}
        assert office.hears(payload, **more).status_code == 200
    assert office.votes() == {("U0000ADA", KITES): "more"}
    assert len(office.slack.whispers) == 1
    assert sum(method == "chat.update" for method, _ in office.slack.calls) == 1


def test_fault_58_a_press_sent_again_after_its_undoing_does_not_vote_again(office):
    post = office.post(KITES)
    payload = office.press(post, "more")
    office.hears(payload)
    undo = office.slack.whispers[0]["blocks"][0]["accessory"]
    office.hears(office.action("undo", undo["value"]))
    office.hears(payload)
    assert office.votes() == {}


def test_fault_58_a_reaction_delivered_three_times_is_one_vote(office):
    payload = office.reaction("reaction_added", office.post(KITES), "+1")
    for _ in range(3):
        office.hears(payload)
    assert office.votes() == {("U0000ADA", KITES): "more"}
    assert len(office.slack.whispers) == 1


def test_a_button_that_is_forged_foreign_or_too_old_does_nothing_and_says_so(office):
    now, message = office.now, office.slack.shown(office.post(KITES))
    paper = office.store.find_papers([KITES])[KITES].id
    old = TOKENS.sign("press", "lab", "2026-08-01", paper, "more", at=now - timedelta(days=91))
    mail = TOKENS.sign("vote", "lab", "2026-11-21", paper, "more", at=now)
    odd = TOKENS.sign("press", "lab", "2026-11-21", paper, "burn", at=now)
    unknown = TOKENS.sign("press", "lab", "2026-11-21", "no-such-paper", "more", at=now)
    for value in ("", "forged", mail, old, odd, unknown, mail[:-1]):
        office.hears(office.action("vote_save", value, message=message))
    assert office.votes() == {}
    assert len(office.slack.whispers) == 7
    assert len({whisper["text"] for whisper in office.slack.whispers}) == 1, "one answer to all"
    office.hears(office.action("undo", TOKENS.sign("press", "lab", "2026-11-21", paper, "more", at=now)))
    assert office.votes() == {}


def test_the_answer_comes_before_the_work(office):
    assert office.hears(office.press(office.post(KITES), "more"), works=False).status_code == 200
    assert office.votes() == {}
    assert len(office.work) == 1
    office.works()
    assert office.votes() == {("U0000ADA", KITES): "more"}


def test_work_that_fails_is_logged_and_the_next_is_done(office, monkeypatch):
    post = office.post(KITES)
    office.work.append(lambda: None)
    payload = office.press(post, "more")
    del payload["channel"]
    office.hears(payload)
    office.hears(office.press(post, "less"))
    assert office.votes() == {("U0000ADA", KITES): "less"}
