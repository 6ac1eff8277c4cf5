"""The folder source: every file that appears in a folder is a dump."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.errors import DumpRefused, SourceFailed
from digest.model import Looked, RawDump, SourceSettings
from digest.sources.unpacking import is_packed, unpacked

MAX_BYTES = 256 * 2**20
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".swp", ".swx", ".lock", "~")


Found = RawDump | DumpRefused | SourceFailed | Looked


class FolderSource:
    """Files of one folder (its sub-folders only where the pattern says so), sorted by name."""

    def __init__(self, settings: SourceSettings, *, max_bytes: int = MAX_BYTES) -> None:
        self.name = settings.name
        self._folder = settings.path
        self._pattern = settings.pattern
        self._max_bytes = max_bytes

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[Found]:
        """Yield the files that are new or changed; one that grows while it is read waits for the next pass.

        Of a .gz file what it holds is the dump, of a .zip file each file in it, within the limit of size.
        Hidden and unfinished files (.part, .tmp, …) are left alone. A link out of the folder, a file that
        is too large or cannot be read is a refusal of its own; a folder that is not there fails the source.
        """
        try:
            root = self._folder.resolve(strict=True)
            paths = sorted(path for path in self._folder.glob(self._pattern) if _is_offered(path, self._folder))
        except (OSError, ValueError, NotImplementedError) as error:
            yield SourceFailed(str(self._folder), f"the folder cannot be read: {_reason(error)}")
            return
        if not self._folder.is_dir():
            yield SourceFailed(str(self._folder), "this is not a folder")
            return
        for path in paths:
            try:
                found = self._take(path, root, now, known)
            except DumpRefused as refused:
                found = refused
            if isinstance(found, RawDump) and is_packed(found.content):
                yield from self._unpack(found)
            elif found is not None:
                yield found

    def _unpack(self, raw: RawDump) -> Iterator[Found]:
        """What an archive holds; its own stamp is remembered when all of it was looked at."""
        for where, content in unpacked(raw.where, raw.content, self._max_bytes):
            if isinstance(content, DumpRefused):
                yield content
            elif content.strip():
                yield replace(raw, where=where, content=content)
        yield Looked(self.name, raw.where, raw.stamp)

    def _take(self, path: Path, root: Path, now: datetime, known: Mapping[str, str]) -> RawDump | DumpRefused | None:
        where = str(path)
        try:
            if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
                return DumpRefused(where, "a link that leads out of the folder")
            if not path.is_file():
                return None
            if known.get(where) == _stamp(path):
                return None
            content, stamp = read_settled(path, self._max_bytes)
        except (OSError, RuntimeError) as error:
            return DumpRefused(where, f"cannot be read: {_reason(error)}")
        if stamp is None:
            return None
        return RawDump(self.name, where, content, now, stamp=stamp)


def read_settled(path: Path, max_bytes: int) -> tuple[bytes, str | None]:
    """The bytes of a file and its stamp; no stamp where size or time changed meanwhile: it is still being written.

    Raises OSError where it cannot be read, DumpRefused where it holds more than *max_bytes*.
    """
    before = _stamp(path)
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > max_bytes:
            raise too_large(str(path), max_bytes)
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise too_large(str(path), max_bytes)
    return content, before if _stamp(path) == before else None


def too_large(where: str, max_bytes: int) -> DumpRefused:
    """The refusal of a dump beyond the limit."""
    return DumpRefused(where, f"larger than the limit of {max_bytes / 2**20:,.0f} MB")


def _is_offered(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return not any(part.startswith((".", "~$", "#")) for part in parts) and not path.name.lower().endswith(_UNFINISHED)


def _stamp(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
