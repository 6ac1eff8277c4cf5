"""The door: config files in, checked Settings out, or every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from digest.config.across import Claims, check_main
from digest.config.cache import NAME
from digest.config.checking import PROFILES, by_line, stated
from digest.config.faults import read
from digest.config.feeds import sources_of
from digest.config.folder import Look, ProfileFolder, shown
from digest.config.places import Door
from digest.config.references import Shelf, files_of
from digest.config.schema import DigestFile
from digest.config.settings import fetched, main_settings
from digest.errors import ConfigError, Fault
from digest.model import Failure, Profile, Settings
from digest.packaged import packaged

FILE = "digest.toml"


def load(path: Path | None, env: Mapping[str, str], *, cwd: Path, data_dir: Path) -> Settings:
    """Read and check digest.toml and profiles/*.toml beside it; ConfigError carries every fault of all of them.

    *path* names digest.toml or its folder, *cwd* is absolute; None means ./config in *cwd*, else the packaged default,
    whose state is kept in *data_dir* (the user's data folder). Secrets are read here, once, from
    *env* and from files; what is odd but usable stands in ``Settings.warnings``.
    """
    return Home(path, env, cwd=cwd, data_dir=data_dir).settings


class Home:
    """A config folder: digest.toml as it was at the door, and the profiles beside it as their files are now.

    *lenient* takes profiles that are in order although others are not; those stand in ``Settings.broken``.
    """

    def __init__(
        self, path: Path | None, env: Mapping[str, str], *, cwd: Path, data_dir: Path, lenient: bool = False
    ) -> None:
        where, shipped = _find(path, cwd)
        main = read(where, shown(where, cwd))
        door = Door(env, where.parent)
        table = main.check(DigestFile, door)
        check_main(main)
        self._claims = Claims.of(main)
        state = data_dir if shipped or table is None else table.state
        libraries = {one.name: fetched(state, one.name) for one in table.zotero} if table else {}
        shelf = Shelf(where.parent / PROFILES, env, libraries=libraries)
        self._folder = ProfileFolder(shelf, cwd, table.timezone if table else "UTC")
        self._env, self._cwd, self._where = env, cwd, shown(where, cwd)
        sources = sources_of(table, main, door) if table else ()
        self._folder.recall(state / NAME)
        found = self._folder.look(self._claims)
        if not found.faults:
            self._folder.remember(state / NAME)
        if main.faults or table is None or (found.faults and not lenient):
            raise ConfigError([*by_line(main), *found.faults])
        settings = main_settings(where, table, state, sources)
        warnings = [*door.warnings, *main.warnings]
        if table.public_url and table.web.listen is None:
            warnings.append("public_url is set, but no [web] listen: the links in mail lead to pages nobody serves")
        self._warnings = tuple(warnings)
        self.files: Mapping[str, Path] = {}
        self.settings = self._with(settings, found)

    @property
    def files_read(self) -> int:
        """How many times a profile's file was read."""
        return self._folder.read

    def look(self) -> Settings:
        """Read the profiles that changed. One that is at fault now keeps what it said before."""
        self.settings = self._with(self.settings, self._folder.look(self._claims))
        return self.settings

    def written(self, name: str) -> Profile | None:
        """The profile as its file states it, with the names of files among its likes."""
        file = self.files.get(name)
        kept = self._folder.kept.get(file.name) if file else None
        return kept.written if kept else None

    def stated(self, text: str, where: str, settings: Settings, *, name: str = "", instead: str = "") -> Profile:
        """What a text states, checked among the profiles of *settings*; it may like the files that *instead* likes."""
        written = self.written(instead)
        files = files_of(written) if written else ()
        return stated(text, where, settings, name=name, instead=instead, env=self._env, files=files)

    def as_ranked(self, profile: Profile) -> Profile:
        """A checked *profile* with the papers of its files of references among its likes."""
        return self._folder.expanded(profile)

    def _with(self, settings: Settings, found: Look) -> Settings:
        self.files = found.files
        if found.profiles is settings.profiles and found.references is settings.references and not found.faults:
            return replace(settings, broken=()) if settings.broken else settings
        warnings = dict.fromkeys((*self._warnings, *found.warnings))
        return replace(
            settings,
            profiles=found.profiles,
            references=found.references,
            warnings=tuple(Failure(self._where, why) for why in warnings),
            broken=tuple(map(self._failure, found.faults)),
        )

    def _failure(self, fault: Fault) -> Failure:
        """A fault as the report has it: with the whole path, which is the same wherever a command is run."""
        folder = self._folder.folder
        rest = fault.where.removeprefix(shown(folder, self._cwd))
        where = f"{folder}{rest}" if rest != fault.where else fault.where
        return Failure(where, fault.what + (f" ({fault.hint})" if fault.hint else ""))


def _find(path: Path | None, cwd: Path) -> tuple[Path, bool]:
    """Return the file to read, and whether it is the packaged default."""
    if path is None:
        own = cwd / "config" / FILE
        return (own, False) if own.exists() else (packaged("config") / FILE, True)
    found = cwd / path
    found = found / FILE if found.is_dir() else found
    if not found.exists():
        raise ConfigError([Fault(shown(found, cwd), "there is no such file", "digest init DIR writes a starter")])
    return found, False
