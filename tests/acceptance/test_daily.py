"""The main job as a subscriber meets it: one folder, one dump a day, one digest a morning."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.acceptance.bot import BotFolder, page

DAYS = [f"2026-11-{day:02}T09:00:00Z" for day in range(16, 21)]
EVERYTHING = """\
name = "{name}"
schedule = "daily 08:00"
floor = 0.0
limit = 100
deliver = ["folder:{name}"]

[[interests]]
name = "Learning"
keywords = ["learning", "network", "model"]
"""


def test_a_second_run_finds_nothing_new_and_sends_nothing(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models", "Beta Score Matching"))
    first = bot.run()
    assert [edition["state"] for edition in first["editions"]] == ["queued"]
    assert first["deliveries"]["sent"] == 1
    second = bot.run()
    assert sum(dump["new"] for dump in second["ingest"]) == 0
    assert second["editions"][0]["state"] == "exists"
    assert second["deliveries"] == {"sent": 0, "deferred": 0, "dead": 0, "unknown": 0}


def test_a_quiet_day_is_recorded_as_empty_and_sends_nothing(bot: BotFolder):
    report = bot.run()
    assert report["editions"] == [
        {"profile": "ada", "date": "2026-11-21", "picks": 0, "considered": 0, "state": "empty"}
    ]
    assert report["deliveries"]["sent"] == 0
    assert bot.mails() == []


def test_an_empty_edition_is_replaced_when_something_comes_later_that_day(bot: BotFolder):
    bot.run(now="2026-11-21T07:00:00Z")
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    report = bot.run(now="2026-11-21T11:00:00Z")
    assert report["editions"][0]["state"] == "queued"
    assert len(bot.mails()) == 1


def test_a_dry_run_writes_and_sends_nothing(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    before = sorted(path.relative_to(bot.root) for path in bot.root.rglob("*"))
    report = bot.run("--dry-run")
    assert report["editions"][0]["picks"] == 1
    assert sorted(path.relative_to(bot.root) for path in bot.root.rglob("*")) == before


def test_due_serves_only_whose_time_has_come(bot: BotFolder):
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    early = bot.run("--due", now="2026-11-20T07:00:00Z")
    assert early["editions"] == [], "08:30 in Berlin is 07:30 UTC"
    due = bot.run("--due", now="2026-11-20T07:31:00Z")
    assert [(edition["date"], edition["state"]) for edition in due["editions"]] == [("2026-11-20", "queued")]
    again = bot.run("--due", now="2026-11-20T08:31:00Z")
    assert again["editions"] == []


def test_three_days_down_give_one_catch_up_edition(bot: BotFolder):
    bot.profile("ada", EVERYTHING.format(name="ada"))
    (bot.drop / "one.txt").write_text(page("Alpha Networks"))
    bot.run("--due", now="2026-11-16T09:00:00Z")
    for day in (17, 18, 19):
        (bot.drop / f"{day}.txt").write_text(page(f"Learning Model {day}", day=f"Nov {day}"))
    late = bot.run("--due", now="2026-11-20T07:00:00Z")
    assert [(edition["date"], edition["picks"]) for edition in late["editions"]] == [("2026-11-19", 3)]
    text = bot.mails()[-1].get_body(("plain",)).get_content()
    assert "late" in text.lower() or "due" in text.lower()


def test_a_paper_that_the_reader_likes_already_is_not_offered(bot: BotFolder):
    bot.profile("ada", EVERYTHING.format(name="ada") + 'like = ["Alpha Learning Networks"]\n')
    (bot.drop / "page.txt").write_text(page("Alpha Learning Networks", "Beta Learning Networks"))
    assert bot.run()["editions"][0]["picks"] == 1
    (mail,) = bot.mails()
    assert "Beta Learning Networks" in mail["Subject"]


def test_five_real_dumps_one_a_day_show_no_title_twice(bot: BotFolder, shared: Path):
    bot.profile("ada", EVERYTHING.format(name="ada"))
    bot.profile("lab", EVERYTHING.format(name="lab"))
    new = rows = 0
    for dump, now in zip(sorted((shared / "seeds").glob("*.txt")), DAYS, strict=True):
        shutil.copy(dump, bot.drop)
        report = bot.run(now=now)
        new += sum(one["new"] for one in report["ingest"])
        rows += sum(one["papers"] for one in report["ingest"])
        assert not report["failures"]
    assert (rows, new) == (388, 346)
    for folder in ("ada", "lab"):
        headings = [
            " ".join(re.sub(r"<[^>]+>", "", found).split())
            for mail in bot.mails(folder)
            for found in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", mail.get_body(("html",)).get_content(), re.S)
        ]
        papers = [heading for heading in headings if len(heading) > 20]
        assert len(papers) > 100
        assert len(papers) == len(set(papers))


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_the_order_of_dumps_does_not_matter(bot: BotFolder, shared: Path, order: tuple[int, ...], tmp_path: Path):
    dumps = sorted((shared / "seeds").glob("*.txt"))
    for place in order:
        for _ in range(2):
            assert bot.digest("ingest", str(dumps[place])).code == 0
    together = BotFolder(tmp_path / "together")
    together.digest("ingest", *map(str, dumps))
    facts = [_papers(one) for one in (bot, together)]
    assert len(facts[0]) == 346
    assert facts[0] == facts[1]


def _papers(bot: BotFolder) -> list[str]:
    found = bot.digest("papers", "list", "--json", "--limit", "1000").json["papers"]
    return sorted(json.dumps({key: value for key, value in paper.items() if key != "id"}) for paper in found)


def test_sums_of_every_order_agree(bot: BotFolder, tmp_path: Path):
    pages = {
        "a": page("One Fine Model", "Two Fine Models"),
        "b": page("Two Fine Models", "Three Odd Nets", day="Nov 19"),
    }
    seen = set()
    for number, order in enumerate(itertools.permutations(pages)):
        one = BotFolder(tmp_path / str(number))
        total = 0
        for name in order:
            (one.root / f"{name}.txt").write_text(pages[name])
            total += sum(dump["new"] for dump in one.digest("ingest", "--json", f"{name}.txt").json["ingest"])
        seen.add((total, tuple(_papers(one))))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 3
