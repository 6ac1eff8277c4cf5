"""`digest papers`: what was taken for one paper is shown with its reason, and a person may say otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.bot import ADA, BotFolder

ABSTRACT = (
    "Proteins fold in water and we ask how long chains find their shape. Our network reads the chain twice, guesses"
    " contacts, and corrects them with a physical prior that was learned from slow simulations of small molecules."
)
OLD, NEW = "OpenDevin: An Open Platform for Generalist Agents", "OpenHands: An Open Platform for Generalist Agents"
OTHER = "Cooking Rice on a Gas Stove"


@pytest.fixture
def two_days(tmp_path: Path) -> BotFolder:
    bot = BotFolder(tmp_path / "bot")
    for day, title in ((19, OLD), (20, NEW)):
        first = {"title": title, "summary": ABSTRACT, "upvotes": day}
        rows = [{"paper": row} for row in (first, {"title": OTHER, "upvotes": 1})]
        (bot.drop / f"2026-11-{day}.json").write_text(json.dumps(rows))
        bot.digest("run")
    return bot


def test_a_wrong_merge_is_seen_undone_and_the_paper_reaches_its_reader(two_days: BotFolder) -> None:
    shown = two_days.digest("papers", "show", OLD, "--json").json
    (joined,) = shown["joins"]
    assert (joined["title"], joined["paper"]) == (NEW, None)
    assert joined["dump"].endswith("2026-11-20.json")

    split = two_days.digest("papers", "split", OLD, "2026-11-20.json")
    assert (split.code, "paper of its own" in split.out) == (0, True)
    again = two_days.digest("papers", "split", OLD, NEW)
    assert (again.code, "was split off before" in again.out) == (0, True)

    listed = two_days.digest("papers", "list", "--words", "generalist", "--json").json["papers"]
    assert {paper["title"] for paper in listed} == {OLD, NEW}
    (edition,) = two_days.digest("run", "--json", now="2026-11-22T09:00:00Z").json["editions"]
    assert edition["considered"] == 1


def test_two_papers_are_said_to_be_one_and_saying_it_again_is_safe(two_days: BotFolder) -> None:
    for said in ("is now part of", "one paper already"):
        ran = two_days.digest("papers", "merge", OLD, OTHER)
        assert (ran.code, said in ran.out) == (0, True)
    assert len(two_days.digest("papers", "list", "--json").json["papers"]) == 1
    assert "by hand" in two_days.digest("papers", "show", OTHER).out
    ambiguous = two_days.digest("papers", "split", OLD)
    assert (ambiguous.code, "name one" in ambiguous.err) == (2, True)
    assert two_days.digest("papers", "split", OLD, OTHER).code == 0
    assert len(two_days.digest("papers", "list", "--day", "2026-11-20", "--json").json["papers"]) == 2


def test_a_merge_of_papers_with_links_is_undone_as_a_whole(tmp_path: Path) -> None:
    bot = BotFolder(tmp_path / "bot")
    links = {OLD: "https://openreview.net/forum?id=Ab1cD2eF3g", OTHER: "https://openreview.net/forum?id=Rice0nGas7"}
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><description>{about}</description></item>"
        for (title, link), about in zip(links.items(), (ABSTRACT, "We cook rice."), strict=True)
    )
    (bot.drop / "2026-11-20.xml").write_text(f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>')
    bot.digest("run")

    def shown() -> dict[str, dict[str, object]]:
        found = {title: bot.digest("papers", "show", title, "--json").json for title in (OLD, OTHER)}
        return {
            title: {key: one[key] for key in ("id", "title", "abstract", "url", "upvotes", "seen", "offers")}
            for title, one in found.items()
        }

    before = shown()
    assert bot.digest("papers", "merge", OLD, OTHER).code == 0
    assert bot.digest("papers", "show", links[OTHER], "--json").json["id"] == before[OLD]["id"]
    split = bot.digest("papers", "split", OLD)
    assert split.code == 0, split.err
    assert shown() == before
    assert bot.digest("papers", "show", links[OTHER], "--json").json["id"] == before[OTHER]["id"]
    (edition,) = bot.run(now="2026-11-22T09:00:00Z")["editions"]
    assert edition["picks"] == 0, "ada got both before"
    bot.profile("bob", ADA.replace("ada", "bob"))
    told = {one["profile"]: one["picks"] for one in bot.run(now="2026-11-23T09:00:00Z")["editions"]}
    assert told == {"ada": 0, "bob": 2}


def test_what_cannot_be_done_is_said_in_one_line(two_days: BotFolder) -> None:
    nothing = two_days.digest("papers", "split", OTHER)
    assert (nothing.code, "nothing to split" in nothing.err) == (2, True)
    unknown = two_days.digest("papers", "merge", "No Such Paper", OTHER)
    assert (unknown.code, "no paper that was seen is called" in unknown.err) == (2, True)
    assert two_days.digest("papers", "list", "--day", "yesterday").code == 2


@pytest.fixture
def library(tmp_path: Path) -> BotFolder:
    bot = BotFolder(tmp_path / "bot")
    bot.config.write_text(bot.config.read_text() + '\n[export]\nformats = ["bibtex", "ris", "csl"]\n')
    people = {OLD: "Ada Frost", OTHER: "Émile Zölá"}
    for day, title in ((19, OLD), (20, OTHER)):
        row = {"title": title, "abstract": ABSTRACT, "authors": [people[title]], "arxiv_id": f"2611.000{day}"}
        (bot.drop / f"2026-11-{day}.json").write_text(json.dumps([{**row, "published": f"2026-11-{day}"}]))
        bot.digest("run", now=f"2026-11-{day}T09:00:00Z")
    return bot


def test_papers_are_listed_and_exported_by_what_is_asked(library: BotFolder) -> None:
    asked = ["--profile", "ada", "--author", "zölá", "--from", "2026-11-20", "--to", "2026-11-20"]
    (listed,) = library.digest("papers", "list", "--json", *asked).json["papers"]
    (line,) = library.digest("papers", "export", "--format", "jsonl", *asked).out.splitlines()
    assert listed == json.loads(line)
    assert listed["title"] == OTHER
    assert library.digest("papers", "export", "--to", "2026-11-19").out.count("@misc{") == 1


def test_papers_are_exported_into_a_file_and_a_profile_can_like_it(library: BotFolder):
    done = library.digest("papers", "export", "--format", "ris", "--out", "kept.ris")
    assert (done.code, done.err.strip()) == (0, "digest: wrote 2 papers to kept.ris")
    liked = library.root / "profiles" / "ada.toml"
    liked.write_text(liked.read_text() + 'like = ["../kept.ris"]\n')
    checked = library.digest("check")
    assert checked.code == 0, checked.err
    assert library.digest("papers", "export", "--out", "no/such/folder.bib").code == 2
    assert library.digest("papers", "list", "--profile", "nobody").code == 2


def test_each_digest_in_a_folder_has_its_papers_beside_it(library: BotFolder):
    folder = library.root / "var" / "folder" / "ada"
    beside = sorted(path.name for path in folder.glob("2026-11-20.*"))
    assert beside == [f"2026-11-20.{end}" for end in ("bib", "csl.json", "eml", "html", "ris", "slack.json")]
    assert OTHER.partition(" ")[0] in (folder / "2026-11-20.bib").read_text()
    (item,) = json.loads((folder / "2026-11-20.csl.json").read_text())
    assert item["title"] == OTHER
