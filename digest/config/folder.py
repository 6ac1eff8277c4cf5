"""The folder of profiles: each file is read once, and again only when it changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from digest.config import cache
from digest.config.across import Claims
from digest.config.checking import by_line, checked, complete
from digest.config.faults import MAX_BYTES, Document, parse, read
from digest.config.references import Shelf, check_files, expanded, files_of
from digest.config.stamps import Stamp, stamp_of
from digest.config.values import Wrong
from digest.errors import Fault
from digest.model import Paper, Profile


@dataclass(slots=True)
class Kept:
    """A file as it was read: *content* is the hash of its bytes, *written* what it states, *now* the same made whole.

    *stamp* is None where the file must be read again; *files* are those of references that it likes.
    """

    stamp: Stamp | None
    content: str
    written: Profile
    files: tuple[str, ...]
    now: Profile
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What the folder holds: profiles, where each lies, the papers that they like by title, and what is wrong.

    *faults* are those of files that cannot be used as they are; the last good version of each is among the profiles.
    """

    profiles: tuple[Profile, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    references: Mapping[str, Paper] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class ProfileFolder:
    """The profiles in the files of one folder, as they are now."""

    def __init__(self, shelf: Shelf, cwd: Path, zone: str) -> None:
        self.folder = shelf.folder
        self.kept: dict[str, Kept] = {}
        self.read = 0  # files read since the beginning
        self._cwd, self._zone = cwd, zone
        self._shelf = shelf
        self._stamps: dict[str, Stamp] = {}
        self._last = Look()

    def recall(self, file: Path) -> None:
        """Begin with what *file* remembers; each is looked at as if it had been read by this process."""
        for name, (stamp, content, written) in cache.remembered(file, self.folder).items():
            made = complete(written, name.removesuffix(".toml"), self._zone)
            self.kept[name] = Kept(stamp, content, written, files_of(written), made)

    def remember(self, file: Path) -> None:
        """Remember in *file* what was read, if that was much and some of it is new."""
        if self.read and len(self.kept) >= cache.FROM:
            entries = {
                name: (one.stamp, one.content, one.written)
                for name, one in self.kept.items()
                if one.stamp and not one.warnings  # what is warned of is read, and warned of, anew
            }
            cache.remember(file, self.folder, entries)

    def look(self, taken: Claims) -> Look:
        """Read what changed since the last look. *taken* is what others than these profiles have.

        A file that cannot be used is a fault, and what it said before stands; while the folder cannot be read, all do.
        """
        try:
            stamps = dict(sorted(_listed(self.folder)))
        except OSError as error:
            return replace(self._last, faults=(self._unreadable(error),))
        if stamps == self._stamps and not self._last.faults and not any(one.files for one in self.kept.values()):
            return self._last
        claims, faults = taken.copy(), list[Fault]()
        same = [name for name, stamp in stamps.items() if self._is_same(name, stamp)]
        self.kept = {name: kept for name, kept in self.kept.items() if name in stamps}
        for name in (*same, *sorted(stamps.keys() - set(same))):  # who was here first has the claim
            faults += self._take(name, stamps[name], claims)
        self._stamps, self._last = stamps, self._found(tuple(faults))
        return self._last

    def _unreadable(self, error: OSError) -> Fault:
        why = f"cannot be read: {error.strerror}"
        if isinstance(error, FileNotFoundError):
            why = "there is no such folder; each profile is a file in it"
        return Fault(shown(self.folder, self._cwd), why, "digest init DIR writes two examples")

    def _is_same(self, name: str, stamp: Stamp) -> bool:
        return name in self.kept and self.kept[name].stamp == stamp

    def _take(self, name: str, stamp: Stamp, claims: Claims) -> list[Fault]:
        """Let the file *name* have its claims by what it says, or by what it said while it cannot be used."""
        kept, file = self.kept.get(name), self.folder / name
        owner = shown(file, self._cwd)
        if kept is None or kept.stamp != stamp or not claims.fit(kept.now):
            document = self._read(name, owner, claims)
            if document is not None:
                if kept is not None and claims.fit(kept.now):
                    claims.keep(kept.now, owner)
                return by_line(document)
        elif kept is not None:
            claims.keep(kept.now, owner)
        return self._expand(name)

    def _read(self, name: str, owner: str, claims: Claims) -> Document | None:
        """Read the file; return it where it cannot be used, with its faults."""
        kept, file = self.kept.get(name), self.folder / name
        document, content, stamp = _content(file, owner)
        self.read += 1
        if kept is not None and kept.content == content and claims.fit(kept.now):
            claims.keep(kept.now, owner)
            kept.stamp = stamp
            return None
        written = checked(document, file.stem, claims, self._shelf)
        if written is None:
            if kept is not None:
                kept.stamp = None
            return document
        made = complete(written, file.stem, self._zone)
        self.kept[name] = Kept(stamp, content, written, files_of(written), made, tuple(document.warnings))
        return None

    def _expand(self, name: str) -> list[Fault]:
        """Put the papers of files of references among the likes, as these files are now."""
        kept, file = self.kept[name], self.folder / name
        if not kept.files:
            return []
        try:
            kept.now = complete(expanded(kept.written, self._shelf), file.stem, self._zone)
        except Wrong:
            document = read(file, shown(file, self._cwd))
            check_files(document, self._shelf)
            return by_line(document)
        return []

    def expanded(self, profile: Profile) -> Profile:
        """*profile* with the papers of its files of references among its likes."""
        return expanded(profile, self._shelf)

    def _found(self, faults: tuple[Fault, ...]) -> Look:
        kept = dict(sorted(self.kept.items()))
        references = dict(self._last.references) if faults else {}
        warnings = dict.fromkeys(warning for one in kept.values() for warning in one.warnings)
        for file in dict.fromkeys(file for one in kept.values() for file in one.files):
            with suppress(Wrong):  # told with the profile
                references |= {paper.title: paper for paper in reversed(self._shelf.papers(file))}
                warnings |= dict.fromkeys(self._shelf.warnings([file]))
        return Look(
            tuple(one.now for one in kept.values()),
            {one.now.name: self.folder / name for name, one in kept.items()},
            references,
            tuple(warnings),
            faults,
        )


def shown(path: Path, cwd: Path) -> str:
    """The path as a person at *cwd* writes it."""
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _listed(folder: Path) -> Iterator[tuple[str, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".toml") and not entry.name.startswith("."):
                try:
                    yield entry.name, stamp_of(entry.stat())
                except OSError:  # a link that leads nowhere: reading it says so
                    yield entry.name, (0, 0, 0, 0)


def _content(file: Path, owner: str) -> tuple[Document, str, Stamp | None]:
    """The file's text, the hash of its bytes, and its stamp if nobody wrote to it meanwhile."""
    try:
        with file.open("rb") as opened:
            before = stamp_of(os.fstat(opened.fileno()))
            content = opened.read(MAX_BYTES + 1)
            after = stamp_of(os.fstat(opened.fileno()))
    except OSError:
        return read(file, owner), "", None
    if len(content) > MAX_BYTES:
        return read(file, owner), "", None
    return parse(content, owner), hashlib.sha256(content).hexdigest(), after if before == after else None
