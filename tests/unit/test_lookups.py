"""A paper known by its title alone gets its arXiv id and link from who can be asked for titles."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from digest.model import RawDump, SourceSettings
from digest.pipeline import ingest
from tests.livebot import LiveBot, at
from tests.sited import a_site

NOW = at("2026-11-20T09:00:00")
TITLE = "Rotations & Reflections: What Equivariant Networks Forget"
ABSTRACT = (
    "We study what networks forget when they are built to respect rotations and reflections alike. We propose a method"
    " that measures the loss on four benchmarks, and show in experiments that training on more data does not restore"
    " what the architecture took away; a simple framework of soft constraints does. Our models and results are public."
)

OTHER = (
    "Memory in networks with symmetry has been thought of as a burden on capacity. Here the opposite is argued: an"
    " invariant code keeps what a plain one loses between tasks. A theory of retention, bounds for two families of"
    " groups, and a benchmark of nine continual problems support the claim; code and tasks are released to everybody."
)


def card(*titles: str) -> bytes:
    """A page as plain text: titles and abstracts, and no link anywhere."""
    papers = "\n\n".join(f"{title}\n\n{ABSTRACT}\n\n  • 3 authors\n·\nNov 19 2" for title in titles)
    head = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nNov 20\n\n"
    return (head + papers + "\n").encode()


def found(title: str, number: int = 1, abstract: str = ABSTRACT) -> bytes:
    paper = {"id": f"2611.{number:05}", "title": title, "summary": abstract, "publishedAt": "2026-11-18T12:00:00.000Z",
             "upvotes": 3}  # fmt: skip
    return json.dumps([{"paper": paper, "title": title}]).encode()


def search(title: str) -> str:
    return "/api/papers/search?" + urlencode({"q": title, "limit": 10})


@pytest.fixture
def site():
    with a_site({"/api/daily_papers?date=2026-11-20&limit=100": b"[]"}, missing=400) as one:
        yield one


def a_bot(site, *, kind: str = "huggingface", titles: tuple[str, ...] = (TITLE,), **more) -> LiveBot:
    categories = ("cs.LG",) if kind == "arxiv" else ()
    settings = SourceSettings(
        kind, "live", url=site.url, allow_private=True, days=0, timeout=5, categories=categories, **more
    )
    bot = LiveBot(settings, now=NOW)
    ingest(bot.bot, [RawDump("drop", "page.txt", card(*titles), NOW)], NOW)
    return bot


def asked_for(site) -> list[str]:
    return [parse_qs(urlsplit(path).query)["q"][0] for path in site.paths if "/search" in path]


def test_a_paper_without_a_link_gets_its_id_and_link_and_is_no_news(site):
    site.pages[search(TITLE)] = found(TITLE.replace("&", "and"))
    bot = a_bot(site)
    news = bot.news
    assert bot.run() == []
    (paper,) = bot.papers().values()
    assert (paper.arxiv_id, paper.url) == ("2611.00001", "https://huggingface.co/papers/2611.00001")
    assert len(bot.news) == len(news)
    site.forget()
    bot.run(hours=1)
    assert asked_for(site) == [], "what is found is not looked for"


@pytest.mark.parametrize(
    "answer",
    [
        b"[]",
        b'{"error": "no"}',
        b"<html>",
        found("Rotations of Crops in Dry Regions", abstract="Wheat after maize. " * 20),
        found(TITLE.replace("Forget", "Remember"), abstract=OTHER),
        json.dumps([json.loads(found(TITLE, n))[0] for n in (1, 2)]).encode(),
    ],
)
def test_nothing_but_a_sure_match_is_taken(site, answer):
    site.pages[search(TITLE)] = answer
    bot = a_bot(site)
    assert bot.run() == []
    assert [paper.arxiv_id for paper in bot.papers().values()] == [None]


def test_a_title_that_was_not_found_is_asked_for_again_after_a_week(site):
    site.pages[search(TITLE)] = b"[]"
    bot = a_bot(site)
    for hours, times in ((0, 1), (1, 0), (24, 0), (24 * 7, 1)):
        site.forget()
        bot.run(hours=hours)
        assert len(asked_for(site)) == times
    site.forget()
    bot.run(hours=24 * 40)
    assert asked_for(site) == [], "an old paper is left as it is"


def test_a_pass_asks_for_a_few_titles_only_and_the_next_one_goes_on(site):
    names = [f"{word}: A Study of What Networks Forget" for word in ("Ash", "Beech", "Cedar", "Elm", "Fir")]
    site.pages |= {search(name): b"[]" for name in names}
    bot = a_bot(site, titles=tuple(names), lookups=2)
    for size in (2, 2, 1, 0):
        site.forget()
        bot.run(hours=1)
        assert len(asked_for(site)) == size


def test_with_no_lookups_nobody_is_asked(site):
    bot = a_bot(site, lookups=0)
    bot.run()
    assert asked_for(site) == []


def test_a_source_that_does_not_answer_is_not_asked_for_titles_and_its_search_may_fail_in_silence(site):
    bot = a_bot(site)
    site.faults["/api/daily_papers"] = [500] * 3
    assert len(bot.run()) == 1
    assert asked_for(site) == []
    site.faults["/api/papers/search"] = [(429, {"Retry-After": "900"})]
    assert bot.run(hours=1) == []
    site.pages[search(TITLE)] = found(TITLE)
    bot.run(hours=1)
    assert next(iter(bot.papers().values())).arxiv_id == "2611.00001"


def test_offline_bots_with_folders_alone_ask_nobody(tmp_path):
    (tmp_path / "page.txt").write_bytes(card(TITLE))
    bot = LiveBot(SourceSettings("folder", "drop", Path(tmp_path)), now=NOW)
    assert bot.run() == []
    assert len(bot.store.without_id(NOW - timedelta(days=1))) == 1


def test_arxiv_is_asked_by_the_words_of_the_title(site):
    query = {
        "search_query": 'ti:"Rotations Reflections What Equivariant Networks Forget"',
        "start": 0,
        "max_results": 10,
    }
    entry = (
        f"<entry><id>http://arxiv.org/abs/2611.00007v2</id><title>{TITLE.replace('&', '&amp;')}</title>"
        f"<summary>{ABSTRACT}</summary><published>2026-11-18T12:00:00Z</published>"
        '<link href="http://arxiv.org/abs/2611.00007v2" rel="alternate"/></entry>'
    )
    feed = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entry}</feed>'.encode()
    other = (
        feed.replace(b"2611.00007", b"2611.00008")
        .replace(b"Rotations", b"Rivers")
        .replace(ABSTRACT.encode(), b"Water.")
    )
    site.pages |= {"/cs.LG": other}
    bot = a_bot(site, kind="arxiv")
    site.pages[f"/api/query?{urlencode(query)}"] = feed
    bot.run()
    assert bot.papers().keys() >= {"2611.00007"}
    assert bot.papers()["2611.00007"].url == "https://arxiv.org/abs/2611.00007"
