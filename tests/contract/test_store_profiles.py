"""Profiles that are kept in the store: seen by every process, edited without losing anything, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config import Home, forms
from digest.config.editing import Edit
from digest.errors import ConfigError, ProfileChanged, UsageError
from digest.pipeline.profiles import Profiles
from digest.store import Form, Standing, Store, StoredText
from tests.builders import NOW

MAIN = '[[sources]]\nkind = "folder"\npath = "drop"\n'
BOB = '# mine\nname = "bob"\nlimit = 8  # enough\ndeliver = ["folder:bob"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config" / "profiles").mkdir(parents=True)
    (tmp_path / "config" / "digest.toml").write_text(MAIN)
    (tmp_path / "config" / "profiles" / "ada.toml").write_text('deliver = ["folder:ada"]')
    return tmp_path / "config"


def opened(folder: Path, store: Store, **more: bool) -> Profiles:
    """The profiles as another process has them."""
    return Profiles(Home(folder, {}, cwd=folder, data_dir=folder / "data"), store, **more)


def limits(profiles: Profiles) -> dict[str, int]:
    return {one.name: one.limit for one in profiles.look().profiles}


class Counting:
    """A store that counts how many profiles are read from it."""

    def __init__(self, store: Store) -> None:
        self._store, self.read = store, 0

    def profile_forms(self, after: int, limit: int) -> list[Form]:
        found = self._store.profile_forms(after, limit)
        self.read += len(found)
        return found

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_a_profile_made_changed_and_removed_is_seen_by_others_at_their_next_look(folder, store):
    mine, other = opened(folder, store), opened(folder, store)
    mine.create(BOB, now=NOW)
    assert limits(mine) == limits(other) == {"ada": 10, "bob": 8}
    saved = mine.edit("bob", [Edit(("limit",), 5)], now=NOW)
    assert saved.limit == 5
    assert other.document("bob").text == BOB.replace("8", "5")
    assert limits(other) == {"ada": 10, "bob": 5}
    mine.remove("bob", etag=mine.document("bob").etag, now=NOW)
    assert limits(mine) == limits(other) == {"ada": 10}
    assert other.document("bob") is None


def test_a_look_reads_only_what_changed(folder, store):
    counting = Counting(store)
    mine, other = opened(folder, store), opened(folder, counting)
    for number in range(30):
        mine.create(BOB.replace("bob", f"p{number}"), now=NOW)
    other.look()
    assert counting.read == 30
    before = other.settings
    assert other.look() is before
    mine.edit("p7", [Edit(("limit",), 5)], now=NOW)
    after = other.look()
    assert counting.read == 31
    assert sum(one is two for one, two in zip(before.profiles, after.profiles, strict=True)) == 30


def test_who_asks_often_looks_every_few_seconds_and_sees_what_it_saves_at_once(folder, store):
    mine, other = opened(folder, store), opened(folder, store)
    assert len(mine.recent(100.0).profiles) == 1
    other.create(BOB, now=NOW)
    assert len(mine.recent(104.0).profiles) == 1
    assert len(mine.recent(106.0).profiles) == 2
    mine.edit("bob", [Edit(("limit",), 5)], now=NOW)
    assert [one.limit for one in mine.recent(106.0).profiles] == [10, 5]


def test_a_text_that_somebody_else_changed_is_not_overwritten(folder, store):
    mine, other = opened(folder, store), opened(folder, store)
    mine.create(BOB, now=NOW)
    seen = mine.document("bob")
    other.edit("bob", [Edit(("limit",), 5)], now=NOW)
    with pytest.raises(ProfileChanged):
        mine.save("bob", BOB.replace("8", "7"), etag=seen.etag, now=NOW)
    with pytest.raises(ProfileChanged):
        mine.remove("bob", etag=seen.etag, now=NOW)
    assert limits(mine)["bob"] == 5


def test_two_that_write_at_the_same_moment_do_not_overwrite_each_other(store):
    store.add_profiles([StoredText("bob", "a", "[]", "x")], NOW)
    assert store.change_profile(StoredText("bob", "b", "[]", "x"), "a", NOW)
    assert not store.change_profile(StoredText("bob", "c", "[]", "x"), "a", NOW)
    assert not store.remove_profile("bob", "a", NOW)
    assert store.profile_text("BOB").text == "b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limit = ", "the store:1: is not TOML"),
        ('deliver = ["folder:bob"]', "the store: name: is missing"),
        (BOB.replace("8", "0"), "the store:3: limit: must be at least 1"),
        (BOB.replace("folder:bob", "folder:ada"), 'the folder "ada" is used by the profile ada too'),
        (BOB.replace('"bob"', '"Ada"'), 'the name "Ada" is used by the profile ada too'),
        (BOB.replace("folder:", "slack:C012345678"), "needs a table [slack]"),
        (BOB + '[[interests]]\nname = "x"\nlike = ["/etc/passwd.json"]', "is a file of this machine"),
    ],
)
def test_what_is_at_fault_is_not_kept(folder, store, text, said):
    profiles = opened(folder, store)
    with pytest.raises(ConfigError) as caught:
        profiles.create(text, now=NOW)
    assert said in str(caught.value)
    assert store.profile_names() == []


def test_of_several_profiles_all_are_kept_or_none(store):
    texts = [StoredText(name, name, "[]", "x") for name in ("a", "b", "c")]
    assert store.add_profiles(texts[1:2], NOW) == []
    assert store.add_profiles(texts, NOW) == ["b"]
    assert store.profile_names() == ["b"]
    assert store.add_profiles(texts, NOW, replace=True) == ["b"]
    assert sorted(store.profile_names()) == ["a", "b", "c"]
    assert store.profiles_standing() == Standing(4, 0)


def test_a_name_in_a_file_and_in_the_store_is_a_fault_that_names_both(folder, store):
    store.add_profiles([StoredText("Ada", BOB.replace("bob", "Ada"), "[]", "old")], NOW)
    with pytest.raises(ConfigError) as caught:
        opened(folder, store)
    assert str(caught.value) == (
        f'{folder / "profiles" / "ada.toml"}: the name "ada" is that of a profile in the store too'
        " (take one of them away)"
    )


def test_while_the_bot_runs_who_was_there_first_keeps_the_name(folder, store):
    mine, other = opened(folder, store), opened(folder, store)
    mine.create(BOB, now=NOW)
    other.look()
    (folder / "profiles" / "bob.toml").write_text(BOB.replace("8", "3"))
    assert limits(other) == {"ada": 10, "bob": 8}
    assert "is that of a profile in the store too" in other.settings.broken[0].why
    assert other.document("bob").stored
    other.remove("bob", etag=other.document("bob").etag, now=NOW)
    assert limits(other) == {"ada": 10, "bob": 3}
    assert other.settings.broken == ()
    store.add_profiles([StoredText("ADA", BOB.replace("bob", "ADA"), "[]", "old")], NOW)
    assert limits(other) == {"ada": 10, "bob": 3}
    assert len(other.settings.broken) == 1


def test_what_was_checked_by_other_rules_is_checked_anew_once_and_a_fault_is_told(folder, store):
    store.add_profiles(
        [
            StoredText("bob", BOB, "nonsense", "old"),
            StoredText("eve", BOB.replace("bob", "eve").replace("8", "0"), "nonsense", "old"),
        ],
        NOW,
    )
    profiles = opened(folder, store)
    assert limits(profiles) == {"ada": 10, "bob": 8}
    assert [(one.where, one.why) for one in profiles.settings.broken] == [
        ("the store: eve", "the store:3: limit: must be at least 1")
    ]
    assert {one.name: one.checks for one in store.profile_forms(0, 10)} == {"bob": forms.checks(), "eve": "old"}


def test_a_profile_whose_channel_has_no_account_any_more_is_told_and_left_out(folder, store):
    main = folder / "digest.toml"
    main.write_text(MAIN + '[email]\nurl = "smtp://localhost:25"\nfrom = "d@example.org"\n')
    opened(folder, store).create(BOB.replace("folder:bob", "email:bob@example.org"), now=NOW)
    main.write_text(MAIN)
    profiles = opened(folder, store)
    assert limits(profiles) == {"ada": 10}
    assert profiles.settings.broken[0].why == '"email:" needs a table [email] in digest.toml'


def test_a_file_is_not_removed_by_a_command(folder, store):
    profiles = opened(folder, store)
    with pytest.raises(UsageError, match="remove that file"):
        profiles.remove("ada", etag=profiles.document("ada").etag, now=NOW)


def test_a_time_zone_that_a_text_leaves_open_is_that_of_digest_toml(folder, store):
    opened(folder, store).create(BOB, now=NOW)
    (folder / "digest.toml").write_text('timezone = "Asia/Tokyo"\n' + MAIN)
    assert opened(folder, store).settings.profiles[1].timezone == "Asia/Tokyo"
