"""The keys that sign links: from the config, or made once and kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.cli.linkkeys import FILE, make_links
from digest.cli.secrets import hide
from digest.errors import DigestError
from digest.model import Settings

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
ADA = ("ada", "email:ada@example.org")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(tmp_path / "digest.toml", tmp_path / "state", "sqlite://", public_url="https://digest.example.org")


def sole_key(settings: Settings) -> str:
    return (settings.state / FILE).read_text().strip()


def test_without_a_public_address_there_are_no_links_and_no_file(settings):
    assert make_links(replace(settings, public_url="")) is None
    assert not settings.state.exists()


def test_fault_69_the_first_run_makes_a_key_that_only_the_owner_reads_and_no_output_shows(settings):
    links = make_links(settings)
    assert links is not None
    path = settings.state / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"[\w-]{43}\n", path.read_text())
    assert sorted(settings.state.iterdir()) == [path], "and nothing beside it"
    assert sole_key(settings) not in hide(f"it is {sole_key(settings)}")
    assert sole_key(settings) not in repr(links)


def test_the_key_is_made_once(settings):
    first, second = make_links(settings), make_links(settings)
    assert first is not None
    assert second is not None
    token = first.tokens.sign("unsubscribe", *ADA, at=NOW)
    assert second.tokens.read("unsubscribe", token, NOW) == ADA


def test_a_new_line_on_top_changes_the_key_and_old_links_still_work(settings):
    before = make_links(settings)
    assert before is not None
    path = settings.state / FILE
    path.write_text("another key of the tests\n" + path.read_text())
    after = make_links(settings)
    assert after is not None
    old = before.tokens.sign("unsubscribe", *ADA, at=NOW)
    assert after.tokens.read("unsubscribe", old, NOW) == ADA
    assert before.tokens.read("unsubscribe", after.tokens.sign("unsubscribe", *ADA, at=NOW), NOW) is None


def test_keys_of_the_config_come_first_and_no_file_is_made(settings):
    assert make_links(replace(settings, link_keys=("a key of the config",))) is not None
    assert not settings.state.exists()


def test_what_is_only_looked_at_leaves_no_key_behind(settings):
    assert make_links(settings, scratch=True) is not None
    assert not settings.state.exists()


@pytest.mark.parametrize("content", ["", "\n\n", "short\n"])
def test_a_file_without_a_good_key_is_refused_and_kept(settings, content):
    settings.state.mkdir()
    path: Path = settings.state / FILE
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(DigestError, match=re.escape(str(path))):
        make_links(settings)
    assert path.read_text() == content


def test_a_file_that_others_can_read_is_warned_of(settings, capsys):
    make_links(settings)
    (settings.state / FILE).chmod(0o644)
    make_links(settings)
    assert "chmod 600" in capsys.readouterr().err


def test_a_state_that_cannot_be_written_is_said_in_a_line(settings):
    settings.state.write_text("a file, not a folder")
    with pytest.raises(DigestError, match="key"):
        make_links(settings)
