"""Feeds, arXiv's announcements and pages: read, told apart, fetched politely."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import sources
from digest.errors import DumpRefused
from digest.model import RawDump, SourceSettings
from digest.sources import calendar, feedtext
from digest.sources.url import allowed
from tests.livebot import LiveBot, at
from tests.sited import a_site

NOW = at("2026-11-19T12:00:00")  # a Thursday

ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns="http://www.w3.org/2005/Atom"><id>http://rss.example/atom/cs.LG</id><title>cs.LG updates</title>
<updated>2026-11-19T05:00:00+00:00</updated>{entries}</feed>
"""


def entry(
    number: int, kind: str = "new", version: int = 1, title: str = "", text: str = "We count what counts."
) -> str:
    return f"""<entry><id>oai:arXiv.org:2611.{number:05}v{version}</id>
<title>Counting the things of kind {number}</title>
<link href="https://arxiv.org/abs/2611.{number:05}" rel="alternate" type="text/html"/>
<summary>arXiv:2611.{number:05}v{version} Announce Type: {kind}
Abstract: {text}</summary><category term="cs.LG"/><published>2026-11-19T00:00:00-05:00</published>
<arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>Ada Lovelace, Alan Turing and Grace Hopper</dc:creator>
</entry>"""


def atom(*entries: str) -> bytes:
    return ATOM.replace("{entries}", "".join(entries)).encode()


def read(content: bytes, where: str = "https://rss.example/atom/cs.LG"):
    return sources.read(RawDump("x", where, content, NOW, fetched_live=True), NOW)


# ---------------------------------------------------------------- the reader


def test_an_announcement_gives_title_abstract_authors_id_version_and_day():
    capture = read(atom(entry(1, text="We show that $a&lt;b$ and &lt;i&gt;more&lt;/i&gt;.")))
    (paper,) = capture.papers
    assert capture.dump.style == "feed"
    assert (paper.arxiv_id, paper.version, paper.url) == ("2611.00001", 1, "https://arxiv.org/abs/2611.00001")
    assert paper.abstract == "We show that $a<b$ and more ."
    assert paper.authors == ("Ada Lovelace", "Alan Turing", "Grace Hopper")
    assert (paper.published, capture.dump.captured_on) == (date(2026, 11, 19), date(2026, 11, 19))


def test_new_cross_listed_and_replaced_are_told_apart():
    capture = read(atom(entry(1), entry(2, "cross"), entry(3, "replace", 4), entry(4, "replace-cross", 2)))
    assert [one.revision for one in capture.sightings] == [False, False, True, True]
    assert [one.paper.version for one in capture.sightings] == [1, 1, 4, 2]
    assert capture.sightings[2].paper.published is None, "the day of a new version is not that of the paper"


def test_rss_is_read_too_with_entities_and_without_what_is_missing():
    rss = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>
<item><title>Caf\xc3\xa9 &amp;amp; models &lt;b&gt;bold&lt;/b&gt;</title><link>https://blog.example.org/1</link>
<pubDate>Wed, 18 Nov 2026 23:30:00 -0500</pubDate><description>&lt;p&gt;First words.&lt;/p&gt;</description></item>
<item><link>https://blog.example.org/2</link></item>
<item><title>Old style (arXiv:2611.00007v2 [cs.CL] UPDATED)</title><link>javascript:alert(1)</link></item>
</channel></rss>"""
    capture = read(rss, "https://blog.example.org/feed")
    first, third = capture.papers
    assert (first.title, first.abstract, first.url) == (
        "Café & models bold",
        "First words.",
        "https://blog.example.org/1",
    )
    assert first.published == date(2026, 11, 19)
    assert (third.title, third.arxiv_id, third.version) == ("Old style", "2611.00007", 2)
    assert third.url == "https://arxiv.org/abs/2611.00007"
    assert [one.why for one in capture.rejects] == ["entry 2: without a title"]


@pytest.mark.parametrize("cut", [200, 700, -3])
def test_a_feed_that_does_not_close_is_refused_whole(cut):
    with pytest.raises(DumpRefused):
        read(atom(entry(1), entry(2))[:cut])


def test_an_entity_bomb_is_refused_or_read_at_once():
    bomb = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "' + "x" * 1000 + '">'
    for one, other in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f'<!ENTITY {one} "{f"&{other};" * 10}">'
    bomb += "]><rss><channel><item><title>&h;</title></item></channel></rss>"
    began = datetime.now(UTC)
    try:
        capture = read(bomb.encode())
        assert all(len(paper.title) <= 500 for paper in capture.papers)
    except DumpRefused:
        pass
    assert datetime.now(UTC) - began < timedelta(seconds=2)


PIECES = [*ATOM.split(">"), entry(1), entry(2, "replace", 3), "<![CDATA[", "]]>", "&#0;", "&x;", "<item>", "</feed>"]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_mixture_of_pieces_is_read_or_refused(pieces):
    text = "<feed>" + ">".join(pieces) + "</feed>"
    assert feedtext.recognises(text)
    try:
        listing = feedtext.read(text, "x")
    except DumpRefused:
        return
    assert all(one.paper.title for one in listing.entries)


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=60), st.text(max_size=60))
def test_any_words_in_a_feed_come_through_or_are_refused(title, summary, link, when):
    def cdata(text):
        return f"<![CDATA[{text.replace(']]>', '')}]]>"

    text = f"<rss><channel><item><title>{cdata(title)}</title><description>{cdata(summary)}</description>"
    text += f"<link>{cdata(link)}</link><pubDate>{cdata(when)}</pubDate></item></channel></rss>"
    try:
        listing = feedtext.read(text, "x")
    except DumpRefused:
        return
    for one in listing.entries:
        assert one.paper.url is None or one.paper.url.startswith(("http://", "https://"))
        assert "\0" not in one.paper.title + (one.paper.abstract or "")


# ---------------------------------------------------------------- arXiv


def arxiv(url: str, **more) -> SourceSettings:
    return SourceSettings("arxiv", "arxiv", url=url, allow_private=True, categories=("cs.LG", "cs.CL"), **more)


def test_all_categories_cost_one_request_and_a_second_pass_a_conditional_one():
    with a_site({"/cs.LG+cs.CL": atom(entry(1), entry(2, "cross"))}) as site:
        bot = LiveBot(arxiv(site.url), now=NOW)
        assert bot.run() == []
        assert set(bot.papers()) == {"2611.00001", "2611.00002"}
        bot.run(hours=1)
        assert [(one.conditional, one.status) for one in site.asked] == [(False, 200), (True, 304)]
        assert "ada@example.org" in site.asked[0].headers["user-agent"]


def test_a_replacement_updates_a_known_paper_and_an_unknown_one_is_no_news():
    with a_site({"/cs.LG+cs.CL": atom(entry(1))}) as site:
        bot = LiveBot(arxiv(site.url), now=NOW)
        bot.run()
        before = bot.store.last_change()
        site.pages["/cs.LG+cs.CL"] = atom(
            entry(1, "replace", 2, text="We count again, better."), entry(9, "replace", 5)
        )
        assert bot.run(hours=24) == []
        (paper,) = bot.papers().values()
        assert (paper.version, paper.abstract, paper.published) == (2, "We count again, better.", date(2026, 11, 19))
        assert [one.cause for one in bot.store.changes_after(before)] == ["text"]


@pytest.mark.parametrize(
    ("now", "explained"),
    [
        ("2026-11-19T12:00:00", False),  # Thursday: announced on Wednesday evening
        ("2026-11-21T12:00:00", True),  # Saturday: nothing on Friday evening
        ("2026-11-22T12:00:00", True),
        ("2026-11-23T12:00:00", False),  # Monday: announced on Sunday evening
        ("2026-11-27T12:00:00", True),  # after Thanksgiving
        ("2026-12-30T12:00:00", True),
        ("2026-11-19T06:00:00", True),  # one in the morning there: about to be rebuilt
    ],
)
def test_an_empty_list_is_explained_by_the_calendar_or_fails_the_source(now, explained):
    with a_site({"/cs.LG+cs.CL": atom()}) as site:
        bot = LiveBot(arxiv(site.url), now=at(now))
        failures = bot.run()
    assert (failures == []) is explained
    assert explained or "although arXiv announced" in failures[0].why


def test_silence_is_looked_at_again_until_it_ends():
    with a_site({"/cs.LG+cs.CL": atom()}) as site:
        bot = LiveBot(arxiv(site.url), now=at("2026-11-22T12:00:00"))
        assert bot.run() == []
        assert len(bot.run(hours=24)) == 1, "an answer of yesterday must not hide today's silence"
        site.pages["/cs.LG+cs.CL"] = atom(entry(1))
        assert bot.run(hours=1) == []


def test_the_table_of_holidays_can_be_added_to():
    assert calendar.expected(date(2027, 2, 1))
    assert not calendar.expected(date(2027, 2, 1), [date(2027, 2, 1)])
    assert not calendar.expected(date(2026, 11, 26))
    assert "26 November, a holiday of its own" in calendar.silence(at("2026-11-27T12:00:00"))


@pytest.mark.parametrize(
    "evening", ["2027-01-18", "2028-06-19", "2027-07-05", "2029-07-04", "2030-09-02", "2027-11-25", "2028-12-26"]
)
def test_beyond_the_table_the_usual_pauses_are_no_alarm_but_are_called_a_guess(evening):
    day = date.fromisoformat(evening)
    assert not calendar.expected(day)
    assert "as it seems" in calendar.silence(at(f"{day + timedelta(days=1)}T12:00:00"))
    assert calendar.expected(date(2026, 12, 28)), "what the table knows is not guessed"


@pytest.mark.parametrize("evening", ["2027-01-11", "2027-05-31", "2027-07-06", "2027-09-07", "2027-11-24"])
def test_beyond_the_table_any_other_evening_is_expected(evening):
    assert calendar.expected(date.fromisoformat(evening))


def test_the_table_says_how_far_it_goes():
    table = calendar.parsed("# words\n2031-05-05\n\nthrough 2031-12-31\n")
    assert (table.evenings, table.through) == (frozenset({date(2031, 5, 5)}), date(2031, 12, 31))
    assert calendar.table().through >= date(2026, 12, 31)


# ---------------------------------------------------------------- feeds and pages


def test_a_feed_is_taken_and_healed_when_it_came_cut_off():
    with a_site({"/feed": atom(entry(1))}) as site:
        site.faults["/feed"] = [("body", atom(entry(1), entry(2))[:500])]
        bot = LiveBot(SourceSettings("feed", "feed", url=f"{site.url}/feed", allow_private=True), now=NOW)
        assert "does not close" in bot.run()[0].why
        assert bot.run() == []
        assert len(bot.papers()) == 1


def page(*numbers: int) -> bytes:
    articles = "".join(
        f'<article><h3><a href="/papers/2611.{n:05}">Counting the things of kind {n}</a></h3>'
        f"<p>{f'We count the things of kind {n} and report on it. ' * 4}</p></article>"
        for n in numbers
    )
    return f"<!doctype html><html><body><main>{articles}</main></body></html>".encode()


def test_a_page_is_fetched_when_robots_may_and_its_rules_are_asked_for_once_a_day():
    rules = b"User-agent: *\nDisallow: /private"
    with a_site({"/papers": page(1, 2), "/robots.txt": rules}) as site:
        bot = LiveBot(SourceSettings("url", "page", url=f"{site.url}/papers", allow_private=True), now=NOW)
        assert bot.run() == []
        assert len(bot.papers()) == 2
        bot.run(hours=1)
        assert site.paths == ["/robots.txt", "/papers", "/papers"]
        assert site.asked[-1].status == 304
        site.pages["/robots.txt"] = b"User-agent: paper-digest\nDisallow: /"
        site.forget()
        assert "closes this page to us" in bot.run(hours=25)[0].why
        assert site.paths == ["/robots.txt"]


def test_a_site_without_rules_permits_and_one_that_cannot_say_does_not():
    with a_site({"/papers": page(1)}) as site:
        settings = SourceSettings("url", "page", url=f"{site.url}/papers", allow_private=True)
        assert LiveBot(settings, now=NOW).run() == []
        site.faults["/robots.txt"] = [500] * 3
        assert "robots.txt cannot be read" in LiveBot(settings, now=NOW).run()[0].why
    assert allowed("", "https://example.org/x")
    assert not allowed("User-agent: *\nDisallow: /", "https://example.org/x")


def test_a_private_address_in_the_config_is_refused_without_a_word_for_it():
    with a_site({"/feed": atom(entry(1))}) as site:
        bot = LiveBot(SourceSettings("feed", "feed", url=f"{site.url}/feed"), now=NOW)
        assert "not a public address (allow_private = true permits it)" in bot.run()[0].why
        assert site.asked == []
