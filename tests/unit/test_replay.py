"""A replay lives through past days as the bot would have, and leaves nothing behind."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from digest.errors import UsageError
from digest.model import Interest, Profile, Settings, Target
from digest.replay import load, picture, replay

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SETTINGS = Settings(where=Path("here"), state=Path("here"), store_url="sqlite://")
ADA = Profile(
    name="ada",
    timezone="Europe/Berlin",
    schedule="daily 08:30",
    deliver=(Target("folder", "ada"),),
    interests=(Interest("Ice", keywords=("sea ice", "floes")),),
    floor=0.1,
)
FIRST = date(2026, 3, 2)


def row(day: date, title: str, number: int) -> dict[str, object]:
    return {
        "day": day.isoformat(),
        "title": title,
        "abstract": f"We measure {title.lower()} and tell what we found, case {number}.",
        "arxiv_id": f"2603.{number:05}",
    }


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Five days: ice on the first, third and fifth, music on the second, nothing on the fourth."""
    topics = {0: "Sea ice floes seen from kites", 1: "Songs of a quiet choir", 2: "Floes of sea ice that drift"}
    topics[4] = "How sea ice floes break up"
    rows = [row(FIRST + timedelta(days=day), title, day) for day, title in topics.items()]
    file = tmp_path / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return file


def run(papers: Path, *profiles: Profile, first: date = FIRST, days: int = 5):
    dumps = load(papers, NOW)
    assert dumps.failures == []
    return replay(dumps.by_day, SETTINGS, profiles, first, first + timedelta(days=days - 1))


def test_each_day_has_its_edition_with_what_came_in_that_day(papers):
    (course,) = run(papers, ADA)
    assert [edition.day for edition in course.editions] == [FIRST + timedelta(days=n) for n in range(5)]
    assert [[pick.arxiv_id for pick in edition.picks] for edition in course.editions] == [
        ["2603.00000"],
        [],
        ["2603.00002"],
        [],
        ["2603.00004"],
    ]
    assert [edition.considered for edition in course.editions] == [1, 1, 1, 0, 1]
    assert (course.picks, course.quiet, course.considered) == (3, 2, 4)


def test_a_schedule_and_a_zone_are_kept(papers):
    weekly = replace(ADA, name="weekly", schedule="thu 09:00", timezone="Pacific/Auckland")
    (course,) = run(papers, weekly)
    assert [edition.day for edition in course.editions] == [date(2026, 3, 5)]
    assert course.considered == 3


def test_what_was_seen_before_the_first_day_is_not_news(papers):
    (course,) = run(papers, ADA, first=FIRST + timedelta(days=9), days=3)
    assert course.considered == 0
    (course,) = run(papers, ADA, first=FIRST + timedelta(days=4), days=1)
    assert course.considered == 1
    assert [pick.arxiv_id for pick in course.editions[0].picks][:1] == ["2603.00004"]


def test_a_paper_seen_again_is_not_shown_again(papers):
    rows = [json.loads(line) for line in papers.read_text().splitlines()]
    papers.write_text(
        "\n".join(json.dumps(one | {"day": str(FIRST + timedelta(days=n))}) for n in (0, 1) for one in rows)
    )
    (course,) = run(papers, ADA)
    assert [edition.considered for edition in course.editions] == [4, 0, 0, 0, 0]


def test_likes_that_come_in_are_counted_and_asked_of_a_profile_that_does_not_name_them(papers):
    likes = ("Floes of sea ice that drift", "Songs of a quiet choir", "Birds that nest in the reeds of a far lake")
    liking = replace(ADA, floor=0.5, interests=(replace(ADA.interests[0], like=likes),))
    (course,) = run(papers, liking)
    assert (course.likes, course.likes_seen, course.likes_shown) == (3, 2, 1)


def test_it_is_the_same_every_time_and_profiles_do_not_touch_each_other(papers):
    bo = replace(ADA, name="bo", interests=(Interest("Song", keywords=("choir", "songs")),))
    alone = run(papers, ADA)
    assert run(papers, ADA, bo)[0] == alone[0] == run(papers, bo, ADA)[1]


def test_a_folder_of_dumps_and_a_compressed_file_are_read_alike(papers, tmp_path):
    folder = tmp_path / "dumps"
    folder.mkdir()
    packed = tmp_path / "papers.jsonl.gz"
    packed.write_bytes(gzip.compress(papers.read_bytes()))
    for line in papers.read_text().splitlines():
        one = json.loads(line)
        (folder / f"{one.pop('day')}.json").write_text(json.dumps([one]))
    assert run(folder, ADA) == run(papers, ADA) == run(packed, ADA)


def test_what_cannot_be_used_is_named(papers, tmp_path):
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "2026-03-02.json").write_text('[{"title": "A paper about sea ice", "abstract": "Short.", "arxiv_id"')
    (folder / "undated.json").write_text(json.dumps([row(FIRST, "A paper about sea ice", 1)]).replace("day", "x"))
    dumps = load(folder, NOW)
    assert {Path(failure.where).name for failure in dumps.failures} == {"2026-03-02.json", "undated.json"}
    papers.write_text('{"title": "no day"}\n')
    with pytest.raises(UsageError, match=r"papers\.jsonl:1: not a JSON object with its"):
        load(papers, NOW)
    with pytest.raises(UsageError, match="neither a folder"):
        load(tmp_path / "nothing", NOW)


@pytest.mark.parametrize("days", [1, 5, 300, 3000])
def test_the_picture_is_well_formed_and_says_in_words_what_it_shows(papers, days):
    named = replace(ADA, name="<ada> & co")
    courses = run(papers, named)
    drawn = picture(courses, FIRST, FIRST + timedelta(days=days - 1))
    tree = ElementTree.fromstring(drawn)  # noqa: S314 our own text
    space = "{http://www.w3.org/2000/svg}"
    assert tree.get("role") == "img"
    assert "Papers per digest" in tree.findtext(f"{space}title", "")
    assert "<ada> & co: 3 papers in 5 digests, 2 without papers, 4 considered." in tree.findtext(f"{space}desc", "")
    right = [float(box.get("x", 0)) + float(box.get("width", 0)) for box in tree.iter(f"{space}rect")]
    assert max(right) <= 760 or days < 5
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
