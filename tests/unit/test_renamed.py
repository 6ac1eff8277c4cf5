"""A key that is called otherwise now: a warning for one release, then a fault, each with file, line and new name."""

from __future__ import annotations

import pytest

from digest.config import Home, keys
from digest.config.faults import parse
from digest.config.renamed import RENAMED, Renamed, release
from digest.errors import ConfigError

MAIN = '[[sources]]\nkind = "folder"\npath = "drop"\n\n[keep]\nscores = 40\n'
ADA = 'deliver = ["folder:ada"]\n[[interests]]\nname = "Ice"\n[[interests]]\nname = "Snow"\nloves = ["A paper"]\n'


@pytest.fixture
def renamed(monkeypatch):
    """No key was renamed so far, so the table is filled for these tests."""

    def rename(warns: tuple[int, int]) -> None:
        monkeypatch.setitem(RENAMED, "keep.scores", Renamed("rejects", warns))
        monkeypatch.setitem(RENAMED, "profile.interests.loves", Renamed("like", warns))

    return rename


@pytest.fixture
def load(tmp_path):
    def loaded(main: str = MAIN, ada: str = ADA) -> Home:
        (tmp_path / "profiles").mkdir(exist_ok=True)
        (tmp_path / "digest.toml").write_text(main)
        (tmp_path / "profiles" / "ada.toml").write_text(ada)
        return Home(tmp_path, {}, cwd=tmp_path, data_dir=tmp_path)

    return loaded


def test_the_old_name_is_understood_and_warned_of_in_the_release_that_renames(renamed, load):
    renamed((99, 0))
    settings = load().settings
    assert settings.keep.rejects == 40
    assert settings.profiles[0].interests[1].like == ("A paper",)
    assert [one.why for one in settings.warnings] == [
        'digest.toml:6: keep.scores: is called "rejects" now; the next release knows only that',
        'profiles/ada.toml:6: interests[1].loves: is called "like" now; the next release knows only that',
    ]


def test_later_it_is_a_fault(renamed, load):
    renamed((0, 0))
    with pytest.raises(ConfigError) as caught:
        load()
    assert str(caught.value).splitlines() == [
        'digest.toml:6: keep.scores: is called "rejects" now',
        'profiles/ada.toml:6: interests[1].loves: is called "like" now',
    ]


def test_both_names_at_once_are_a_fault_and_a_wrong_value_is_told_at_its_line(renamed, load):
    renamed((99, 0))
    with pytest.raises(ConfigError, match="take this one away"):
        load(MAIN + "rejects = 50\n")
    with pytest.raises(ConfigError, match=r"digest.toml:6: keep\.rejects: must be at least 7"):
        load(MAIN.replace("40", "4"))


def test_the_table_names_keys_that_went_and_keys_that_are_there():
    known = set(keys())
    for old, now in RENAMED.items():
        assert old not in known
        assert f"{old.rpartition('.')[0]}.{now.new}".removeprefix(".") in known


@pytest.mark.parametrize(("version", "found"), [("0.1.0", (0, 1)), ("12.4", (12, 4)), ("2", (2, 0)), ("x.y", (0, 0))])
def test_a_release_is_the_first_two_numbers(version, found):
    assert release(version) == found


def test_without_old_keys_a_text_stays_as_it_is():
    document = parse(b"limit = 3", "a.toml")
    document.rename("profile.", (9, 9))
    assert (document.raw, document.faults, document.warnings) == ({"limit": 3}, [], [])
