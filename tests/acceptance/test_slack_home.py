"""The Home tab and its dialog: what one wants and saved, changed by its owner alone, with every fault at its field."""

from __future__ import annotations

from datetime import date

import pytest

from digest.model import Interest, Target
from digest.slack_app import editing
from tests.builders import a_profile
from tests.slackoffice import CHANNEL, an_office
from tests.stores import an_edition

LAB = f'deliver = ["slack:{CHANNEL}"]\n'
ADA = """\
# mine
title = "Ada’s <papers>"
schedule = "weekdays 08:30"
limit = 8  # enough
deliver = ["slack:U0000ADA"]

[[interests]]
name = "Ice"
keywords = [
    "ice",  # all of it
    "ocean",
]
like = ["arXiv:2310.02970"]
"""
KITES = "Kites at Night"


@pytest.fixture
def office(tmp_path):
    with an_office(tmp_path, texts={"lab": LAB, "ada": ADA, "cleo": 'deliver = ["slack:D0000CLEO"]\n'}) as office:
        yield office


def text_of_ada(tmp_path) -> str:
    return (tmp_path / "profiles" / "ada.toml").read_text()


def test_home_shows_the_profile_its_schedule_and_its_interests(office):
    said = office.home()
    assert "Ada’s <papers>" in said, "a heading is plain text"
    assert "It comes on weekdays at 08:30" in said
    assert "*Ice*\nkeywords: ice, ocean\nlikes: arXiv:2310.02970" in said
    assert "You saved nothing yet" in said


def test_home_works_without_a_profile(office):
    said = office.home("U0000BEN")
    assert "No digest comes to you" in said
    assert "Ask whoever runs the bot" in said
    office.hears(office.press(office.post(KITES), "save", "U0000BEN"))
    assert KITES in office.home("U0000BEN")


def test_what_was_saved_stands_there_and_can_be_removed(office):
    office.hears(office.press(office.post(KITES), "save"))
    office.hears(office.press(office.post("Ice and Oceans"), "more"))
    said = office.home()
    assert KITES in said
    assert "Ice and Oceans" not in said
    remove = office.home_button("home_forget")
    office.hears({**remove, "user": {"id": "U0000EVE"}})
    assert office.votes()["U0000ADA", KITES] == "save", "nobody removes what others saved"
    office.hears(office.home_button("home_forget"))
    assert ("U0000ADA", KITES) not in office.votes()
    assert KITES not in office.shown_home()


def test_home_tells_what_votes_taught(office):
    office.store.queue([an_edition("Ice and Oceans", KITES, profile="ada")], office.now)
    assert "Learned from votes" not in office.home()
    ids = {paper.title: paper.id for paper in office.store.find_papers(["Ice and Oceans", KITES]).values()}
    office.store.vote("ada", ids["Ice and Oceans"], "more", office.now)
    assert "*Learned from votes*\nmore like: Ice and Oceans" in office.home()
    office.store.vote("ada", ids[KITES], "less", office.now)
    assert f"less like: {KITES}" in office.home()


def test_a_pause_by_button_and_its_end(office):
    office.home()
    office.hears(office.home_button("home_pause"))
    assert office.store.rests()["ada"].until == date(2026, 12, 5)
    assert "paused until Saturday, 5 December 2026" in office.shown_home()
    office.hears(office.home_button("home_wake"))
    assert office.store.rests() == {}


def test_the_dialog_changes_what_was_changed_and_keeps_comments_and_order(office, tmp_path):
    view = office.form()
    answer = office.submits(view, limit="12", keywords_0="ice\nocean\nsea level, tides", name_new="Kites")
    assert answer == {}
    expected = ADA.replace("limit = 8 ", "limit = 12 ")
    assert text_of_ada(tmp_path).startswith(expected[: expected.index("keywords")])
    (profile,) = (one for one in office.desk.settings.profiles if one.name == "ada")
    assert profile.interests[0].keywords == ("ice", "ocean", "sea level", "tides")
    assert profile.interests[1] == Interest("Kites")
    assert "Saved. The next digest goes by it." in office.shown_home()


def test_a_form_that_is_sent_as_it_came_changes_nothing(office, tmp_path):
    office.submits(office.form())
    assert text_of_ada(tmp_path) == ADA


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("schedule", "whenever", '"whenever"'),
        ("limit", "a lot", "must be a whole number"),
        ("limit", "0", "must be at least 1"),
        ("limit", "5000", "must be at most 100"),
        ("name_new", "Ice", "is the name of an earlier interest too"),
        ("like_0", "zotero.bib", "zotero.bib"),
    ],
)
def test_every_fault_is_said_at_its_field_and_nothing_is_saved(office, tmp_path, field, value, said):
    answer = office.submits(office.form(), **{field: value})
    assert answer["response_action"] == "errors"
    assert said in answer["errors"][field.replace("_", ":")]
    assert text_of_ada(tmp_path) == ADA


def test_every_error_names_a_field_of_the_form():
    profile = a_profile("ada", interests=tuple(Interest(f"I{n}") for n in range(20)))
    shown = {block["block_id"] for block in editing.form(profile, "e")["blocks"]}
    places = ["schedule", "limit", "name", "interests[0].weight", "interests[3].like[2]", "interests[15].keywords[0]"]
    places += ["interests[20].name", "interests[20].keywords[1]", "deliver[0]", "", "interests"]
    for place in places:
        fault = editing.Fault(f"profiles/ada.toml:3: {place}", "is wrong", "so")
        assert set(editing.errors([fault], 20)) <= shown, place


def test_what_changed_meanwhile_is_not_overwritten(office, tmp_path):
    view = office.form()
    (tmp_path / "profiles" / "ada.toml").write_text(ADA.replace("limit = 8", "limit = 9"))
    assert office.submits(view, limit="12") == {}
    assert "limit = 9" in text_of_ada(tmp_path)
    assert "Not saved: the profile ada was changed meanwhile" in office.shown_home()


def test_only_its_reader_edits_a_profile(office, tmp_path):
    view = office.form()
    assert office.submits(view, "U0000EVE", limit="99") == {}
    assert text_of_ada(tmp_path) == ADA
    assert "You have no digest of your own" in office.shown_home("U0000EVE")


def test_a_form_is_answered_before_slack_is_asked_anything(office):
    view = office.form()
    payload = office.submission(view, limit="12")
    office.desk.doors.clear()
    before = len(office.slack.calls)
    assert office.hears(payload, works=False).status_code == 200
    assert len(office.slack.calls) == before
    office.works()
    assert "Saved." in office.shown_home()


def test_fault_58_a_form_delivered_three_times_is_saved_once(office, tmp_path, monkeypatch):
    saved = []
    save = type(office.bot.profiles).save
    monkeypatch.setattr(type(office.bot.profiles), "save", lambda *args, **more: saved.append(1) or save(*args, **more))
    view = office.form()
    number = office.number
    for _ in range(3):
        office.number = number
        office.submits(view, limit="12")
    assert len(saved) == 1


def test_a_profile_with_much_in_it_stays_within_the_limits(tmp_path):
    many = tuple(
        Interest(f"Topic <!channel> {n} " * 5, keywords=tuple(f"word {n} {m}" for m in range(400)), about="a" * 5000)
        for n in range(60)
    )
    profile = a_profile("ada", deliver=(Target("slack", "U0000ADA"),), interests=many)
    lab = a_profile("lab", deliver=(Target("slack", CHANNEL),))
    with an_office(tmp_path, lab, profile) as office:
        for title in ("Steerable Networks", KITES):
            office.hears(office.press(office.post(title), "save"))
        said = office.home()
        assert "and 380 more" in said
        assert "<!channel>" not in said
        assert len(editing.form(profile, "e")["blocks"]) <= 100


def test_who_agrees_by_command_shares_what_fits_them(office, tmp_path):
    assert "may say now" in office.asks("share on")
    assert "share = true\n" in text_of_ada(tmp_path)
    assert "No digest of a team" in office.asks("share off")
    assert "share = false\n" in text_of_ada(tmp_path)
    assert "`/papers share …`" in office.asks("share maybe")
    assert "You have no digest" in office.asks("share on", user="U0000BEN")


def test_like_by_command_stands_among_the_likes_of_the_interest_that_fits(office, tmp_path):
    office.store.queue([an_edition("Ice and Oceans", profile="ada")], office.now)
    assert "more like" in office.asks("like Ice and Oceans")
    assert 'like = ["arXiv:2310.02970", "Ice and Oceans"]' in text_of_ada(tmp_path)
    office.asks("like Ice and Oceans")
    assert text_of_ada(tmp_path).count("Ice and Oceans") == 1
    assert office.votes("ada") == {}
