"""A digest of one's own, begun, left and taken up again in Slack."""

from __future__ import annotations

import pytest

from digest import pipeline
from tests.builders import NOW
from tests.slackoffice import CHANNEL, an_office

LAB = f'deliver = ["slack:{CHANNEL}"]\n'
BEN = "U0000BEN"


@pytest.fixture
def office(tmp_path):
    with an_office(tmp_path, texts={"lab": LAB}, subscribe=True) as office:
        yield office


def names(office) -> list[str]:
    return sorted(profile.name for profile in office.desk.settings.profiles)


def test_who_subscribes_gets_a_profile_in_the_store_and_its_first_digest_in_their_conversation(office):
    assert "Your digest begins" in office.asks("subscribe kites, sea ice; kites", user=BEN)
    assert names(office) == ["lab", "slack-u0000ben"]
    (profile,) = (one for one in office.desk.settings.profiles if one.name == "slack-u0000ben")
    assert [str(target) for target in profile.deliver] == ["slack:D0000BEN"]
    assert profile.interests[0].keywords == ("kites", "sea ice")
    assert office.bot.profiles.document(profile.name).stored
    assert "*kites*" in office.home(BEN)

    office.bot.store.rest_until("lab", NOW.date().replace(year=2027), NOW)
    pipeline.run_pass(office.bot)
    sent = [post for post in office.slack.posts if post["channel"] == "D0000BEN"]
    assert "Kites at Night" in sent[0]["text"]
    assert "lab" not in sent[0]["text"]


def test_who_has_one_gets_no_second_and_it_can_be_left_and_taken_up_again(office):
    office.asks("subscribe kites", user=BEN)
    assert "You have a digest already" in office.asks("subscribe ice", user=BEN)
    assert "You get no more" in office.asks("unsubscribe", user=BEN)
    assert office.store.unsubscribed() == {"slack-u0000ben": {"slack:D0000BEN"}}
    assert "Welcome back" in office.asks("subscribe", user=BEN)
    assert office.store.unsubscribed() == {}
    assert names(office) == ["lab", "slack-u0000ben"]


def test_nobody_leaves_a_channels_digest_for_the_others(office):
    assert "You have no digest of your own" in office.asks("unsubscribe", user=BEN)
    assert office.store.unsubscribed() == {}


@pytest.mark.parametrize("text", ["subscribe", "subscribe  ,; ,", "subscribe \u202e"])
def test_a_subscription_needs_words(office, text):
    assert "`/papers subscribe …`" in office.asks(text, user=BEN)
    assert names(office) == ["lab"]


def test_hostile_words_become_keywords_and_nothing_else(office):
    office.asks('subscribe "]\nlimit = 1\n[[x]] <!channel> *b*, ' + "y" * 3000, user=BEN)
    (profile,) = (one for one in office.desk.settings.profiles if one.name == "slack-u0000ben")
    assert profile.limit == 10
    assert profile.interests[0].keywords[0].startswith('"] limit = 1 [[x]]')
    assert "<!channel>" not in office.home(BEN)


def test_where_it_is_not_switched_on_nobody_subscribes(tmp_path):
    with an_office(tmp_path, texts={"lab": LAB}) as office:
        assert "Nobody starts a digest by themselves here" in office.asks("subscribe kites", user=BEN)
        assert names(office) == ["lab"]
        assert "subscribe" not in office.asks("help", user=BEN)


def test_fault_58_three_deliveries_are_one_subscription(office):
    payload = office.command("subscribe kites", user=BEN)
    for _ in range(3):
        office.hears(payload)
    assert names(office) == ["lab", "slack-u0000ben"]
    assert len(office.slack.answers) == 1
