"""Profiles out of TOML, CSV and JSON lines: every bad row by its line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config import Home
from digest.config.importing import as_toml
from digest.errors import ConfigError
from digest.model import Interest, Target
from digest.pipeline.importing import take_in
from digest.pipeline.profiles import Profiles
from digest.store import Store
from tests.builders import NOW

MAIN = '[[sources]]\nkind = "folder"\npath = "drop"\n[email]\nurl = "smtp://localhost:25"\nfrom = "d@example.org"\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "digest.toml").write_text('timezone = "Asia/Tokyo"\n' + MAIN)
    (tmp_path / "profiles" / "file.toml").write_text('deliver = ["folder:file"]')
    return Home(tmp_path, {}, cwd=tmp_path, data_dir=tmp_path / "data")


@pytest.fixture
def profiles(home: Home) -> Profiles:
    return Profiles(home, Store.open("sqlite://", now=NOW))


@pytest.fixture
def take(profiles: Profiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Import a file of this name and text; returns what is wrong with it."""
    monkeypatch.chdir(tmp_path)

    def taken(name: str, text: str | bytes, **more: bool) -> list[str]:
        path = Path(name)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        try:
            take_in(profiles, path, now=NOW, **more)
        except ConfigError as error:
            return str(error).splitlines()
        return []

    return taken


def named(profiles: Profiles, name: str):
    return next(one for one in profiles.settings.profiles if one.name == name)


def test_json_lines_have_the_keys_of_a_profile(profiles, take):
    line = '{"name": "bob", "deliver": ["email:bob@example.org"], "limit": 3, "title": null,'
    assert take("people.jsonl", line + ' "interests": [{"name": "Ice", "keywords": ["sea ice"]}]}\n\n') == []
    bob = named(profiles, "bob")
    assert (bob.limit, bob.timezone, bob.deliver) == (3, "Asia/Tokyo", (Target("email", "bob@example.org"),))
    assert bob.interests == (Interest("Ice", keywords=("sea ice",)),)
    assert profiles.document("bob").text == (
        'name = "bob"\ndeliver = ["email:bob@example.org"]\nlimit = 3\n\n[[interests]]\nname = "Ice"\n'
        'keywords = ["sea ice"]\n'
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_of_a_table_is_a_profile_or_one_more_interest_of_it(profiles, take, delimiter):
    rows = [
        ["\ufeffname", "deliver", "limit", "enabled", "interest", "keywords", "weight", "about"],
        ["bob", "email:bob@example.org", "3", "no", "Ice", '"sea ice; glacier"', "1.5", '"two\nlines"'],
        ["bob", "", "", "", "Snow", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["eve", "email:eve@example.org", "", "", "", "", "", ""],
    ]
    assert take("people.csv", "\r\n".join(delimiter.join(row) for row in rows)) == []
    bob, eve = named(profiles, "bob"), named(profiles, "eve")
    assert (bob.limit, bob.enabled) == (3, False)
    assert bob.interests == (
        Interest("Ice", "two lines", ("sea ice", "glacier"), weight=1.5),
        Interest("Snow"),
    )
    assert eve.interests == ()


def test_a_toml_file_keeps_its_comments_and_may_leave_its_name_to_the_file(profiles, take):
    text = '# mine\ndeliver = ["folder:bob"]  # here\n'
    assert take("bob.toml", text) == []
    assert profiles.document("bob").text == text
    assert named(profiles, "bob").deliver == (Target("folder", "bob"),)


def test_every_bad_row_is_one_line_and_nothing_of_the_file_is_taken(profiles, take):
    good = '{"name": "good", "deliver": ["folder:good"]}\n'
    bad = (
        '{"name": "a", "deliver": ["fax:1"], "limit": 0}\n'
        "{nonsense\n"
        "[1]\n"
        '{"deliver": ["folder:b"]}\n'
        '{"name": "GOOD", "deliver": ["folder:c"]}\n'
        '{"name": "file", "deliver": ["folder:d"]}\n'
        '{"name": "e", "deliver": ["slack:C0123456789"]}\n'
        '{"name": "f", "deliver": ["folder:f"], "intersts": []}\n'
        '{"name": "g", "deliver": ["folder:g"], "interests": [{"name": "x", "like": ["a.bib"]}]}\n'
        '{"name": "h", "deliver": ["folder:h"], "title": "\\ud800"}\n'
    )
    assert take("people.jsonl", good + bad) == [
        'people.jsonl:2: deliver[0]: "fax:1" is not a target (email:ADDRESS, slack:ID or folder:NAME)'.replace(
            " (email", "; and 1 more fault in this profile (email"
        ),
        "people.jsonl:3: is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "people.jsonl:4: is not an object in {braces}",
        "people.jsonl:5: name: is missing",
        'people.jsonl:6: name: the name "GOOD" is used by people.jsonl:1 too',
        f'people.jsonl:7: name: the name "file" is used by {profiles.places()["file"]} too',
        'people.jsonl:8: deliver[0]: "slack:" needs a table [slack] in digest.toml',
        'people.jsonl:9: intersts: unknown key (did you mean "interests"?)',
        'people.jsonl:10: interests[0].like: "a.bib" is a file of this machine, which is not read here'
        " (arXiv ids, links or titles; a file can only be added in the profile's own file)",
        "people.jsonl:11: holds half of a character",
    ]
    assert [one.name for one in profiles.settings.profiles] == ["file"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "name,colour\nbob,red\n", 'a.csv:1: unknown column "colour"'),
        ("a.csv", "name,name\nbob,eve\n", 'a.csv:1: the column "name" stands twice'),
        ("a.csv", "name,deliver\nbob,folder:bob,more\n", "a.csv:2: has 3 cells for 2 columns"),
        ("a.csv", "name,deliver,limit\nbob,folder:bob,many\n", "a.csv:2: limit: must be a whole number"),
        ("a.csv", "name,deliver,interest,weight\nbob,folder:b,Ice,\nbob,,Snow,99\n", "a.csv:3: interests[1].weight"),
        ("a.csv", 'name,deliver\nbob,"folder:bob\n', "a.csv:2: is not CSV"),
        ("a.csv", "name,deliver\nbob,\n", "a.csv:2: deliver: is missing"),
        ("a.jsonl", b'{"name": "bob"}\n\xff\n', "a.jsonl:2: is not text in UTF-8"),
        ("a.toml", "limit = 1\ndeliver = 3\n", "a.toml:2: deliver: must be a list in [brackets]"),
        ("a.xlsx", b"PK", "a.xlsx: is none of .toml, .csv and .jsonl (docs/profiles.md says what they hold)"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(take, name, text, said):
    (line,) = take(name, text)
    assert line.startswith(said)


def test_a_name_in_the_store_is_replaced_only_if_that_is_asked_for(profiles, take):
    line = '{"name": "bob", "deliver": ["folder:bob"], "limit": %d}'
    assert take("people.jsonl", line % 3) == []
    assert take("people.jsonl", line % 4) == ['people.jsonl:1: name: the name "bob" is used by the store too; and 1 '
        "more fault in this profile"]  # fmt: skip
    assert named(profiles, "bob").limit == 3
    assert take("people.jsonl", line % 4, replacing=True) == []
    assert named(profiles, "bob").limit == 4
    assert take("file.jsonl", '{"name": "file", "deliver": ["folder:x"]}', replacing=True)[0].startswith(
        'file.jsonl:1: name: the name "file" is used by '
    )


text = st.text(max_size=20)
values = st.one_of(text, st.booleans(), st.integers(), st.floats(allow_nan=False), st.lists(text, max_size=3))
topics = st.lists(st.dictionaries(text, values, max_size=4), min_size=1, max_size=3)


@given(st.dictionaries(text, values, max_size=6), topics)
def test_any_table_reads_the_same_as_toml(raw, interests):
    table = raw | {"interests": interests}
    written = as_toml(table)
    if "\ud800" <= max(written, default="") <= "\udfff":
        return
    assert tomllib.loads(written) == table
