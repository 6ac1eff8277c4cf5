"""Packed dumps: .gz and .zip, within limits of size and number, and never by a path that leads elsewhere."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from digest.errors import DumpRefused
from digest.sources.bodies import STEP, TooLargeError, UnreadableError, unzipped

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MEMBERS = 1000
_ENTRY = b"PK\x01\x02"
_READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The other methods cannot be unpacked step by step."""

Piece = tuple[str, bytes | DumpRefused]
"""Where it lies ("dumps.zip/2024-05-27.json"), and what it holds."""


def is_packed(content: bytes) -> bool:
    """Whether these bytes are an archive that can be unpacked here."""
    return content.startswith((GZIP, ZIP))


def unpacked(where: str, content: bytes, max_bytes: int) -> Iterator[Piece]:
    """Yield what an archive holds, at most *max_bytes* in all; a plain file is itself. Refusals are values."""
    try:
        if content.startswith(GZIP):
            steps = (content[at : at + STEP] for at in range(0, len(content), STEP))
            yield where, unzipped(steps, max_bytes)
        elif content.startswith(ZIP):
            yield from _members(where, content, max_bytes)
        else:
            yield where, content
    except TooLargeError:
        yield where, _too_large(where, max_bytes)
    except UnreadableError as error:
        yield where, DumpRefused(where, str(error))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError, OSError) as error:
        yield where, DumpRefused(where, f"the archive cannot be read: {str(error)[:100].lower()}")


def _members(where: str, content: bytes, max_bytes: int) -> Iterator[Piece]:
    if content.count(_ENTRY) > 10 * MEMBERS:
        raise ValueError("too many files")
    left = max_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and not _is_furniture(one.filename)]
        if len(members) > MEMBERS:
            raise ValueError(f"more than {MEMBERS:,} files")
        for member in sorted(members, key=lambda one: one.filename):
            here = f"{where}/{member.filename}"
            why = _unfit(member)
            if why:
                yield here, DumpRefused(here, why)
                continue
            with archive.open(member) as file:
                found = file.read(left + 1)
            if len(found) > left:
                raise TooLargeError
            left -= len(found)
            yield here, found


def _is_furniture(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith((".", "__MACOSX")) and part not in {"..", "."} for part in parts)


def _unfit(member: zipfile.ZipInfo) -> str:
    """Why this member is not taken, "" for one that is."""
    name = member.orig_filename.replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":") or "\0" in name:
        return "a name that leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    if member.flag_bits & 0x1:
        return "encrypted"
    if member.compress_type not in _READABLE:
        return "compressed by a method that is not read here"
    return ""


def _too_large(where: str, max_bytes: int) -> DumpRefused:
    return DumpRefused(where, f"larger than the limit of {max_bytes / 2**20:,.0f} MB when unpacked")
