"""A folder's feeds hold its newest editions, with ids that never change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from digest.channels.folder import FolderChannel
from digest.model import Message, Target

SENT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = (
    "<!doctype html>\n<html><head><title>2 papers: Ice &amp; &lt;snow&gt;</title></head>\n"
    '<body style="margin:0"><p>Grüße &amp; ]]> <b>kites</b></p></body></html>\n'
)


def an_edition(day: date, folder: str = "ada", profile: str = "ada") -> Message:
    key = f"{profile}/{day}/folder:{folder}"
    return Message(key, profile, day, Target("folder", folder), "2 papers", html=PAGE, text="Grüße\n")


def send(root: Path, *messages: Message) -> None:
    channel = FolderChannel(root, "Paper Digest <digest@localhost>")
    for message in messages:
        channel.send(message, sent_at=SENT)


def atom(root: Path, folder: str = "ada") -> list[ElementTree.Element]:
    return list(ElementTree.fromstring((root / folder / "feed.atom").read_bytes()).iter(f"{ATOM}entry"))  # noqa: S314


def items(root: Path, folder: str = "ada") -> list[dict[str, str]]:
    feed = json.loads((root / folder / "feed.json").read_text())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    return feed["items"]


def test_both_feeds_hold_the_edition_as_it_was_delivered(tmp_path):
    send(tmp_path, an_edition(DAY))
    (entry,), (item,) = atom(tmp_path), items(tmp_path)
    assert entry.findtext(f"{ATOM}title") == item["title"] == "2 papers: Ice & <snow>"
    assert entry.findtext(f"{ATOM}content") == item["content_html"] == "<p>Grüße &amp; ]]> <b>kites</b></p>"
    assert entry.findtext(f"{ATOM}id") == item["id"]
    assert entry.findtext(f"{ATOM}updated") == item["date_published"] == "2026-11-20T00:00:00Z"
    assert entry.find(f"{ATOM}link").get("href") == "2026-11-20.html"


def test_the_newest_thirty_are_listed_the_newest_first(tmp_path):
    days = [DAY - timedelta(days=n) for n in range(40)]
    send(tmp_path, *(an_edition(day) for day in days[::-1]))
    wanted = [f"{day}T00:00:00Z" for day in days[:30]]
    assert [item["date_published"] for item in items(tmp_path)] == wanted
    assert [entry.findtext(f"{ATOM}updated") for entry in atom(tmp_path)] == wanted


def test_ids_are_stable_and_no_two_are_the_same(tmp_path):
    send(tmp_path, an_edition(DAY), an_edition(DAY, "bo", "bo"))
    before = (tmp_path / "ada" / "feed.atom").read_bytes()
    (first,), (other,) = items(tmp_path), items(tmp_path, "bo")
    assert first["id"] != other["id"]
    send(tmp_path, an_edition(DAY))
    assert (tmp_path / "ada" / "feed.atom").read_bytes() == before, "a repeat changes nothing"
    send(tmp_path / "elsewhere", an_edition(DAY))
    assert items(tmp_path / "elsewhere") == [first]
    send(tmp_path, an_edition(DAY + timedelta(days=1)))
    assert [item["id"] for item in items(tmp_path)][1] == first["id"]
    assert len({entry.findtext(f"{ATOM}id") for entry in atom(tmp_path)}) == 2


def test_a_notice_to_the_operator_is_in_no_feed(tmp_path):
    send(tmp_path, an_edition(DAY, "ops", "operator:7"))
    assert not (tmp_path / "ops" / "feed.atom").exists()
    send(tmp_path, an_edition(DAY, "ops"))
    assert len(items(tmp_path, "ops")) == 1


@pytest.mark.parametrize("page", ["", "\x00\x0b\ufffe no markup at all", "<title></body><body>"])
def test_whatever_an_old_file_holds_the_feeds_stay_well_formed(tmp_path, page):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "2026-11-01.html").write_text(page)
    (tmp_path / "ada" / "2026-11-02.html").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "ada" / "2026-11-03.html").mkdir()
    send(tmp_path, an_edition(DAY))
    assert len(atom(tmp_path)) == len(items(tmp_path)) == 3


def test_an_edition_is_delivered_even_where_no_feed_can_be_written(tmp_path):
    (tmp_path / "ada" / "feed.atom").mkdir(parents=True)
    message = an_edition(DAY)
    send(tmp_path, message, replace(message, date=DAY + timedelta(days=1)))
    assert len(list((tmp_path / "ada").glob("*.eml"))) == 2


def test_only_the_new_page_is_read_and_a_repeat_takes_its_new_words(tmp_path):
    send(tmp_path, an_edition(DAY), an_edition(DAY + timedelta(days=1)))
    (tmp_path / "ada" / f"{DAY}.html").write_text("<title>Tampered</title><body>with</body>")
    send(tmp_path, replace(an_edition(DAY + timedelta(days=1)), html=PAGE.replace("snow", "hail")))
    titles = ["2 papers: Ice & <hail>", "2 papers: Ice & <snow>"]
    assert [entry.findtext(f"{ATOM}title") for entry in atom(tmp_path)] == titles
    assert [item["title"] for item in items(tmp_path)] == titles


@pytest.mark.parametrize("left", ["", "not a feed", "<entry><updated>2026-11-19T", "\udcff"])
def test_a_feed_that_is_missing_broken_or_of_another_form_is_made_from_the_pages(tmp_path, left):
    send(tmp_path, an_edition(DAY - timedelta(days=1)))
    for name in ("feed.atom", "feed.json"):
        (tmp_path / "ada" / name).write_bytes(left.encode("utf-8", "surrogateescape"))
    send(tmp_path, an_edition(DAY))
    assert len(atom(tmp_path)) == len(items(tmp_path)) == 2
    (tmp_path / "ada" / f"{DAY - timedelta(days=1)}.html").unlink()
    send(tmp_path, an_edition(DAY))
    assert len(atom(tmp_path)) == len(items(tmp_path)) == 1
