"""What the files of profiles said is remembered, and not believed where it may be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.config import Home, cache, forms

MAIN = 'state = "var"\n[[sources]]\nkind = "folder"\npath = "drop"\n[slack]\ntoken = "env:TOKEN"\n'
MANY = cache.FROM + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "var").mkdir()
    (tmp_path / "digest.toml").write_text(MAIN)
    for number in range(MANY):
        write(tmp_path, number)
    return tmp_path


def write(folder: Path, number: int, limit: int = 8) -> None:
    text = f'limit = {limit}\ndeliver = ["folder:p{number}"]\n[[interests]]\nname = "Ice"\nkeywords = ["sea ice"]\n'
    (folder / "profiles" / f"p{number}.toml").write_text(text)


def home(folder: Path) -> Home:
    return Home(folder, {"TOKEN": "xoxb-a-secret-token"}, cwd=folder, data_dir=folder / "data")


def test_the_next_command_reads_only_what_changed(folder):
    first = home(folder)
    assert first.files_read == MANY
    again = home(folder)
    assert again.files_read == 0
    assert again.settings.profiles == first.settings.profiles
    write(folder, 7, limit=3)
    (folder / "profiles" / "p8.toml").unlink()
    changed = home(folder)
    assert changed.files_read == 1
    assert [one.limit for one in changed.settings.profiles if one.name == "p7"] == [3]
    assert len(changed.settings.profiles) == MANY - 1
    assert home(folder).files_read == 0, "it is remembered anew"


def damage(content: bytes) -> bytes:
    return content.replace(b"sea ice", b"sea-ice")


@pytest.mark.parametrize(
    "spoil",
    [
        damage,
        lambda content: content[:-20],
        lambda content: b"",
        lambda content: b"\x80\x04nonsense",
        lambda content: content.replace(b"profiles 1", b"profiles 0"),
        lambda content: content.replace(forms.checks().encode(), b"0" * 16),
        lambda content: content.replace(b"/profiles", b"/elsewhere", 1),
    ],
)
def test_what_is_damaged_old_or_foreign_is_not_believed(folder, spoil):
    whole = home(folder).settings.profiles
    file = folder / "var" / cache.NAME
    file.write_bytes(spoil(file.read_bytes()))
    again = home(folder)
    assert again.files_read == MANY
    assert again.settings.profiles == whole


def test_a_file_that_others_can_write_to_is_not_believed(folder):
    home(folder)
    (folder / "var" / cache.NAME).chmod(0o666)
    assert home(folder).files_read == MANY


def test_it_is_readable_by_its_owner_alone_and_holds_no_secret(folder):
    home(folder)
    file = folder / "var" / cache.NAME
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"secret" not in file.read_bytes()
    assert json.loads(file.read_bytes().partition(b"\n")[0])["folder"] == str(folder / "profiles")


def test_nothing_is_left_behind_where_there_is_no_state_or_little_to_remember(folder):
    (folder / "var").rmdir()
    home(folder)
    assert not (folder / "var").exists()
    (folder / "var").mkdir()
    for number in (1, 2):
        (folder / "profiles" / f"p{number}.toml").unlink()
    home(folder)
    assert list((folder / "var").iterdir()) == []


def test_what_other_keys_forbid_now_is_told_from_memory_too(folder):
    (folder / "profiles" / "p1.toml").write_text('deliver = ["slack:C0123456789"]')
    home(folder)
    (folder / "digest.toml").write_text(MAIN.partition("[slack]")[0])
    with pytest.raises(Exception, match=r'profiles/p1.toml:1: deliver\[0\]: "slack:" needs a table'):
        home(folder)
