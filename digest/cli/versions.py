"""`version`: what runs here, for a bug report."""

from __future__ import annotations

from digest.cli import saying
from digest.cli.options import AsJson, Debug, Now


def version(now: Now = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """Say what runs here: the bot, Python, the libraries, the newest store it knows. It looks at no config."""
    found = _facts()
    if as_json:
        saying.emit(found)
        return
    saying.out(f"paper-digest {found['version']}")
    saying.out(f"Python {found['python']}, {found['platform']}, SQLite {found['sqlite']}, store {found['store']}")
    libraries = found["dependencies"]
    if isinstance(libraries, dict):
        saying.out(", ".join(f"{name} {number or 'not here'}" for name, number in libraries.items()))


def _facts() -> dict[str, object]:
    import platform
    import sqlite3
    from importlib.metadata import version as installed

    from digest.store.revisions import Schema

    return {
        "version": installed("paper-digest"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "store": Schema().head,
        "dependencies": _dependencies(),
    }


def _dependencies() -> dict[str, str | None]:
    """The version of everything that the bot or one of its extras asks for; None for what is not installed."""
    import re
    from importlib.metadata import PackageNotFoundError, requires
    from importlib.metadata import version as installed

    asked = [line for line in requires("paper-digest") or () if not re.search(r"extra\s*==\s*['\"]test['\"]", line)]
    found: dict[str, str | None] = {}
    for name in sorted({re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in asked}):
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            found[name] = None
    return found
