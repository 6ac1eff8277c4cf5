"""`/papers …` and links to papers: what each answers, to whom, and that nothing of a paper's text acts in Slack."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from digest.model import Target
from digest.slack_app.cards import arxiv_id
from tests.builders import a_paper, a_profile
from tests.slackoffice import CHANNEL, TITLES, an_office, texts_of
from tests.stores import a_dump, ingest

ADAS = "D0000ADA"
LAB = a_profile("lab", deliver=(Target("slack", CHANNEL),))
ADA = a_profile("ada", deliver=(Target("slack", "U0000ADA"),), title="Ada’s papers")


@pytest.fixture
def office(tmp_path):
    with an_office(tmp_path, LAB, ADA) as office:
        yield office


def test_today_shows_the_newest_digest_with_its_reasons(office):
    said = office.asks("today", user="U0000BEN")
    assert "lab, 21 November 2026: 4 papers" in said
    assert [title for title in TITLES if title in said] == list(TITLES)
    assert said.count("mentions “steerable”") == 4
    assert (
        office.asks("today", user="U0000ADA", channel="C0OTHER")
        == "No digest was sent yet. The next one comes on its schedule."
    )
    assert "No digest comes to you" in office.asks("today", user="U0000BEN", channel="C0OTHER")


def test_a_long_digest_is_shown_as_far_as_one_message_has_room(tmp_path):
    with an_office(tmp_path, titles=tuple(f"{n} {'深度 networks ' * 14}" for n in range(70))) as office:
        said = office.asks("today")
        assert "70 papers" in said
        assert said.count("深度 networks 深度") >= 10
        assert said.endswith("… and more, for which one message has no room.")


def test_search_finds_the_best_and_says_when_there_is_nothing(office):
    assert "Ice and Oceans" in office.asks("search oceans")
    assert office.asks("search zebra") == "No paper that was seen has all these words."
    assert "`/papers search …`" in office.asks("search")


def test_why_says_how_well_a_paper_fits_whom(office):
    said = office.asks("why Steerable Networks")
    assert re.search(r"Score [01]\.\d\d of 1 for Ada’s papers", said)
    assert "“Equivariance”" in said
    assert "your keyword “steerable”" in said
    assert "for lab" in office.asks("why steerable", user="U0000BEN"), "who has none asks for the channel"
    assert office.asks("why zebra") == "No paper that was seen has all these words."


def test_like_is_a_vote_in_ones_own_digest_else_in_the_channels(office):
    office.store.queue([], office.now)
    assert "more like" in office.asks("like Kites at Night", user="U0000BEN")
    assert office.votes() == {("U0000BEN", "Kites at Night"): "more"}


def test_pause_is_for_ones_own_digest_alone(office):
    assert "paused until Saturday, 5 December 2026" in office.asks("pause")
    assert office.store.rests()["ada"].until == date(2026, 12, 5)
    office.asks("pause 3 days")
    assert office.store.rests()["ada"].until == date(2026, 11, 24)
    office.asks("pause until 2026-12-24")
    assert office.store.rests()["ada"].until == date(2026, 12, 24)
    for nonsense in ("0", "999", "-3", "2026-11-21", "2025-01-01", "tomorrow", "2026-13-01", "٣"):
        assert "That is no day to come" in office.asks(f"pause {nonsense}")
    assert "comes again" in office.asks("pause off")
    assert "It was not paused" in office.asks("pause off")
    assert "You have no digest" in office.asks("pause", user="U0000BEN")
    assert "lab" not in office.store.rests()


def test_help_and_what_is_not_known(office):
    assert "`/papers today`" in office.asks("")
    assert "`/papers today`" in office.asks("help")
    assert office.asks("dance").startswith("I do not know “dance”.")


def test_fault_58_a_command_delivered_three_times_is_answered_once(office):
    payload = office.command("like Kites at Night", user="U0000BEN")
    for _ in range(3):
        office.hears(payload)
    assert len(office.slack.answers) == 1


def test_fault_55_no_answer_mentions_anybody_or_shows_what_it_was_told_to(tmp_path):
    hostile = "<!channel> <@U0000EVE> *bold* `code` <https://evil.example|click> & :tada:"
    profile = a_profile("lab", deliver=(Target("slack", CHANNEL),), title=hostile)
    with an_office(tmp_path, profile) as office:
        paper = a_paper(f"Oceans {hostile}", id="hostile", abstract=hostile, authors=(hostile,), arxiv_id="2611.00001")
        ingest(office.store, [paper], a_dump("d2"))
        for text in ("today", "search oceans", "why 2611.00001", "like 2611.00001", f"search {hostile}", hostile):
            office.asks(text)
        office.hears(office.press(office.post(TITLES[1]), "save"))
        for answer in [*office.slack.answers, *office.slack.whispers]:
            for said in [answer["text"], *texts_of(answer["blocks"])]:
                assert "|click>" not in said
                rest = re.sub(r"<https://[^<>|]*\|([^<>]*)>", r"\1", said)
                assert not re.search(r"[<>]", rest), said
                assert not re.search(r"(?<!\u200b)\*bold|:tada:|&(?!amp;|lt;|gt;)", rest), said


def test_an_answer_that_fails_is_said_and_one_that_nobody_takes_stops_nothing(office, monkeypatch):
    office.slack.scripted = {"respond"}
    office.slack.script = [lambda *_: (500, {}, b""), lambda *_: None]
    office.hears(office.command("help"))
    office.hears(office.command("help"))
    office.store.close()
    office.hears(office.command("search oceans"))
    assert len(office.slack.answers) <= 1


# ---------------------------------------------------------------- links


URL = "https://arxiv.org/abs/2611.00001v2"


def link_shared(office, *urls: str, **more: str):
    links = [{"domain": "arxiv.org", "url": url} for url in urls]
    return office.event(
        "link_shared", user="U0000BEN", channel=CHANNEL, message_ts="1795240800.000100", links=links, **more
    )


def test_a_link_to_a_known_paper_is_answered_with_its_card_where_that_is_switched_on(tmp_path):
    with an_office(tmp_path, unfurl=True) as office:
        paper = a_paper("Ice <b>", id="ice", arxiv_id="2611.00001", upvotes=7)
        ingest(office.store, [paper], a_dump("d2"))
        office.hears(link_shared(office, URL, "https://arxiv.org/abs/2611.99999", "https://arxiv.org/list/cs.LG"))
        (answer,) = office.slack.unfurls
        assert (answer["channel"], answer["ts"], list(answer["unfurls"])) == (CHANNEL, "1795240800.000100", [URL])
        said = "\n".join(texts_of(answer["unfurls"][URL]["blocks"]))
        assert "Ice &lt;b&gt;" in said
        assert "7\u00a0upvotes" in said
        office.hears(link_shared(office, URL, unfurl_id="Uf1", source="composer"))
        assert "channel" not in office.slack.unfurls[1]
        assert (office.slack.unfurls[1]["unfurl_id"], office.slack.unfurls[1]["source"]) == ("Uf1", "composer")


def test_links_are_left_alone_where_it_is_not_switched_on(office):
    ingest(office.store, [a_paper("Ice", id="ice", arxiv_id="2611.00001")], a_dump("d2"))
    office.hears(link_shared(office, URL))
    assert office.slack.unfurls == []


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://arxiv.org/abs/2611.00001", "2611.00001"),
        ("http://www.arxiv.org/pdf/2611.00001v3.pdf", "2611.00001"),
        ("https://export.arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("https://huggingface.co/papers/2611.00001?x=1#y", "2611.00001"),
        ("https://arxiv.org/list/cs.LG/recent", ""),
        ("https://arxiv.org.evil.example/abs/2611.00001", ""),
        ("https://example.org/abs/2611.00001", ""),
        ("https://[broken", ""),
    ],
)
def test_which_links_name_a_paper(url, id_):
    assert arxiv_id(url) == id_


def test_a_profile_by_conversation_is_the_own_one_of_whom_it_is_with(tmp_path):
    with an_office(tmp_path, LAB, a_profile("ada", deliver=(Target("slack", ADAS),))) as office:
        assert "paused" in office.asks("pause 3", channel="C0OTHER")
        assert "You have no digest" in office.asks("pause 3", user="U0000BEN", channel="C0OTHER")
        office.now += timedelta(days=1)
        office.asks("pause off")
        assert [method for method, _ in office.slack.calls].count("conversations.open") == 2, "each is asked for once"
