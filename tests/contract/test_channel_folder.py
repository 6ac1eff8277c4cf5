"""The folder channel: files as they would have been sent, whole or not at all."""

from __future__ import annotations

import email
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from email import policy
from pathlib import Path

import pytest

from digest.channels.folder import FolderChannel
from digest.errors import Deferred, Rejected
from digest.model import Message, Post, Target

SENT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SENDER = "Paper Digest <digest@localhost>"


def a_message(folder: str = "ada", **fields: object) -> Message:
    message = Message(
        key=f"ada/2026-11-21/folder:{folder}",
        profile="ada",
        date=date(2026, 11, 21),
        target=Target("folder", folder),
        subject="3 new papers",
        html="<html><body><p>Grüße</p></body></html>\n",
        text="Grüße\n",
        posts=(Post("Grüße", ({"type": "section", "text": {"type": "mrkdwn", "text": "*Grüße*"}},)),),
    )
    return replace(message, **fields)  # type: ignore[arg-type]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "folder"


def files(root: Path) -> dict[str, bytes]:
    """What was delivered; the feeds beside it have their own tests."""
    found = {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    return {name: content for name, content in found.items() if not name.endswith(("feed.atom", "feed.json"))}


def test_an_edition_is_three_files_that_read_as_they_would_be_sent(root):
    receipt = FolderChannel(root, SENDER).send(a_message(), sent_at=SENT)
    assert sorted(files(root)) == ["ada/2026-11-21.eml", "ada/2026-11-21.html", "ada/2026-11-21.slack.json"]
    assert sorted(receipt.remote_ids) == sorted(str(root / name) for name in files(root))
    assert files(root)["ada/2026-11-21.html"].decode() == a_message().html
    (post,) = json.loads(files(root)["ada/2026-11-21.slack.json"])["posts"]
    assert post == {"text": "Grüße", "blocks": [dict(a_message().posts[0].blocks[0])]}
    mail = email.message_from_bytes(files(root)["ada/2026-11-21.eml"], policy=policy.default)
    assert mail["Subject"] == "3 new papers"
    assert mail["To"] == "ada <ada@folder.invalid>"
    assert [part.get_content().strip() for part in mail.iter_parts()] == ["Grüße", a_message().html.strip()]


def test_a_repeat_writes_the_same_files_again(root):
    channel = FolderChannel(root, SENDER)
    first = channel.send(a_message(), sent_at=SENT)
    before = files(root)
    assert channel.send(a_message(), sent_at=SENT) == first
    assert files(root) == before


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "C:x", "a\nb", ".hidden", " a", "a" * 101, "a\x00"]
)
def test_a_name_that_would_leave_the_folder_is_refused(root, tmp_path, name):
    with pytest.raises(Rejected) as caught:
        FolderChannel(root, SENDER).send(a_message(name), sent_at=SENT)
    assert caught.value.scope == "address"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_link_elsewhere_is_refused(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    root.mkdir()
    (root / "ada").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Rejected):
        FolderChannel(root, SENDER).send(a_message(), sent_at=SENT)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_fault_62_what_cannot_be_written_leaves_the_old_file_whole_and_no_rubbish(root):
    channel = FolderChannel(root, SENDER)
    channel.send(a_message(), sent_at=SENT)
    before = files(root)
    (root / "ada" / "2026-11-21.eml").unlink()
    (root / "ada" / "2026-11-21.eml").mkdir()  # a rename onto it fails, whoever we are
    with pytest.raises(Deferred) as caught:
        channel.send(a_message(html="<p>new</p>"), sent_at=SENT)
    assert str(root / "ada") in str(caught.value)
    (root / "ada" / "2026-11-21.eml").rmdir()
    channel.send(a_message(), sent_at=SENT)
    assert files(root) == before


def test_fault_60_what_a_killed_run_left_is_gone_after_the_next(root):
    (root / "ada").mkdir(parents=True)
    (root / "ada" / ".2026-11-21.eml.part").write_bytes(b"half a ma")
    FolderChannel(root, SENDER).send(a_message(), sent_at=SENT)
    assert sorted(files(root)) == ["ada/2026-11-21.eml", "ada/2026-11-21.html", "ada/2026-11-21.slack.json"]


def test_fault_62_a_place_that_cannot_be_written_is_said_by_name(root):
    root.touch()
    with pytest.raises(Deferred, match=str(root)) as caught:
        FolderChannel(root, SENDER).send(a_message(), sent_at=SENT)
    assert caught.value.scope == "channel"


def test_a_check_says_where_the_files_go(root):
    assert FolderChannel(root, SENDER).check() == f"writes below {root}"
    (root.parent / "file").touch()
    with pytest.raises(Deferred):
        FolderChannel(root.parent / "file" / "below", SENDER).check()
