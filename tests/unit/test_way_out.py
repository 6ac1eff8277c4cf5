"""Nobody has to look for the way out, and no way out leads nowhere."""

from __future__ import annotations

import pytest

from digest.model import Target
from digest.render import Renderer
from tests.golden.digests import ADA, ORDINARY

EMAIL = Target("email", "ada@example.org")


@pytest.fixture
def mail():
    return Renderer(sender="digest@example.org", unsubscribe="leave+me@example.org").message(ORDINARY, ADA, EMAIL)


def test_the_header_the_page_and_the_text_name_the_same_way_out(mail):
    assert dict(mail.headers)["List-Unsubscribe"] == "<mailto:leave+me@example.org?subject=unsubscribe%20ada>"
    for part in (mail.html, mail.text):
        assert "leave+me@example.org" in part.replace("\n", " ")
        assert "unsubscribe ada" in " ".join(part.split())


def test_one_click_is_not_promised_as_long_as_no_page_answers_it(mail):
    assert "List-Unsubscribe-Post" not in dict(mail.headers)
    with_site = Renderer(public_url="https://digest.example.org", unsubscribe="leave@example.org")
    headers = dict(with_site.message(ORDINARY, ADA, EMAIL).headers)
    assert "https:" not in headers["List-Unsubscribe"]
    assert "List-Unsubscribe-Post" not in headers


def test_a_bot_without_mail_promises_no_mail_address():
    message = Renderer().message(ORDINARY, ADA, Target("folder", "ada"))
    assert message.headers == ()
    assert "unsubscribe" not in message.text


def test_slack_says_nothing_of_mail(mail):
    posts = Renderer(unsubscribe="leave@example.org").message(ORDINARY, ADA, Target("slack", "C1234567")).posts
    assert "leave@example.org" not in str(posts)
