"""Build the sdist and the wheel, and try them as a stranger would: the local half of a release.

    python tools/check_release.py [--out dist] [--tag v0.1.0] [--offline]

The wheel is built from the sdist, both are compared with the checkout, and the wheel is installed into a fresh virtual
environment, where `digest` must run the samples out of an empty folder. With --offline its dependencies are those of
the Python that runs this, else pip fetches them. With --tag the version, the tag and the CHANGELOG must agree.
Exits with 1 and one line for what is wrong. Needs the packages build and hatchling.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ("templates", "config", "seeds")
"""Folders of the checkout that an installed bot needs; the wheel has them below digest/_data."""
IN_SDIST = (*DATA, "digest", "docs", "deploy", "tests", "tools")
NOW = "2026-11-21T09:00:00Z"


class Wrong(Exception):
    """Something that must not be released."""


def main(argv: Sequence[str] | None = None) -> int:
    """Build, look, install, run; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--tag", default="")
    parser.add_argument("--offline", action="store_true")
    asked = parser.parse_args(argv)
    try:
        version = agreed_version(asked.tag, ROOT)
        sdist, wheel = built(asked.out.absolute())
        say(f"built {sdist.name} and {wheel.name}")
        check_contents(sdist, wheel)
        say("they hold everything that the checkout has")
        with tempfile.TemporaryDirectory() as name:
            check_installed(wheel, Path(name), version, offline=asked.offline)
        say("installed into a fresh environment, it runs the samples")
    except Wrong as wrong:
        say(f"not fit for release: {wrong}")
        return 1
    return 0


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def agreed_version(tag: str, root: Path) -> str:
    """The version of pyproject.toml. Raises Wrong unless the CHANGELOG and the *tag*, if there is one, agree."""
    version = str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])
    headings = re.findall(r"^## (\S+)(.*)$", (root / "CHANGELOG.md").read_text(), re.M)
    newest, rest = headings[0] if headings else ("nothing", "")
    if newest != version:
        raise Wrong(f"CHANGELOG.md begins with {newest}, pyproject.toml says {version}")
    if tag and tag != f"v{version}":
        raise Wrong(f"the tag is {tag}, the version {version}")
    if tag and "unreleased" in rest:
        raise Wrong(f'CHANGELOG.md calls {version} "unreleased"')
    return version


def built(out: Path) -> tuple[Path, Path]:
    """The sdist, and the wheel that was built from it, in the folder *out*."""
    with tempfile.TemporaryDirectory() as name:
        run([sys.executable, "-m", "build", "--no-isolation", "--outdir", name, str(ROOT)])
        out.mkdir(parents=True, exist_ok=True)
        made = [_moved(path, out) for path in Path(name).iterdir()]
    return next(p for p in made if p.name.endswith(".tar.gz")), next(p for p in made if p.suffix == ".whl")


def _moved(path: Path, out: Path) -> Path:
    (out / path.name).write_bytes(path.read_bytes())
    return out / path.name


def check_contents(sdist: Path, wheel: Path) -> None:
    """Raise Wrong for a file of the checkout that is missing, and for what has no place in a wheel."""
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    missing = [name for name in tracked(IN_SDIST) if name not in in_sdist]
    missing += [f"digest/_data/{name} (wheel)" for name in tracked(DATA) if f"digest/_data/{name}" not in in_wheel]
    missing += [f"{name} (wheel)" for name in tracked(("digest",)) if name not in in_wheel]
    if missing:
        raise Wrong(f"{len(missing)} files are missing: {', '.join(missing[:5])}")
    strange = sorted(name for name in in_wheel if not re.match(r"digest/|paper_digest-[^/]+\.dist-info/", name))
    if strange:
        raise Wrong(f"the wheel holds {', '.join(strange[:5])}")


def tracked(folders: Iterable[str]) -> list[str]:
    """The files of these folders, as git knows them; in an unpacked sdist all that are there."""
    if (ROOT / ".git").exists():
        listed = run(["git", "-C", str(ROOT), "ls-files", "-z", *folders])
        return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    files = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return [str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts]


def check_installed(wheel: Path, place: Path, version: str, *, offline: bool) -> None:
    """Install *wheel* below *place* and run what a newcomer runs. Raises Wrong."""
    environment, home = place / "venv", place / "home"
    home.mkdir()
    venv.create(environment, with_pip=not offline, symlinks=True)
    python = environment / "bin" / "python"
    if offline:
        pip = [sys.executable, "-m", "pip", "--python", str(python)]
        run([*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)])
        inside = run([str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]).strip()
        (Path(inside) / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    else:
        run([str(python), "-m", "pip", "install", "-q", str(wheel)])
    digest = str(environment / "bin" / "digest")
    said = run([digest, "version"], home)
    if f"paper-digest {version}\n" not in said:
        raise Wrong(f"the installed bot calls itself {said.splitlines()[0]}")
    run([digest, "run", "--now", NOW], home)
    made = [path.suffix for path in home.rglob("folder/*/*")]
    if (made.count(".eml"), made.count(".html")) != (2, 2):  # one digest for each of the two example profiles
        raise Wrong(f"the samples gave {sorted(made)}")
    run([digest, "init", "mine"], home)
    run([digest, "check", "--config", "mine"], home)


def run(command: Sequence[str], cwd: Path = ROOT) -> str:
    """What *command* prints. Raises Wrong with its last words when it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_"))}
    env = {**clean, "HOME": str(cwd), "XDG_DATA_HOME": str(cwd / "data")} if cwd != ROOT else clean
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)  # noqa: S603 our own
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise Wrong(f"{' '.join(map(str, command[:4]))} …: {words[-1] if words else done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
