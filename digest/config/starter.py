"""The starter config that `digest init` writes: the shipped example, with its own folders inside."""

from __future__ import annotations

from pathlib import Path

from digest.errors import UsageError
from digest.packaged import packaged

_TEMPLATES = """\
A file in this folder replaces the template of the same path that comes with Paper Digest.
Copy only what you want to change: what is not here stays up to date by itself.
"""


def init(folder: Path, force: bool = False) -> list[Path]:
    """Write a commented config with two profiles, the samples and a folder for templates; return what was written.

    UsageError, before anything is written, when a file stands in the way and *force* is off.
    """
    files = _files()
    present = [folder / name for name in files if (folder / name).exists()]
    if present and not force:
        raise UsageError(f"{present[0]} exists; nothing was written (--force overwrites it)")
    written = []
    try:
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            written.append(target)
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return written


def _files() -> dict[str, bytes]:
    """What a starter holds, by path: the same texts as the shipped default, with paths of its own."""
    config = packaged("config")
    main = (config / "digest.toml").read_text("utf-8")
    main = main.replace('"../var"', '"var"').replace('"../seeds"', '"dumps"')
    main = main.replace('# templates = "templates"', 'templates = "templates"')
    files = {"digest.toml": main.encode(), "templates/README.txt": _TEMPLATES.encode()}
    files |= {f"profiles/{file.name}": file.read_bytes() for file in sorted((config / "profiles").glob("*.toml"))}
    return files | {f"dumps/{file.name}": file.read_bytes() for file in sorted(packaged("seeds").iterdir())}
