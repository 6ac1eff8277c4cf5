"""The folder channel: the mail and the Slack message of an edition as files, as they would have been sent."""

from __future__ import annotations

import json
import os
import re
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from digest.channels.feeds import feeds
from digest.errors import Deferred, Rejected
from digest.model import LETTER, OPERATOR, Message, Receipt
from digest.render.mime import mime

_FOLDER_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:<>\"|?*.\s][^\x00-\x1f\x7f/\\:<>\"|?*]{0,99}")


class FolderChannel:
    """Writes `TARGET/DATE.eml`, `.html` and `.slack.json` below *root*; *sender* stands in the mail's From.

    The message's own files lie beside them, like `DATE.bib`.

    Beside them, `feed.atom` and `feed.json` hold the newest editions of the folder.
    """

    def __init__(self, root: Path, sender: str) -> None:
        self.root, self.sender = root, sender
        self._feeding = threading.Lock()

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        """Write the files, each whole or not at all; a repeat writes the same files again.

        Raises Rejected when the target is no plain folder name, Deferred when the disk refuses.
        """
        name = message.target.address
        if _FOLDER_NAME.fullmatch(name) is None:
            raise Rejected(f"{name!r} is not a plain folder name", scope="address")
        folder = self.root / name
        posts = [{"text": post.text, "blocks": list(post.blocks)} for post in message.posts]
        files = {ending: content.encode("utf-8", "replace") for ending, content in message.files} | {
            ".slack.json": json.dumps({"posts": posts}, ensure_ascii=False, indent=2).encode() + b"\n",
            ".html": message.html.encode(),
            ".eml": mime(message, sender=self.sender, sent_at=sent_at),
        }
        try:
            if folder.is_symlink():
                raise Rejected(f"{folder} is a link, not a folder", scope="address")
            folder.mkdir(parents=True, exist_ok=True)
            paths = [_replace(folder, f"{message.stem}{suffix}", content) for suffix, content in files.items()]
            if not message.profile.startswith((OPERATOR, LETTER)):
                self._write_feeds(folder, name, message.stem)
            _settle_names(folder)
        except OSError as error:
            raise Deferred(f"{folder}: {error.strerror or error}", scope="channel") from error
        return Receipt(tuple(map(str, paths)))

    def _write_feeds(self, folder: Path, name: str, changed: str) -> None:
        """Take the edition of the day *changed* into the feeds of *folder*, one at a time, so that none is left out.

        The edition itself is delivered by now: a feed that cannot be written is made with the next one.
        """
        with self._feeding, suppress(OSError):
            for file, content in feeds(folder, name, changed).items():
                _replace(folder, file, content, last=False)

    def check(self) -> str:
        """Say where the files go; raises Deferred when nothing can be written there."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Deferred(f"{self.root}: {error.strerror or error}") from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise Deferred(f"{self.root}: cannot be written")
        return f"writes below {self.root}"

    def close(self) -> None:
        """Nothing is held open."""


def _replace(folder: Path, name: str, content: bytes, *, last: bool = True) -> Path:
    """Write beside the place, then rename: a reader sees the old file or the whole new one.

    Without *last* it need not outlast a power cut, since it can be made again.
    """
    path, beside = folder / name, folder / f".{name}.part"  # one name: a killed run leaves nothing for good
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            if last:
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return path


def _settle_names(folder: Path) -> None:
    """Make the renames outlast a power cut, where a folder can be synced at all."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
