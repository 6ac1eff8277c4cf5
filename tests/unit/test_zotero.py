"""Likes kept in step with a library of Zotero, asked over HTTP on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.config import Home
from digest.config.editing import added
from digest.errors import ConfigError
from digest.pipeline import keep_in_step
from digest.pipeline.profiles import Profiles
from digest.store import Store
from tests.builders import NOW
from tests.zoterod import Zotero, a_zotero

pytest.importorskip("pyzotero", reason="pip install 'paper-digest[zotero]'")

ADA = 'deliver = ["folder:ada"]\n[[interests]]\nname = "Ice"\nlike = ["A title", "zotero:mine"]\n'
TABLE = """
state = "var"
[[sources]]
kind = "folder"
path = "drop"
[[zotero]]
name = "mine"
library = "users/12345"
key = "env:ZOTERO_KEY"
base_url = "{url}"
"""


@pytest.fixture
def zotero() -> Iterator[Zotero]:
    with a_zotero() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, zotero: Zotero) -> Home:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "digest.toml").write_text(TABLE.format(url=zotero.url))
    (tmp_path / "profiles" / "ada.toml").write_text(ADA)
    return Home(tmp_path, {"ZOTERO_KEY": zotero.key}, cwd=tmp_path, data_dir=tmp_path)


def likes(home: Home) -> tuple[str, ...]:
    return home.look().profiles[0].interests[0].like


def sync(home: Home, hours: float = 0, *, due_only: bool = False) -> list[str]:
    return [one.why for one in keep_in_step(home.settings, NOW + timedelta(hours=hours), due_only=due_only)]


def test_the_papers_of_a_library_are_likes_with_their_abstracts_and_ids(home, zotero):
    assert likes(home) == ("A title",), "nothing is known before the first pass"
    zotero.add(
        "Glaciers in <i>Spring</i>",
        abstractNote="They melt.",
        creators=[{"creatorType": "author", "firstName": "Ada", "lastName": "Frost"}, {"creatorType": "editor"}],
        url="http://arxiv.org/abs/2401.00001",
    )
    zotero.add("A DOI paper", DOI="10.1145/1234567")
    zotero.add("A picture", itemType="attachment")
    assert sync(home) == []
    assert likes(home) == ("A title", "Glaciers in Spring", "A DOI paper")
    spring = home.settings.references["Glaciers in Spring"]
    assert (spring.arxiv_id, spring.abstract, spring.authors) == ("2401.00001", "They melt.", ("Ada Frost",))
    assert all(zotero.key in key for key in zotero.keys)
    assert zotero.asked == ["/users/12345/items/top"]


def test_an_unchanged_library_costs_one_request_and_a_changed_one_is_read_anew(home, zotero):
    for number in range(250):
        zotero.add(f"Paper {number}")
    sync(home)
    assert (len(likes(home)), len(zotero.asked)) == (251, 3)
    sync(home)
    assert len(zotero.asked) == 4
    del zotero.items[10:]
    zotero.add("New")
    sync(home)
    assert likes(home)[-1] == "New"
    assert (len(likes(home)), len(zotero.asked)) == (12, 5)


def test_with_due_only_a_library_is_asked_once_in_its_interval(home, zotero):
    for hours in (0, 0.5, 0.9, 1.1):
        sync(home, hours, due_only=True)
    assert len(zotero.asked) == 2


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_library_that_cannot_be_read_is_a_warning_and_leaves_the_last_known_likes(home, zotero, status):
    zotero.add("Glaciers")
    sync(home)
    zotero.refuses = status
    (warning,) = sync(home)
    assert warning.startswith("cannot be read (users/12345): ")
    assert warning.endswith("; the likes that were known stay")
    assert zotero.key not in warning
    assert likes(home) == ("A title", "Glaciers")
    zotero.refuses = 0
    zotero.add("Snow")
    assert sync(home) == []
    assert likes(home) == ("A title", "Glaciers", "Snow")


def test_a_server_that_is_away_is_a_warning(home, zotero):
    away = replace(home.settings.zotero[0], base_url="http://127.0.0.1:9/")
    settings = replace(home.settings, zotero=(away,))
    (warning,) = keep_in_step(settings, NOW, due_only=False)
    assert warning.where == "Zotero library mine"


def test_what_was_noted_of_another_library_or_was_damaged_is_not_believed(home, zotero):
    zotero.add("Glaciers")
    sync(home)
    noted = home.settings.zotero[0].kept.with_suffix(".asked")
    assert zotero.key not in noted.read_text() + home.settings.zotero[0].kept.read_text()
    noted.write_text("{nonsense")
    sync(home, due_only=True)
    home.settings.zotero[0].kept.unlink()
    sync(home, due_only=True)
    assert likes(home) == ("A title", "Glaciers")
    assert len(zotero.asked) == 3


def test_a_library_that_digest_toml_does_not_name_is_a_fault(home, tmp_path):
    (tmp_path / "profiles" / "bob.toml").write_text(ADA.replace("mine", "mime").replace("ada", "bob"))
    with pytest.raises(ConfigError) as caught:
        Home(tmp_path, {"ZOTERO_KEY": "x" * 20}, cwd=tmp_path, data_dir=tmp_path)
    assert str(caught.value) == (
        "profiles/bob.toml:4: interests[0].like: no [[zotero]] of digest.toml has the name"
        ' "mime" (did you mean "mine"?)'
    )


def test_a_reader_who_edits_a_profile_keeps_its_library_and_adds_none(home, zotero):
    profiles = Profiles(home, Store.open("sqlite://", now=NOW))
    profiles.edit("ada", [added(("interests", 0, "like"), "Another title")], now=NOW)
    with pytest.raises(ConfigError, match="which is not read here"):
        profiles.create('name = "bob"\ndeliver = ["folder:bob"]\n' + ADA.partition("\n")[2], now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("users/12345", "12345", "is not a library of Zotero (users/NUMBER or groups/NUMBER)"),
        ('"mine"', '"mine"\ncollection = "x"', "is not a collection"),
        ("env:ZOTERO_KEY", "secret", "a secret must not stand in the config"),
        ("http://127", "http://192", "would send the token in clear"),
    ],
)
def test_a_table_at_fault_says_which_key(tmp_path, home, zotero, old, new, said):
    main = tmp_path / "digest.toml"
    main.write_text(main.read_text().replace(old, new))
    with pytest.raises(ConfigError) as caught:
        Home(tmp_path, {"ZOTERO_KEY": "x" * 20}, cwd=tmp_path, data_dir=tmp_path)
    assert said in str(caught.value)
