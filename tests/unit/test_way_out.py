"""Nobody has to look for the way out, and no way out leads nowhere."""

from __future__ import annotations

import email
import re
from datetime import UTC, datetime
from email import policy

import pytest

from digest.links import Links, Tokens
from digest.model import Message, Target
from digest.render import Renderer
from digest.render.mime import mime
from tests.golden.digests import ADA, ORDINARY

EMAIL = Target("email", "ada@example.org")
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
TOKENS = Tokens(("a key of the tests",))
LINKS = Links("https://digest.example.org", TOKENS)


def parsed(message: Message) -> email.message.EmailMessage:
    """The mail as another library reads it."""
    return email.message_from_bytes(mime(message, sender="digest@example.org", sent_at=NOW), policy=policy.default)


@pytest.fixture
def mail():
    return Renderer(unsubscribe="leave+me@example.org").message(ORDINARY, ADA, EMAIL)


@pytest.fixture
def linked():
    return Renderer(links=LINKS, unsubscribe="leave+me@example.org").message(ORDINARY, ADA, EMAIL)


def test_the_header_the_page_and_the_text_name_the_same_way_out(mail):
    assert dict(mail.headers)["List-Unsubscribe"] == "<mailto:leave+me@example.org?subject=unsubscribe%20ada>"
    for part in (mail.html, mail.text):
        assert "leave+me@example.org" in part.replace("\n", " ")
        assert "unsubscribe ada" in " ".join(part.split())


def test_one_click_is_not_promised_where_no_page_answers_it(mail):
    assert "List-Unsubscribe-Post" not in dict(mail.headers)
    assert "https:" not in dict(mail.headers)["List-Unsubscribe"]
    assert "Unsubscribe:" not in mail.text


def test_with_pages_the_header_holds_one_signed_form_and_one_address_for_mails(linked):
    headers = parsed(linked)
    ways = re.findall(r"<([^<>]*)>", headers["List-Unsubscribe"])
    assert len(ways) == 2
    assert ways[1] == "mailto:leave+me@example.org?subject=unsubscribe%20ada"
    base, _, token = ways[0].rpartition("/")
    assert base == "https://digest.example.org/u"
    assert TOKENS.read("unsubscribe", token, NOW) == ("ada", "email:ada@example.org")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    raw = mime(linked, sender="digest@example.org", sent_at=NOW)
    assert f"<{ways[0]}>".encode() in raw, "as it is, neither folded nor encoded"


def test_with_pages_both_parts_link_to_the_edition_the_profile_and_out(linked):
    header = re.findall(r"<(https:[^<>]*)>", dict(linked.headers)["List-Unsubscribe"])
    for part in (linked.html, linked.text):
        urls = re.findall(r"https://digest\.example\.org/([a-z])/([\w.-]+)", part)
        read = {way: token for way, token in urls}
        assert TOKENS.read("edition", read["e"], NOW) == ("ada", ORDINARY.date.isoformat())
        assert TOKENS.read("profile", read["p"], NOW) == ("ada",)
        assert header == [f"https://digest.example.org/u/{read['u']}"]
        assert set(read) == {"e", "p", "u", "v"}, "nothing in a mail changes a profile by itself"
        assert "unsubscribe ada" not in " ".join(part.split()), "one way is enough where it is a link"


def test_one_click_is_promised_over_tls_alone():
    clear = Renderer(links=Links("http://127.0.0.1:8000", TOKENS)).message(ORDINARY, ADA, EMAIL)
    assert [name for name, _ in clear.headers] == ["List-Unsubscribe"]


def test_every_target_has_a_way_out_of_its_own():
    renderer = Renderer(links=LINKS)
    other = Target("email", "bo@example.org")
    ways = {dict(renderer.message(ORDINARY, ADA, target).headers)["List-Unsubscribe"] for target in (EMAIL, other)}
    assert len(ways) == 2


def test_a_repeat_of_a_mail_is_the_same_mail(linked):
    assert Renderer(links=LINKS, unsubscribe="leave+me@example.org").message(ORDINARY, ADA, EMAIL) == linked


def test_a_bot_without_mail_promises_no_mail_address():
    message = Renderer().message(ORDINARY, ADA, Target("folder", "ada"))
    assert message.headers == ()
    assert "unsubscribe" not in message.text


def test_slack_says_nothing_of_mail_and_hands_nobody_elses_links_round():
    renderer = Renderer(links=LINKS, unsubscribe="leave@example.org")
    posts = renderer.message(ORDINARY, ADA, Target("slack", "C1234567")).posts
    assert "leave@example.org" not in str(posts)
    assert "/u/" not in str(posts)
