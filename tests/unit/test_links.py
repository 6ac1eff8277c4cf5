"""Signed links: one purpose each, keys that rotate, no oracle."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.links import RULES, Links, Tokens, keys_in, path
from digest.model import Target

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
KEY, OLD = "a new key of the tests", "an old key of the tests"
TOKENS = Tokens((KEY,))
LINKS = Links("https://digest.example.org/", TOKENS)
ADA = Target("email", "ada@example.org")
ADAS = ("ada", "email:ada@example.org")


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_link_reads_back_as_what_it_was_made_for():
    url = LINKS.unsubscribe("ada", ADA, DAY)
    assert re.fullmatch(r"https://digest\.example\.org/u/[\w.-]+", url)
    assert len(url) < 200
    assert TOKENS.read("unsubscribe", token_of(url), NOW) == ADAS
    assert LINKS.unsubscribe("ada", ADA, DAY) == url, "a repeat of a mail is the same mail"


def test_every_purpose_has_an_address_of_its_own():
    urls = {
        "edition": LINKS.edition("ada", DAY),
        "vote": LINKS.vote("ada", DAY, "p1", "more"),
        "profile": LINKS.profile("ada", DAY),
        "tune": LINKS.tune("ada", NOW),
    }
    read = {purpose: TOKENS.read(purpose, token_of(url), NOW) for purpose, url in urls.items()}
    assert read == {
        "edition": ("ada", "2026-11-21"),
        "vote": ("ada", "2026-11-21", "p1", "more"),
        "profile": ("ada",),
        "tune": ("ada",),
    }
    for purpose, url in urls.items():
        assert url.startswith(f"https://digest.example.org{path(purpose)}")
    assert len({path(purpose) for purpose in RULES}) == len(RULES)


def test_fault_47_a_token_is_good_for_one_purpose_and_one_key():
    token = token_of(LINKS.profile("ada", DAY))
    assert TOKENS.read("tune", token, NOW) is None, "though it is about as much"
    assert Tokens(("some other key of ours",)).read("profile", token, NOW) is None
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert TOKENS.read("profile", changed, NOW) in {None, ("ada",)}  # the last letter has bits to spare


@given(st.text(max_size=300))
def test_fault_47_no_text_makes_reading_fail(text):
    assert TOKENS.read("unsubscribe", text, NOW) is None


@given(st.lists(st.text(st.characters(exclude_characters="\x1f"), max_size=40), min_size=2, max_size=2))
def test_whatever_a_name_holds_a_token_brings_it_back(subject):
    token = TOKENS.sign("unsubscribe", *subject, at=NOW)
    assert re.fullmatch(r"[\w.-]+", token, re.ASCII)
    assert TOKENS.read("unsubscribe", token, NOW) == tuple(subject)


@pytest.mark.parametrize("subject", [("ada",), ("ada", "email:a", "more"), ("ada\x1femail:eve", "email:a")])
def test_a_token_about_something_else_is_not_made(subject):
    with pytest.raises(ValueError, match="nothing to sign"):
        TOKENS.sign("unsubscribe", *subject, at=NOW)


def test_fault_47_old_keys_are_still_read_and_the_new_one_signs():
    old = Tokens((OLD,)).sign("unsubscribe", *ADAS, at=NOW)
    both = Tokens((KEY, OLD))
    assert both.read("unsubscribe", old, NOW) == ADAS
    assert TOKENS.read("unsubscribe", both.sign("unsubscribe", *ADAS, at=NOW), NOW) == ADAS
    assert TOKENS.read("unsubscribe", old, NOW) is None


def test_fault_47_an_unsubscription_never_expires_and_a_vote_does():
    later = NOW + timedelta(days=30 * 365)
    assert TOKENS.read("unsubscribe", token_of(LINKS.unsubscribe("ada", ADA, DAY)), later) is not None
    vote = token_of(LINKS.vote("ada", DAY, "p1", "more"))
    last = datetime.combine(DAY, time(), UTC) + timedelta(days=90)
    assert TOKENS.read("vote", vote, last) is not None
    assert TOKENS.read("vote", vote, last + timedelta(seconds=1)) is None


def test_a_link_to_the_archive_lasts_as_long_as_one_to_vote_and_an_edition_for_a_year():
    archive, edition = token_of(LINKS.profile("ada", DAY)), token_of(LINKS.edition("ada", DAY))
    last = datetime.combine(DAY, time(), UTC) + timedelta(days=90)
    assert TOKENS.read("profile", archive, last) is not None
    assert TOKENS.read("profile", archive, last + timedelta(seconds=1)) is None
    assert TOKENS.read("edition", edition, last + timedelta(days=310)) is not None


def test_a_link_to_change_a_profile_lasts_a_quarter_of_an_hour():
    token = token_of(LINKS.tune("ada", NOW))
    assert TOKENS.read("tune", token, NOW + timedelta(minutes=15)) == ("ada",)
    assert TOKENS.read("tune", token, NOW + timedelta(minutes=15, seconds=1)) is None


def test_a_token_from_far_ahead_is_none():
    assert TOKENS.read("profile", TOKENS.sign("profile", "ada", at=NOW + timedelta(days=3)), NOW) is None
    assert TOKENS.read("profile", TOKENS.sign("profile", "ada", at=NOW + timedelta(hours=14)), NOW) == ("ada",)


@pytest.mark.parametrize("address", ["", "digest.example.org", "javascript:alert(1)", "https://", "ftp://x.org"])
def test_there_are_no_links_without_a_public_address(address):
    with pytest.raises(ValueError, match="public_url"):
        Links(address, TOKENS)


@pytest.mark.parametrize("keys", [(), ("",), (KEY, "short")])
def test_a_weak_key_is_refused(keys):
    with pytest.raises(ValueError, match="key"):
        Tokens(keys)


def test_a_file_holds_one_key_a_line_the_newest_first():
    assert keys_in(f"{KEY}\n\n  {OLD}  \n") == (KEY, OLD)


def test_fault_69_a_key_is_in_no_repr():
    assert "key of the tests" not in repr(LINKS)
