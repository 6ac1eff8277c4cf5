"""The daily papers API, played by a local server with the real days and with days of our own."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import pytest

from digest.errors import UsageError
from digest.model import SourceSettings
from digest.pipeline import backfill
from tests.livebot import LiveBot, at
from tests.sited import a_site


def path(day: str, page: int = 0) -> str:
    return f"/api/daily_papers?date={day}" + (f"&p={page}" if page else "") + "&limit=100"


def row(number: int, **fields) -> dict:
    paper = {
        "id": f"2611.{number:05}", "title": f"On the number {number} and its friends", "upvotes": number,
        "summary": f"We study the number {number} at length and find that it has friends.",
        "publishedAt": "2026-11-18T12:00:00.000Z", "authors": [{"name": "Ada"}],
    }  # fmt: skip
    return {"paper": {**paper, **fields}, "numComments": fields.get("comments", 0)}


def body(*rows: dict) -> bytes:
    return json.dumps(rows).encode()


def settings(url: str, **more) -> SourceSettings:
    return SourceSettings("huggingface", "hf", url=url, allow_private=True, timeout=5, **more)


@pytest.fixture
def site():
    with a_site(missing=400) as found:
        yield found


NOW = at("2026-11-20T09:00:00")
TODAY = "2026-11-20"


def window(days: int = 14) -> list[str]:
    return [path(str(NOW.date() - timedelta(days=n))) for n in range(days + 1)]


def test_today_and_the_fourteen_days_before_are_asked_for_once_each(site):
    site.pages = {one: body() for one in window()}
    bot = LiveBot(settings(site.url), now=NOW)
    assert bot.run() == []
    assert site.paths == window()
    assert not any(one.conditional for one in site.asked)


def test_a_second_pass_makes_conditional_requests_only(site):
    site.pages = {one: body(row(n)) if n % 3 else body() for n, one in enumerate(window())}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    site.forget()
    assert bot.run() == []
    assert all(one.conditional and one.status == 304 for one in site.asked)
    assert len(site.asked) == 15


def test_a_server_without_validators_is_read_again_and_changes_nothing(site):
    site.etags = False
    site.pages = {one: body(row(n)) for n, one in enumerate(window())}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    assert len(bot.reports) == 15
    bot.run(hours=1)
    assert bot.reports == []


def test_a_day_is_left_alone_once_it_has_settled(site):
    site.pages = {path(str(date(2026, 11, 1) + timedelta(days=n))): body(row(n)) for n in range(60)}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    oldest = window()[-1]
    site.forget()
    bot.run(hours=24)
    assert oldest in site.paths, "read for the last time, after its two weeks"
    assert len(site.paths) == 16
    site.forget()
    bot.run(hours=24)
    assert oldest not in site.paths
    assert len(site.paths) == 16


def test_days_that_were_missed_while_the_bot_was_off_are_read_late(site):
    site.pages = {path(str(date(2026, 11, 1) + timedelta(days=n))): body(row(n)) for n in range(90)}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    bot.run(hours=24 * 40)
    assert {f"2611.{n:05}" for n in range(5, 59)} <= set(bot.papers())


def test_a_long_day_is_read_page_by_page(site):
    rows = [row(n) for n in range(230)]
    site.pages = {path(TODAY, page): body(*rows[100 * page : 100 * page + 100]) for page in range(3)}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    bot.run()
    assert (len(bot.papers()), len(site.asked)) == (230, 3)
    site.forget()
    bot.run()
    assert [one.status for one in site.asked] == [304, 304, 304]


def test_a_server_that_ignores_the_page_is_not_asked_for_ever(site):
    site.pages = {path(TODAY, page): body(*[row(n) for n in range(100)]) for page in range(30)}
    LiveBot(settings(site.url, days=0), now=NOW).run()
    assert len(site.asked) == 2


def test_trending_week_and_month_are_lists_of_their_own(site):
    names = ["sort=trending", "week=2026-W47", "month=2026-11"]
    site.pages = {f"/api/daily_papers?{name}&limit=100": body(row(n)) for n, name in enumerate(names)}
    bot = LiveBot(settings(site.url, lists=("trending", "week", "month")), now=NOW)
    assert bot.run() == []
    assert len(bot.papers()) == 3


def test_a_day_that_is_not_there_yet_is_no_failure(site):
    site.pages = {one: body(row(1)) for one in window()[1:]}
    assert LiveBot(settings(site.url), now=NOW).run() == []


@pytest.mark.parametrize(
    "fault",
    [500, 503, 502, 501, (429, {"Retry-After": "1"}), ("cut", 40), ("body", b'[{"paper": {"id"'),
     ("body", b"<html>busy</html>"), ("body", b""), ("body", b'{"error": "busy"}'), ("body", b"[1, 2]")],
)  # fmt: skip
def test_a_day_that_fails_stops_no_other_and_heals(site, fault):
    site.pages = {one: body(row(n)) for n, one in enumerate(window())}
    bad = window()[3]
    site.faults[bad] = [fault] * 3
    bot = LiveBot(settings(site.url), now=NOW)
    failures = bot.run()
    assert len(failures) == 1
    assert "\n" not in failures[0].why
    if not isinstance(fault, tuple) or fault[0] != 429:
        assert len(bot.papers()) == 14
    site.faults.clear()
    assert bot.run(hours=1) == []
    assert len(bot.papers()) == 15


def test_a_wrong_address_is_said_once(site):
    site.missing = 404
    (failure,) = LiveBot(settings(site.url), now=NOW).run()
    assert "404 Not Found, whatever it was asked for" in failure.why


def test_days_that_a_server_does_not_have_are_no_failure(site):
    site.missing = 404
    site.pages = {window()[-1]: body(row(1))}
    bot = LiveBot(settings(site.url), now=NOW)
    assert bot.run() == []
    assert len(bot.papers()) == 1


def test_the_readings_of_an_older_day_are_thinned_to_one_a_day(site):
    page = window()[3]
    site.pages = {page: body(row(1, upvotes=1))}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    for hour in range(1, 30):
        site.pages[page] = body(row(1, upvotes=1 + hour))
        bot.run(hours=1)
    (paper,) = bot.papers().values()
    seen, _, _ = bot.store.paper_history(paper.id)
    assert paper.upvotes == 30
    assert [one.read_at.date().day for one in seen] == [20, 21]


def test_a_day_with_one_bad_row_is_taken_and_asked_for_again_without_validators(site):
    bad = json.dumps([row(1), {"paper": {"id": "2611.00002"}}]).encode()
    site.pages = {path(TODAY): bad}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    bot.run()
    assert set(bot.papers()) == {"2611.00001"}
    site.forget()
    site.pages = {path(TODAY): body(row(1), row(2))}
    bot.run()
    assert not site.asked[0].conditional
    assert set(bot.papers()) == {"2611.00001", "2611.00002"}


def test_a_row_that_stays_bad_is_asked_for_in_full_twice_and_conditionally_from_then_on(site):
    site.pages = {path(TODAY): json.dumps([row(1), {"paper": {"id": "2611.00002"}}]).encode()}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    statuses = [bot.run(hours=1) == [] and site.asked[-1].status for _ in range(4)]
    assert statuses == [200, 200, 304, 304]


ODD = [
    {"title": None}, {"title": 7}, {"title": ""}, {"summary": None}, {"summary": 5}, {"authors": None},
    {"authors": "Ada"},
    {"authors": [None, {"name": None}, {"user": {}}, 3, {"name": "Ada"}]}, {"upvotes": None}, {"upvotes": -3},
    {"upvotes": "12"}, {"upvotes": 1e300}, {"upvotes": float("nan")}, {"publishedAt": None}, {"publishedAt": "soon"},
    {"publishedAt": 1731000000}, {"publishedAt": "9999-99-99T00:00:00Z"}, {"id": None}, {"id": "withdrawn"},
    {"id": 2611.1},
    {"id": "hep-th/9901001"}, {"submittedOnDailyAt": None}, {"submittedOnDailyAt": "x" * 5000}, {"ai_keywords": None},
    {"ai_keywords": [None, 1, "one"]}, {"ai_summary": {"text": "no"}}, {"organization": []},
    {"organization": {"name": None}},
    {"githubRepo": "javascript:alert(1)"}, {"githubRepo": None}, {"githubStars": -1}, {"projectPage": "ftp://x"},
    {"mediaUrls": [1, None]}, {"unknown": {"deep": [[[[]]]]}}, {"title": "a" * 9000},
    {"summary": "\u0000\ud800 words"},
    {"discussionId": None, "isAuthorParticipating": None},
    {"withdrawn": True, "summary": "This paper has been withdrawn."},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[:40])
def test_whatever_one_row_holds_the_others_of_its_day_are_taken(site, odd):
    site.pages = {path(TODAY): body(row(1), row(2, **odd), row(3))}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    assert bot.run() == []
    assert {"2611.00001", "2611.00003"} <= set(bot.papers())
    for paper in bot.papers().values():
        assert paper.upvotes is None or 0 <= paper.upvotes < 10**9
        assert paper.code_url is None or paper.code_url.startswith("https://")
        assert len(paper.title) <= 500


@pytest.mark.parametrize(
    "bad", [None, 3, "row", [], {}, {"paper": None}, {"paper": []}, {"paper": {"id": "2611.00002"}}]
)
def test_a_row_that_is_none_is_left_out_alone(site, bad):
    site.pages = {path(TODAY): json.dumps([row(1), bad, row(3)]).encode()}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    assert bot.run() == []
    assert set(bot.papers()) == {"2611.00001", "2611.00003"}


def test_a_row_whose_facts_stand_outside_its_paper_is_read_as_well(site):
    outside = {"paper": {"id": "2611.00001", "upvotes": 4}, "title": "A title outside", "numComments": 3}
    site.pages = {path(TODAY): json.dumps([outside]).encode()}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    bot.run()
    (paper,) = bot.papers().values()
    assert (paper.title, paper.arxiv_id, paper.upvotes, paper.num_comments) == ("A title outside", "2611.00001", 4, 3)


def test_what_a_row_tells_beside_the_texts_is_kept_and_follows_the_list(site):
    beside = {"projectPage": "https://ice.example.org", "githubRepo": "https://github.com/a/b", "githubStars": 41}
    listed = row(1, **beside)
    listed["submittedBy"] = {"name": "ada", "fullname": "Ada Lovelace"}
    site.pages = {path(TODAY): body(listed)}
    bot = LiveBot(settings(site.url, days=0), now=NOW)
    bot.run()
    (paper,) = bot.papers().values()
    assert (paper.project_url, paper.stars, paper.submitter) == ("https://ice.example.org", 41, "Ada Lovelace")
    site.pages = {path(TODAY): body(row(1, **beside | {"githubStars": 40, "projectPage": "javascript:x"}))}
    bot.run(hours=1)
    (paper,) = bot.papers().values()
    assert (paper.stars, paper.project_url) == (40, "https://ice.example.org"), "the same list, read later, is right"
    assert [cause for cause, _ in bot.news] == ["new"]


def test_a_paper_that_two_days_list_is_one_paper_and_one_piece_of_news(site):
    first, second = window()[2], window()[1]
    site.pages = {first: body(row(1, upvotes=3)), second: body(row(1, upvotes=5), row(2))}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    assert sorted(title for cause, title in bot.news if cause == "new") == [
        "On the number 1 and its friends",
        "On the number 2 and its friends",
    ]


def test_offline_costs_one_question_and_one_line(site):
    bot = LiveBot(settings("http://127.0.0.1:9"), now=NOW)
    (failure,) = bot.run()
    assert "cannot be reached" in failure.why


def test_a_server_that_hangs_is_given_up_after_three_waits(site):
    site.pages = {one: body(row(n)) for n, one in enumerate(window())}
    site.faults["*"] = [("hang", 2)] * 15
    bot = LiveBot(SourceSettings("huggingface", "hf", url=site.url, allow_private=True, timeout=0.2), now=NOW)
    assert len(bot.run()) == 3
    assert len(site.asked) == 3


def test_a_server_that_asks_for_an_hour_is_left_alone_for_an_hour(site):
    site.pages = {one: body(row(n)) for n, one in enumerate(window())}
    site.faults["*"] = [(429, {"Retry-After": "3600"})]
    bot = LiveBot(settings(site.url), now=NOW)
    assert "try again in 60 min" in bot.run()[0].why
    site.forget()
    assert "left alone until 2026-11-20 10:00 UTC" in bot.run(hours=0.5)[0].why
    assert site.asked == []
    assert bot.run(hours=0.6) == []
    assert len(bot.papers()) == 15


def test_a_day_that_is_revised_is_corrected_in_every_field(site):
    page = path(str(NOW.date() - timedelta(days=5)))
    long = row(
        7, title="A title with a long mistake in it", upvotes=90, summary="This abstract is wrong, and long. " * 5
    )
    site.pages = {one: body() for one in window()} | {page: body(long, row(8, upvotes=50))}
    bot = LiveBot(settings(site.url), now=NOW)
    bot.run()
    right = row(
        7, title="A corrected title", upvotes=12, summary="A short abstract.", githubRepo="https://github.com/a/b"
    )
    site.pages[page] = body(right, row(8, upvotes=55), row(9))
    bot.run(hours=1)
    papers = bot.papers()
    assert set(papers) == {"2611.00007", "2611.00008", "2611.00009"}
    found = papers["2611.00007"]
    assert (found.title, found.abstract, found.upvotes) == ("A corrected title", "A short abstract.", 12)
    assert found.code_url == "https://github.com/a/b"
    assert papers["2611.00008"].upvotes == 55
    assert sorted(cause for cause, _ in bot.news).count("new") == 3


def test_a_revision_that_is_taken_back_is_taken_back_here_too(site):
    page = window()[4]
    first, second = body(row(7, upvotes=30)), body(row(7, title="A title by mistake, and long", upvotes=99))
    bot = LiveBot(settings(site.url), now=NOW)
    for content in (first, second, first):
        site.pages = {page: content}
        assert bot.run(hours=1) == []
    (paper,) = bot.papers().values()
    assert (paper.title, paper.upvotes) == ("On the number 7 and its friends", 30)
    site.pages = {page: body(row(7, upvotes=31))}
    bot.run(hours=1)
    assert bot.papers()["2611.00007"].upvotes == 31


def test_each_source_is_asked_when_its_interval_has_passed_and_always_by_a_plain_pass(site):
    site.pages = {path(TODAY): body(row(1))}
    bot = LiveBot(settings(site.url, days=0, interval=3600.0), now=NOW)
    bot.run(due_only=True)
    bot.run(hours=0.5, due_only=True)
    assert len(site.asked) == 1
    bot.run(hours=0.1)
    assert len(site.asked) == 2
    bot.run(hours=1.1, due_only=True)
    assert len(site.asked) == 3


def test_a_failed_source_stops_no_other(site):
    with a_site({path(TODAY): body(row(1))}) as other:
        dead = SourceSettings("huggingface", "dead", url="http://127.0.0.1:9", allow_private=True, days=0)
        bot = LiveBot(dead, settings(other.url, days=0), now=NOW)
        assert len(bot.run()) == 1
        assert len(bot.papers()) == 1
        health = bot.store.source_health()
        assert (health["dead"].failures, health["hf"].failures) == (1, 0)


# ---------------------------------------------------------------- the real days


def test_every_paper_of_every_real_day_is_known_and_a_second_pass_only_asks_whether_anything_changed(site, shared):
    days = {file.stem: file.read_bytes() for file in sorted((shared / "hf_api").glob("????-??-??.json"))}
    site.pages = {path(day): content for day, content in days.items()}
    bot = LiveBot(settings(site.url, days=14), now=at("2024-05-27T09:00:00"))
    site.missing = 400
    while bot.now.date() <= date(2024, 8, 15):
        assert bot.run() == []
        bot.now += timedelta(days=7)
    rows = [(one["paper"], one.get("numComments", 0)) for day in days.values() for one in json.loads(day)]
    papers = bot.papers()
    assert {paper["id"] for paper, _ in rows} == set(papers)
    for paper, _ in rows:
        assert papers[paper["id"]].upvotes == paper["upvotes"]
        assert str(papers[paper["id"]].published) == paper["publishedAt"][:10]
    assert sum(one.status == 200 for one in site.asked) == len(days), "each day is sent once"
    site.forget()
    bot.run()
    assert all(one.conditional or one.status == 400 for one in site.asked)


def test_a_real_day_that_came_malformed_heals(site, shared):
    whole = (shared / "hf_api" / "2024-06-14.json").read_bytes()
    site.pages = {path("2024-06-14"): whole[: len(whole) // 2]}
    bot = LiveBot(settings(site.url, days=0), now=at("2024-06-14T20:00:00"))
    assert "cut off" in bot.run()[0].why
    site.pages = {path("2024-06-14"): (shared / "hf_api" / "2024-12-11.malformed.json").read_bytes()}
    assert bot.run() == []
    site.pages = {path("2024-06-14"): whole}
    assert bot.run() == []
    assert {one["paper"]["id"] for one in json.loads(whole)} <= set(bot.papers())


FAULTS = (500, 503, 502, (429, {"Retry-After": "1"}), (503, {"Retry-After": "2"}), ("cut", 300), ("body", b'[{"paper"'),
          ("body", b"<html>busy</html>"), ("body", b""), ("hang", 1))  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_real_days_that_fail_in_every_way_are_all_there_in_the_end_and_then_only_conditions_are_asked(
    site, shared, seed
):
    rng = random.Random(seed)
    days = {file.stem: file.read_bytes() for file in sorted((shared / "hf_api").glob("????-??-??.json"))}
    site.pages = {path(day): content for day, content in days.items()}
    for day in days:
        if rng.random() < 0.4:
            site.faults[path(day)] = [rng.choice(FAULTS)] * rng.choice((1, 3, 4))
    live = SourceSettings("huggingface", "hf", url=site.url, allow_private=True, timeout=0.5, days=70)
    bot = LiveBot(live, now=at("2024-07-31T20:00:00"))
    passes = 0
    while bot.run(hours=1):
        passes += 1
        assert passes < 40
    assert {row["paper"]["id"] for content in days.values() for row in json.loads(content)} == set(bot.papers())
    assert len(bot.news) == len(bot.papers())
    site.forget()
    bot.run(hours=1)
    assert all(one.conditional or one.status == 400 for one in site.asked)
    assert len({one.path for one in site.asked}) == len(site.asked)


# ---------------------------------------------------------------- the past


def test_a_backfill_makes_papers_known_and_nothing_news_and_goes_on_where_it_ended(site):
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(51)]
    site.pages = {path(str(day)): body(row(n)) for n, day in enumerate(days)}
    bot = LiveBot(settings(site.url), now=NOW)
    site.faults[path("2026-10-10")] = [500] * 3
    first, last = date(2026, 10, 5), date(2026, 11, 20)
    reports, failures = backfill(bot.bot, bot.bot.settings.sources[0], first, last, bot.now)
    assert (len(reports), len(failures)) == (31, 1)
    assert bot.news == []
    site.forget()
    reports, failures = backfill(bot.bot, bot.bot.settings.sources[0], first, last, bot.now)
    assert (len(reports), failures) == (1, [])
    assert site.paths == [path("2026-10-10")]
    site.forget()
    bot.run()
    assert site.paths == window(), "an ordinary pass asks for no more than without the past"
    assert len(bot.news) == 15
    assert len(bot.papers()) == 15 + 32


def test_a_source_without_a_past_says_so(tmp_path):
    folder = SourceSettings("folder", "drop", tmp_path)
    bot = LiveBot(folder, now=NOW)
    with pytest.raises(UsageError, match="has no history"):
        backfill(bot.bot, folder, NOW.date(), NOW.date(), NOW)
