"""Votes in Slack: by button and by reaction, counted once, shown, told to the voter alone, taken back."""

from __future__ import annotations

import json

import pytest

from digest.errors import StoreError
from tests import slackd
from tests.slackd import fault_of
from tests.slackoffice import CHANNEL, TITLES, an_office

KITES, ICE = "Kites at Night", "Ice and Oceans"


@pytest.fixture
def office(tmp_path):
    with an_office(tmp_path) as office:
        yield office


@pytest.mark.parametrize(("opinion", "said"), [("more", "more like this"), ("less", "not for me"), ("save", "saved")])
def test_a_press_is_a_vote_that_the_message_shows_and_the_voter_is_told(office, opinion, said):
    post = office.post(KITES)
    assert office.hears(office.press(post, opinion)).status_code == 200
    assert office.votes() == {("U0000ADA", KITES): opinion}
    assert office.tally(post) == [f"1 {said}"]
    (whisper,) = office.slack.whispers
    assert (whisper["channel"], whisper["user"], whisper["thread_ts"]) == (
        CHANNEL,
        "U0000ADA",
        office.slack.posts[0]["ts"],
    )
    assert KITES in whisper["text"]


def test_every_member_has_one_vote_and_the_last_one_counts(office):
    post = office.post(KITES)
    for user, opinion in [("U0000ADA", "more"), ("U0000BEN", "more"), ("U0000ADA", "less"), ("U0000CLEO", "save")]:
        office.hears(office.press(post, opinion, user))
    assert office.votes() == {("U0000ADA", KITES): "less", ("U0000BEN", KITES): "more", ("U0000CLEO", KITES): "save"}
    assert office.tally(post) == ["1 more like this · 1 not for me · 1 saved"]


def test_a_vote_is_taken_back_by_the_button_beside_its_confirmation(office):
    post = office.post(KITES)
    office.hears(office.press(post, "more"))
    undo = office.slack.whispers[0]["blocks"][0]["accessory"]
    assert KITES in undo["accessibility_label"]
    for _ in range(2):
        office.hears(office.action(undo["action_id"], undo["value"]))
    assert office.votes() == {}
    assert office.tally(post) == []


def test_each_update_gives_the_buttons_an_id_that_the_message_never_had(office):
    post, seen = office.post(KITES), set()
    for user in ("U0000ADA", "U0000BEN", "U0000CLEO"):
        ids = {block["block_id"] for block in post["blocks"] if "block_id" in block}
        assert len(ids) >= 2
        assert not ids & seen
        seen |= ids
        office.hears(office.press(post, "more", user))


def test_an_update_keeps_the_paper_and_its_text(office):
    post = office.post(KITES)
    before = json.loads(json.dumps(post))
    office.hears(office.press(post, "save"))
    plain = [block for block in post["blocks"] if block["type"] in {"section", "context"}]
    assert [block.get("text") for block in plain][:1] == [before["blocks"][0]["text"]]
    assert (post["text"], post["metadata"]) == (before["text"], before["metadata"])
    assert fault_of(post) is None


def test_reactions_are_votes_and_taking_them_away_undoes_them(office):
    post = office.post(ICE)
    office.hears(office.reaction("reaction_added", post, "+1::skin-tone-4"))
    assert office.votes() == {("U0000ADA", ICE): "more"}
    assert office.tally(post) == ["1 more like this"]
    assert "Take the reaction away" in json.dumps(office.slack.whispers[0])
    office.hears(office.reaction("reaction_removed", post, "+1::skin-tone-4"))
    assert office.votes() == {}
    assert office.tally(post) == []


def test_a_reaction_that_goes_leaves_what_was_said_since(office):
    post = office.post(ICE)
    office.hears(office.reaction("reaction_added", post, "+1"))
    office.hears(office.press(post, "less"))
    office.hears(office.reaction("reaction_removed", post, "+1"))
    assert office.votes() == {("U0000ADA", ICE): "less"}

    office.hears(office.reaction("reaction_added", post, "bookmark"))
    office.slack.reactions[post["ts"]] = [{"name": "+1", "users": ["U0000ADA"], "count": 1}]
    office.hears(office.reaction("reaction_removed", post, "bookmark"))
    assert office.votes() == {("U0000ADA", ICE): "more"}, "the thumb is still there"


def test_other_reactions_and_reactions_to_other_things_say_nothing(office):
    parent, post = office.slack.posts[0], office.post(ICE)
    office.hears(office.reaction("reaction_added", post, "tada"))
    office.hears(office.reaction("reaction_added", parent, "+1"))
    gone = {**post, "ts": "1.0"}
    office.hears(office.reaction("reaction_added", gone, "+1"))
    office.hears(office.event("reaction_added", user="U0000ADA", reaction="+1", item={"type": "file", "file": "F1"}))
    assert office.votes() == {}


def test_the_emoji_are_the_operators_choice(tmp_path):
    with an_office(tmp_path, reactions=(("eyes", "save"),)) as office:
        post = office.post(ICE)
        office.hears(office.reaction("reaction_added", post, "+1"))
        office.hears(office.reaction("reaction_added", post, "eyes"))
        assert office.votes() == {("U0000ADA", ICE): "save"}


def test_in_a_short_digest_each_paper_has_buttons_and_a_tally_of_its_own(tmp_path):
    with an_office(tmp_path, titles=TITLES[:3]) as office:
        (parent,) = office.slack.posts
        buttons = [block for block in parent["blocks"] if block["type"] == "actions"]
        assert len(buttons) == 3
        for number, user in enumerate(("U0000ADA", "U0000BEN")):
            block = buttons[number]
            value = block["elements"][0]["value"]
            office.hears(office.action("vote_save", value, user, office.slack.shown(parent), block["block_id"]))
        assert office.votes() == {("U0000ADA", TITLES[0]): "save", ("U0000BEN", TITLES[1]): "save"}
        assert office.tally(parent) == ["1 saved", "1 saved"]
        places = [block["block_id"].partition(":")[0] for block in parent["blocks"] if "block_id" in block]
        assert places == ["context_actions", "actions", "tally"] * 2 + ["context_actions", "actions"]


def test_a_vote_that_comes_while_an_update_waits_is_shown_by_that_update(office):
    post = office.post(KITES)
    office.slack.scripted = {"chat.update"}
    office.slack.script = [slackd.ratelimited("7")]
    office.hears(office.press(post, "more"), works=False)
    wait = office.desk.web._wait

    def meanwhile(seconds: float) -> None:
        wait(seconds)
        office.store.vote(
            "lab", office.store.votes(["lab"])["lab"][0].paper, "less", office.now, person="slack:U0000BEN"
        )

    office.desk.web._wait = meanwhile
    office.works()
    assert office.waited == [7]
    assert office.tally(post) == ["1 more like this · 1 not for me"]


def test_a_vote_that_cannot_be_kept_is_said_to_its_voter_alone(office, monkeypatch):
    def refused(*_: object, **__: object) -> bool:
        raise StoreError("the store is busy")

    monkeypatch.setattr(office.store, "vote", refused)
    office.hears(office.press(office.post(KITES), "more"))
    (whisper,) = office.slack.whispers
    assert whisper["text"].startswith("That could not be done just now.")
    assert office.tally(office.post(KITES)) == []


def test_slack_that_goes_on_saying_later_or_refuses_costs_no_vote(office):
    post = office.post(KITES)
    office.slack.scripted = {"chat.update", "chat.postEphemeral"}
    office.slack.script = [slackd.ratelimited("3600")] * 8
    office.hears(office.press(post, "more"))
    assert set(office.waited) == {60}, "not for an hour"
    office.slack.script = [slackd.refuse("user_not_in_channel"), slackd.drop]
    office.hears(office.press(post, "more", "U0000BEN"))
    assert office.votes() == {("U0000ADA", KITES): "more", ("U0000BEN", KITES): "more"}


def test_buttons_have_labels_that_name_the_paper_and_values_within_the_limits(tmp_path):
    with an_office(tmp_path, titles=tuple(f"{n} {'a very long title ' * 12}" for n in range(4))) as office:
        for post in office.slack.posts[1:]:
            rated, kept = (
                block["elements"][0] for block in post["blocks"] if "elements" in block and block["type"] != "context"
            )
            for button in (rated["positive_button"], rated["negative_button"], kept):
                assert 0 < len(button["value"]) <= 2000
                assert 40 < len(button["accessibility_label"]) <= 75
                assert " a very long title" in button["accessibility_label"]


def test_a_workspace_without_the_feedback_element_gets_ordinary_buttons(tmp_path, monkeypatch):
    good = slackd._good_block
    monkeypatch.setattr(slackd, "_good_block", lambda block: block["type"] != "context_actions" and good(block))
    with an_office(tmp_path) as office:
        refused = [
            body for method, body in office.slack.calls if "context_actions" in json.dumps(body.get("blocks", []))
        ]
        assert len(refused) == 1, "the workspace is asked once"
        post = office.post(KITES)
        assert [block["type"] for block in post["blocks"]][-2:] == ["actions", "actions"]
        office.hears(office.press(post, "less"))
        assert office.votes() == {("U0000ADA", KITES): "less"}
