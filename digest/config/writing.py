"""A profile's file written anew: all of it or nothing, by one writer at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from digest.config.faults import MAX_BYTES
from digest.errors import DigestError


def etag(text: str) -> str:
    """What tells one text of a profile from another."""
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(file: Path) -> str | None:
    """The file's text with its line ends as they are; None without a file. Raises DigestError."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1).decode()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DigestError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DigestError(f"{file} is not text in UTF-8") from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let nobody else write to the profiles of *folder* in this way meanwhile. Raises DigestError."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise DigestError(f"{folder} cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def put(file: Path, text: str) -> None:
    """Replace the content of *file*, which keeps its rights; a link stays a link.

    Raises DigestError; then nothing was changed.
    """
    file = file.resolve()
    part = ""
    try:
        status = file.stat()
        number, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # hidden: no profile
        with os.fdopen(number, "wb") as opened:
            opened.write(text.encode())
            os.fchmod(opened.fileno(), status.st_mode & 0o7777)
            with suppress(OSError):  # only root may give a file to others
                os.fchown(opened.fileno(), status.st_uid, status.st_gid)
            opened.flush()
            os.fsync(opened.fileno())
        Path(part).replace(file)
    except OSError as error:
        if part:
            Path(part).unlink(missing_ok=True)
        raise DigestError(f"{file} cannot be written: {error.strerror}") from None
