"""Profiles in files: read again when they change, edited in place."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.config import Home
from digest.config.editing import Edit, added
from digest.errors import ConfigError, DigestError, ProfileChanged, UsageError
from digest.pipeline.profiles import Profiles
from digest.store import Store
from tests.builders import NOW

MAIN = '[[sources]]\nkind = "folder"\npath = "drop"\n'
ADA = '# mine\nname = "ada"\nlimit = 8  # enough\ndeliver = ["folder:ada"]\n\n[[interests]]\nname = "Ice"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "digest.toml").write_text(MAIN)
    (tmp_path / "profiles" / "ada.toml").write_text(ADA)
    return tmp_path / "profiles"


@pytest.fixture
def profiles(folder: Path) -> Profiles:
    return opened(folder)


def opened(folder: Path) -> Profiles:
    return Profiles(home(folder), Store.open("sqlite://", now=NOW))


def home(folder: Path, **more: bool) -> Home:
    return Home(folder.parent, {}, cwd=folder.parent, data_dir=folder / "data", **more)


def names(profiles: Profiles) -> list[str]:
    return [profile.name for profile in profiles.look().profiles]


def limits(profiles: Profiles) -> dict[str, int]:
    return {profile.name: profile.limit for profile in profiles.look().profiles}


# ---------------------------------------------------------------- seen without a restart


def test_added_changed_and_removed_profiles_are_seen(folder, profiles):
    (folder / "bob.toml").write_text(ADA.replace("ada", "bob"))
    assert names(profiles) == ["ada", "bob"]
    (folder / "bob.toml").write_text(ADA.replace("ada", "bob").replace("8", "9"))
    assert limits(profiles) == {"ada": 8, "bob": 9}
    (folder / "ada.toml").unlink()
    assert names(profiles) == ["bob"]


def test_only_what_changed_is_read_again(folder):
    for number in range(20):
        (folder / f"p{number}.toml").write_text(ADA.replace("ada", f"p{number}"))
    opened = home(folder)
    assert opened.files_read == 21
    opened.look()
    assert opened.files_read == 21
    (folder / "p7.toml").write_text(ADA.replace("ada", "p7").replace("8", "9"))
    before = opened.settings.profiles
    after = opened.look().profiles
    assert opened.files_read == 22
    assert [one.limit for one in after if one.name == "p7"] == [9]
    assert sum(one is other for one, other in zip(before, after, strict=True)) == 20, "the others are the same values"


def test_a_file_that_was_only_touched_is_read_and_stays_what_it_was(folder, profiles):
    before = profiles.look().profiles[0]
    os.utime(folder / "ada.toml", ns=(1, 1))
    assert profiles.look().profiles[0] is before


def test_a_change_of_the_same_length_and_time_is_seen(folder, profiles):
    status = (folder / "ada.toml").stat()
    (folder / "new").write_text(ADA.replace("8", "9"))
    os.utime(folder / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
    (folder / "new").replace(folder / "ada.toml")
    assert limits(profiles) == {"ada": 9}


def test_a_broken_edit_keeps_the_last_good_version_until_it_is_mended(folder, profiles):
    (folder / "bob.toml").write_text("nonsense")
    (folder / "ada.toml").write_text(ADA.replace("8", "800"))
    settings = profiles.look()
    assert [(one.name, one.limit) for one in settings.profiles] == [("ada", 8)]
    assert [(one.where, one.why) for one in settings.broken] == [
        (f"{folder}/ada.toml:3: limit", "must be at most 100"),
        (f"{folder}/bob.toml:1", "is not TOML: expected '=' after a key in a key/value pair"),
    ]
    (folder / "ada.toml").write_text(ADA.replace("8", "9"))
    (folder / "bob.toml").unlink()
    settings = profiles.look()
    assert ([one.limit for one in settings.profiles], settings.broken) == ([9], ())


def test_a_new_file_with_a_name_that_is_taken_is_left_out_until_the_name_is_free(folder, profiles):
    (folder / "aaa.toml").write_text(ADA.replace("8", "9").replace("folder:ada", "folder:aaa"))
    settings = profiles.look()
    assert [one.limit for one in settings.profiles] == [8]
    assert settings.broken[0].why == 'the name "ada" is used by profiles/ada.toml too'
    (folder / "ada.toml").unlink()
    assert limits(profiles) == {"ada": 9}
    assert profiles.settings.broken == ()


def test_nobody_loses_a_digest_because_the_folder_is_away_for_a_while(folder, profiles):
    folder.rename(folder.parent / "away")
    settings = profiles.look()
    assert [one.name for one in settings.profiles] == ["ada"]
    assert settings.broken[0].why.startswith("there is no such folder")
    (folder.parent / "away").rename(folder)
    assert profiles.look().broken == ()


def test_files_of_references_are_read_again_when_they_change(folder, profiles):
    bib = folder / "likes.bib"
    bib.write_text("@article{a, title={Glaciers in Spring}}")
    (folder / "ada.toml").write_text(ADA + 'like = ["likes.bib"]\n')
    assert profiles.look().profiles[0].interests[0].like == ("Glaciers in Spring",)
    bib.write_text("@article{a, title={Glaciers in Autumn}}")
    settings = profiles.look()
    assert settings.profiles[0].interests[0].like == ("Glaciers in Autumn",)
    assert list(settings.references) == ["Glaciers in Autumn"]
    bib.write_text("")
    settings = profiles.look()
    assert settings.profiles[0].interests[0].like == ("Glaciers in Autumn",)
    assert "likes.bib names no paper" in settings.broken[0].why
    assert settings.broken[0].where == f"{folder}/ada.toml:8: interests[0].like"
    assert list(settings.references) == ["Glaciers in Autumn"]


def test_a_lenient_home_leaves_out_what_is_at_fault_and_says_so(folder):
    (folder / "bob.toml").write_text('deliver = ["fax:1"]')
    with pytest.raises(ConfigError):
        home(folder)
    settings = home(folder, lenient=True).settings
    assert [one.name for one in settings.profiles] == ["ada"]
    assert [one.where for one in settings.broken] == [f"{folder}/bob.toml:1: deliver[0]"]


# ---------------------------------------------------------------- edited in place


def test_a_saved_profile_is_seen_at_once_and_keeps_its_comments_and_its_rights(folder, profiles):
    (folder / "ada.toml").chmod(0o640)
    saved = profiles.edit("ada", [Edit(("limit",), 5), added(("interests", 0, "like"), "A paper")], now=NOW)
    assert (saved.limit, saved.interests[0].like) == (5, ("A paper",))
    assert profiles.settings.profiles == (saved,)
    assert (folder / "ada.toml").read_text() == (
        '# mine\nname = "ada"\nlimit = 5  # enough\ndeliver = ["folder:ada"]\n\n'
        '[[interests]]\nname = "Ice"\nlike = ["A paper"]\n'
    )
    assert (folder / "ada.toml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["ada.toml"]


def test_a_profile_that_somebody_else_changed_is_not_overwritten(folder, profiles):
    seen = profiles.document("ada")
    (folder / "ada.toml").write_text(ADA.replace("8", "9"))
    with pytest.raises(ProfileChanged):
        profiles.save("ada", ADA.replace("8", "7"), etag=seen.etag, now=NOW)
    assert limits(profiles) == {"ada": 9}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("limit = 8", "limit = 0", "ada.toml:3: limit: must be at least 1"),
        ("limit = 8", "limit = ", "is not TOML"),
        ('"ada"', '"eve"', 'name: must stay "ada"'),
        ("folder:ada", "folder:BOB", 'the folder "BOB" is used by the profile bob too'),
        ("folder:ada", "email:ada@example.org", "needs a table [email]"),
        ('"Ice"', '"Ice"\nlike = ["../../secret.json"]', "is a file of this machine, which is not read here"),
    ],
)
def test_what_is_at_fault_is_not_saved(folder, profiles, old, new, said):
    (folder / "bob.toml").write_text(ADA.replace("ada", "bob"))
    profiles.look()
    with pytest.raises(ConfigError) as caught:
        profiles.save("ada", ADA.replace(old, new), etag=profiles.document("ada").etag, now=NOW)
    assert said in str(caught.value)
    assert (folder / "ada.toml").read_text() == ADA


def test_a_file_that_is_liked_already_may_stay(folder, profiles):
    (folder / "likes.bib").write_text("@article{a, title={Glaciers in Spring}}")
    (folder / "ada.toml").write_text(ADA + 'like = ["likes.bib"]\n')
    profiles.look()
    profiles.edit("ada", [Edit(("limit",), 5)], now=NOW)
    assert profiles.settings.profiles[0].interests[0].like == ("Glaciers in Spring",)


def test_a_profile_that_is_not_there_is_said_to_be_so(profiles):
    assert profiles.document("eve") is None
    with pytest.raises(UsageError, match="no profile 'eve'"):
        profiles.edit("eve", [], now=NOW)


def test_a_link_to_a_file_stays_a_link(folder, profiles):
    real = folder.parent / "elsewhere.toml"
    (folder / "ada.toml").rename(real)
    (folder / "ada.toml").symlink_to(real)
    profiles.edit("ada", [Edit(("limit",), 5)], now=NOW)
    assert (folder / "ada.toml").is_symlink()
    assert "limit = 5" in real.read_text()


def test_a_folder_that_cannot_be_written_is_one_line(folder, profiles, cannot_write: Callable[[Path], None]):
    cannot_write(folder)
    with pytest.raises(DigestError, match="cannot be written"):
        profiles.edit("ada", [Edit(("limit",), 5)], now=NOW)
    assert (folder / "ada.toml").read_text() == ADA


def test_of_many_who_edit_at_once_none_is_lost_or_told_so(folder):
    """Each of these is a process of its own as far as the lock on the folder goes."""
    told: list[str] = []

    def edit(number: int) -> None:
        mine = opened(folder)
        while True:
            try:
                mine.edit("ada", [added(("interests", 0, "like"), f"Paper {number}")], now=NOW)
                return
            except ProfileChanged as changed:
                told.append(str(changed))

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (ada,) = home(folder).settings.profiles
    assert sorted(ada.interests[0].like) == [f"Paper {number}" for number in range(8)]


@pytest.fixture
def cannot_write(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a folder refuse new files; as root no mode does, so the call that makes them is refused."""

    def refuse(folder: Path) -> None:
        def mkstemp(*args: object, **kwargs: object) -> tuple[int, str]:
            raise PermissionError(13, "Permission denied", str(folder))

        monkeypatch.setattr("tempfile.mkstemp", mkstemp)

    return refuse
