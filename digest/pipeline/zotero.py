"""Libraries of Zotero kept in step: what was fetched lies in the state folder, where profiles that like it find it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.errors import SourceFailed
from digest.model import Failure, Settings, ZoteroSettings


def keep_in_step(settings: Settings, now: datetime, *, due_only: bool) -> list[Failure]:
    """Ask for every library whether it changed, and fetch those that did; returns warnings.

    With *due_only* one that was asked less than its interval ago is left alone. What was known stays where a library
    cannot be reached.
    """
    return [warning for library in settings.zotero for warning in _in_step(library, now, due_only=due_only)]


def _in_step(library: ZoteroSettings, now: datetime, *, due_only: bool) -> Collection[Failure]:
    from digest import zotero  # only who has a library needs it

    noted = library.kept.with_suffix(".asked")
    known = _known(noted, library)
    asked = datetime.fromisoformat(known["asked"]) if known.get("asked") else None
    if due_only and asked is not None and 0 <= (now - asked).total_seconds() < library.interval:
        return ()
    warnings: list[Failure] = []
    version = int(known.get("version", 0))
    try:
        found = zotero.fetch(library, version)
        library.kept.parent.mkdir(parents=True, exist_ok=True)
        if found is not None:
            _put(library.kept, json.dumps({"items": found.items}, ensure_ascii=False))
            version = found.version
    except SourceFailed as error:
        warnings.append(Failure(error.where, f"{error.why}; the likes that were known stay"))
    except OSError as error:
        return [Failure(str(library.kept), f"cannot be written: {error.strerror}")]
    try:
        library.kept.parent.mkdir(parents=True, exist_ok=True)
        _put(noted, json.dumps({"of": _of(library), "version": version, "asked": now.isoformat()}))
    except OSError as error:
        warnings.append(Failure(str(noted), f"cannot be written: {error.strerror}"))
    return warnings


def _known(noted: Path, library: ZoteroSettings) -> dict[str, Any]:
    """What is noted of a library, {} of another one, without its papers, or where nothing can be read."""
    try:
        found = json.loads(noted.read_text("utf-8"))
        datetime.fromisoformat(found["asked"])
        return found if found["of"] == _of(library) and int(found["version"]) >= 0 and library.kept.exists() else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _of(library: ZoteroSettings) -> str:
    return f"{library.base_url}{library.owner}/{library.collection}"


def _put(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.write_text(text, "utf-8")
    part.replace(file)
