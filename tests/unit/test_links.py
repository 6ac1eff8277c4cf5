"""Signed links: one purpose each, keys that rotate, no oracle."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.links import Links
from digest.model import Target

DAY = date(2026, 11, 21)
KEY, OLD = "a new key of the tests", "an old key of the tests"
LINKS = Links("https://digest.example.org/", [KEY])
ADA = Target("email", "ada@example.org")


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_link_reads_back_as_what_it_was_made_for():
    url = LINKS.unsubscribe("ada", ADA, DAY)
    assert re.fullmatch(r"https://digest\.example\.org/unsubscribe/[\w.-]+", url)
    assert len(url) < 200
    assert LINKS.read("unsubscribe", token_of(url), DAY) == {"profile": "ada", "target": "email:ada@example.org"}
    assert LINKS.unsubscribe("ada", ADA, DAY) == url, "a repeat of a mail is the same mail"


def test_fault_47_a_token_is_good_for_one_purpose_and_one_key():
    token = token_of(LINKS.unsubscribe("ada", ADA, DAY))
    assert LINKS.read("feedback", token, DAY) is None
    assert Links("https://x.org", ["some other key of ours"]).read("unsubscribe", token, DAY) is None
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        facts = LINKS.read("unsubscribe", changed, DAY)
        assert facts is None or facts["target"] == "email:ada@example.org"


@given(st.text(max_size=300))
def test_fault_47_no_text_makes_reading_fail(text):
    assert LINKS.read("unsubscribe", text, DAY) is None


def test_fault_47_old_keys_are_still_read_and_the_new_one_signs():
    old = token_of(Links("https://x.org", [OLD]).unsubscribe("ada", ADA, DAY))
    both = Links("https://x.org", [KEY, OLD])
    assert both.read("unsubscribe", old, DAY) is not None
    assert LINKS.read("unsubscribe", token_of(both.unsubscribe("ada", ADA, DAY)), DAY) is not None
    assert LINKS.read("unsubscribe", old, DAY) is None


def test_fault_47_an_unsubscription_never_expires_and_feedback_may():
    later = DAY + timedelta(days=10 * 365)
    assert LINKS.read("unsubscribe", token_of(LINKS.unsubscribe("ada", ADA, DAY)), later) is not None
    token = LINKS.token("feedback", DAY, profile="ada", paper="p1", vote="more")
    assert LINKS.read("feedback", token, DAY + timedelta(days=30), at_most=timedelta(days=30)) is not None
    assert LINKS.read("feedback", token, DAY + timedelta(days=31), at_most=timedelta(days=30)) is None


@pytest.mark.parametrize("address", ["", "digest.example.org", "javascript:alert(1)", "https://", "ftp://x.org"])
def test_there_are_no_links_without_a_public_address(address):
    with pytest.raises(ValueError, match="public_url"):
        Links(address, [KEY])


@pytest.mark.parametrize("keys", [[], [""], [KEY, "short"]])
def test_a_weak_key_is_refused(keys):
    with pytest.raises(ValueError, match="key"):
        Links("https://x.org", keys)


def test_fault_69_a_key_is_in_no_repr():
    assert "key of the tests" not in repr(LINKS)
