"""arXiv's past: ranges by its API for the history, and for days on which nobody read the feed."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.errors import SourceFailed
from digest.model import SourceSettings
from digest.pipeline import backfill
from digest.sources import arxiv as module
from digest.sources.arxiv import checked_slice
from digest.sources.web import Web
from tests.livebot import LiveBot, at
from tests.sited import Naps, Site, a_site

NOW = at("2026-11-19T12:00:00")  # a Thursday
FEED = "/cs.LG+cs.CL"


def paper(number: int, day: date, version: int = 1, primary: str = "cs.LG") -> str:
    return f"""<entry><id>http://arxiv.org/abs/2611.{number:05}v{version}</id>
<updated>{day + timedelta(days=version - 1)}T12:00:00Z</updated><published>{day}T12:00:00Z</published>
<title>Counting the things
  of kind {number}</title><summary>  We count what counts, and say how often.
</summary><author><name>Ada Lovelace</name></author><author><name>Alan Turing</name></author>
<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">9 pages</arxiv:comment>
<link href="http://arxiv.org/abs/2611.{number:05}v{version}" rel="alternate" type="text/html"/>
<link title="pdf" href="http://arxiv.org/pdf/2611.{number:05}v{version}" rel="related" type="application/pdf"/>
<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="{primary}"/><category term="{primary}"/>
</entry>"""


def answer(*entries: str, total: int | None = None, start: int = 0) -> bytes:
    opensearch = "http://a9.com/-/spec/opensearch/1.1/"
    count = len(entries) if total is None else total
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id><title>ArXiv Query</title>
<updated>2026-11-19T00:00:00-05:00</updated>
<opensearch:totalResults xmlns:opensearch="{opensearch}">{count}</opensearch:totalResults>
<opensearch:startIndex xmlns:opensearch="{opensearch}">{start}</opensearch:startIndex>
{"".join(entries)}</feed>""".encode()


def feed(*numbers: int) -> bytes:
    entries = "".join(
        f"<entry><id>oai:arXiv.org:2611.{n:05}v1</id><title>Counting the things of kind {n}</title>"
        f'<link href="https://arxiv.org/abs/2611.{n:05}" rel="alternate"/><summary>We count.</summary></entry>'
        for n in numbers
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entries}</feed>'.encode()


def settings(url: str, **more) -> SourceSettings:
    return SourceSettings("arxiv", "arxiv", url=url, allow_private=True, categories=("cs.LG", "cs.CL"), **more)


def place(bot: LiveBot, day: date, start: int = 0) -> str:
    """The path of one answer of the API."""
    source = module.Arxiv(bot.bot.settings.sources[0], Web(), max_bytes=2**20)
    return source._slice(day, start).removeprefix(bot.bot.settings.sources[0].url)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def fill(bot: LiveBot, site: Site, listed: list[date]) -> None:
    site.pages |= {place(bot, day): answer(paper(day.day, day)) for day in listed}


@pytest.fixture
def site():
    with a_site() as found:
        yield found


def run(bot: LiveBot, first: date, last: date):
    return backfill(bot.bot, bot.bot.settings.sources[0], first, last, bot.now)


# ---------------------------------------------------------------- the history


def test_a_range_is_asked_for_day_by_day_and_makes_papers_known_that_nobody_is_sent(site):
    bot = LiveBot(settings(site.url), now=NOW)
    fill(bot, site, days(date(2026, 11, 1), 10))
    reports, failures = run(bot, date(2026, 11, 3), date(2026, 11, 7))
    assert (len(reports), failures, bot.news) == (5, [], [])
    assert set(bot.papers()) == {f"2611.{n:05}" for n in range(3, 8)}
    found = bot.papers()["2611.00003"]
    assert (found.title, found.abstract) == (
        "Counting the things of kind 3", "We count what counts, and say how often.",
    )  # fmt: skip
    assert (found.authors, found.published, found.version) == (("Ada Lovelace", "Alan Turing"), date(2026, 11, 3), 1)
    assert found.url == "https://arxiv.org/abs/2611.00003"
    query = parse_qs(urlsplit(site.asked[0].path).query)
    assert query["search_query"] == ["(cat:cs.LG OR cat:cs.CL) AND submittedDate:[202611070000 TO 202611072359]"]


def test_a_range_that_was_ended_or_failed_goes_on_where_it_ended(site):
    bot = LiveBot(settings(site.url), now=NOW)
    fill(bot, site, days(date(2026, 11, 1), 10))
    site.faults[place(bot, date(2026, 11, 5))] = [500] * 3
    reports, failures = run(bot, date(2026, 11, 3), date(2026, 11, 7))
    assert (len(reports), len(failures)) == (4, 1)
    site.forget()
    reports, failures = run(bot, date(2026, 11, 3), date(2026, 11, 7))
    assert (len(reports), failures, site.paths) == (1, [], [place(bot, date(2026, 11, 5))])
    site.forget()
    assert run(bot, date(2026, 11, 3), date(2026, 11, 7)) == ([], [])
    assert site.asked == []


def test_a_long_day_is_read_page_by_page(site, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 3)  # a thousand entries would only make the test slow
    bot = LiveBot(settings(site.url), now=NOW)
    day = date(2026, 11, 3)
    for start, numbers in ((0, (1, 2, 3)), (3, (4, 5, 6)), (6, (7,))):
        site.pages[place(bot, day, start)] = answer(*(paper(n, day) for n in numbers), total=7, start=start)
    assert run(bot, day, day)[1] == []
    assert len(bot.papers()) == 7
    site.forget()
    run(bot, day, day)
    assert site.asked == []


def test_what_the_ordinary_pass_reads_is_left_to_it(site):
    bot = LiveBot(settings(site.url), now=NOW)
    fill(bot, site, days(date(2026, 11, 10), 10))
    run(bot, date(2026, 11, 10), NOW.date())
    assert len(site.asked) == 5, "up to the day that was announced for certain: 14 November"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (answer(total=230), "230 papers are missing"),
        (answer(paper(1, date(2026, 11, 3)), total=3), "2 papers are missing"),
        (b"<feed><entry><id>http://arxiv.org/api/errors#x</id></entry></feed>", "an error"),
        (answer(paper(1, date(2026, 11, 3)))[:300], "cut off"),
        (b"Rate exceeded.", "no feed"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_no_answer_and_is_asked_for_again(site, body, why):
    bot = LiveBot(settings(site.url), now=NOW)
    day = date(2026, 11, 3)
    site.pages[place(bot, day)] = body
    reports, failures = run(bot, day, day)
    assert reports == []
    assert why in failures[0].why
    fill(bot, site, [day])
    assert run(bot, day, day)[1] == []
    assert len(bot.papers()) == 1


def test_the_last_page_may_be_short():
    checked_slice(answer(total=1000, start=1000), "x", 1000)
    with pytest.raises(SourceFailed):
        checked_slice(answer(total=1001, start=1000), "x", 1000)


def test_a_paper_of_the_range_that_was_replaced_since_is_one_paper_with_its_newest_version(site):
    bot = LiveBot(settings(site.url), now=NOW)
    day = date(2026, 11, 3)
    site.pages[place(bot, day)] = answer(paper(1, day, version=3), paper(2, day, primary="stat.ML"))
    run(bot, day, day)
    papers = bot.papers()
    assert (papers["2611.00001"].version, papers["2611.00001"].published) == (3, day)
    assert len(papers) == 2, "a cross-list is a paper of the category as well"


# ---------------------------------------------------------------- days that were missed


def test_announcements_that_nobody_read_are_made_up_for_and_are_news(site):
    bot = LiveBot(settings(site.url), now=at("2026-11-10T12:00:00"))  # a Tuesday
    site.pages[FEED] = feed(90)
    bot.run()
    fill(bot, site, days(date(2026, 11, 1), 18))
    site.pages[FEED] = feed(91)
    site.forget()
    bot.now = NOW
    assert bot.run() == []
    assert site.paths == [FEED, *(place(bot, day) for day in days(date(2026, 11, 7), 11))]
    assert {"2611.00090", "2611.00091", "2611.00010", "2611.00017"} <= set(bot.papers())
    assert len(bot.news) == len(bot.papers())
    site.forget()
    bot.run(hours=1)
    assert site.paths == [FEED], "once is enough"


def test_the_missed_days_are_asked_for_until_they_were_answered(site):
    bot = LiveBot(settings(site.url), now=at("2026-11-17T12:00:00"))
    site.pages[FEED] = feed(90)
    bot.run()
    fill(bot, site, days(date(2026, 11, 1), 20))
    bot.now = NOW
    site.pages[FEED] = feed(91)
    site.faults["/api/query"] = [503] * 30
    assert bot.run() != []
    assert "2611.00091" in bot.papers(), "the feed comes first"
    site.faults.clear()
    site.forget()
    assert bot.run(hours=1) == []
    assert site.paths == [FEED, *(place(bot, day) for day in days(date(2026, 11, 14), 4))]


def test_a_weekend_and_a_holiday_are_no_gap(site):
    bot = LiveBot(settings(site.url), now=at("2026-11-26T12:00:00"))  # the morning of Thanksgiving
    site.pages[FEED] = feed(90)
    bot.run()
    site.pages[FEED] = feed()
    bot.now = at("2026-11-27T12:00:00")
    assert bot.run() == []
    bot.now = at("2026-11-30T12:00:00")
    site.pages[FEED] = feed(91)
    site.forget()
    assert bot.run() == []
    assert site.paths == [FEED]


def test_a_month_at_most_is_made_up_for(site):
    bot = LiveBot(settings(site.url), now=at("2026-06-10T12:00:00"))
    site.pages[FEED] = feed(90)
    bot.run()
    bot.now = NOW
    fill(bot, site, days(date(2026, 10, 1), 60))
    site.forget()
    bot.run()
    assert len(site.asked) <= 1 + module.LATEST + module.LAG


def test_three_seconds_lie_between_any_two_requests(site):
    naps = Naps()
    web = Web(sleep=naps)
    source = module.Arxiv(settings(site.url), web, max_bytes=2**20)
    known: dict[str, str] = {}
    for _ in source.between(date(2026, 11, 3), date(2026, 11, 6), NOW, known):
        pass
    web.close()
    assert len(site.asked) == 4
    assert len(naps.taken) == 3
    assert all(2.5 < nap <= 3 for nap in naps.taken)
