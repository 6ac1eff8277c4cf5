"""What the files of profiles said, remembered from one command to the next: never believed where it may be wrong.

JSON, since what is read here must not be able to do anything; profiles hold no secrets.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from digest.config import forms
from digest.config.stamps import Stamp
from digest.model import Profile

NAME = "profiles.cache"
FROM = 200
"""Fewer files are read as fast as they are remembered."""
_KIND = "paper-digest profiles 1"

Entry = tuple[Stamp, str, Profile]
"""The stamp of a file, the hash of its content, and what it states as it is written."""


def remembered(file: Path, folder: Path) -> dict[str, Entry]:
    """What the files of *folder* said, by their names; {} where *file* is missing, damaged, old, or somebody else's."""
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return {}
            head, body = opened.readline(), opened.read()
        if json.loads(head) != _head(folder, body):
            return {}
        unpacker = forms.Unpacker()
        return {
            name: ((stamp[0], stamp[1], stamp[2], stamp[3]), content, unpacker.profile(form))
            for name, stamp, content, form in json.loads(body)
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def remember(file: Path, folder: Path, entries: Mapping[str, Entry]) -> None:
    """Remember what the files of *folder* say, whole or not at all; where that cannot be, the next command reads them.

    A folder for the state is not made for it: what only looks leaves nothing behind.
    """
    rows = [(name, stamp, content, forms.packed(profile)) for name, (stamp, content, profile) in entries.items()]
    body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    part = ""
    with suppress(OSError):
        try:
            number, part = tempfile.mkstemp(prefix=f".{NAME}.", dir=file.parent)  # readable by its owner alone
            with os.fdopen(number, "wb") as opened:
                opened.write(json.dumps(_head(folder, body)).encode() + b"\n" + body)
            Path(part).replace(file)
        except OSError:
            if part:
                Path(part).unlink(missing_ok=True)


def _head(folder: Path, body: bytes) -> dict[str, Any]:
    return {"kind": _KIND, "checks": forms.checks(), "folder": str(folder), "sum": hashlib.sha256(body).hexdigest()}
