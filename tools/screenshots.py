"""Take the pictures of the README and the docs from the samples: `python tools/screenshots.py`.

Runs the bot on `seeds/` with the profiles of `config/` in a folder of its own, and serves its pages on loopback while
Chromium looks. Writes docs/img: the mail on a phone and, dark, on a desktop; the archive, a paper and the tuner.
Needs Chromium (Debian: chromium) and the [test] extra.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from digest.links import Links, Tokens

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "img"
NOW = "2026-11-20T09:00:00+00:00"
KEY = "a key of the pictures, long enough"
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@dataclass(frozen=True)
class Picture:
    """A file, the address that it shows, its palette, its size in CSS pixels, and how many of its own make one."""

    file: str
    address: str
    palette: str
    width: int
    height: int
    scale: int = 1


@contextmanager
def a_bot(folder: Path) -> Iterator[list[Picture]]:
    """Run the bot twice, so that it has a day to show, and serve it; yields what is to be seen."""
    for name in ("config", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url, main = f"http://127.0.0.1:{port}", folder / "config" / "digest.toml"
    keys = f'[web]\nlisten = "127.0.0.1:{port}"\n[links]\nkeys = ["env:LINK_KEY"]\n'
    main.write_text(f'public_url = "{url}"\n{main.read_text(encoding="utf-8")}\n{keys}', encoding="utf-8")
    _digest(folder, "run").wait(120)
    server = _digest(folder, "serve")
    try:
        _until_served(port)
        yield _pictures(folder, Links(url, Tokens((KEY,))))
    finally:
        server.terminate()
        server.wait(60)


def _digest(folder: Path, command: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "digest", command, "--config", str(folder / "config"), "--now", NOW]
    env = {**os.environ, "LINK_KEY": KEY, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(  # noqa: S603 our own command
        argv, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _until_served(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the pages did not come")


def _pictures(folder: Path, links: Links) -> list[Picture]:
    (mail,) = folder.glob("**/folder/ada/*.html")
    day = date.fromisoformat(mail.stem)
    own = links.profile("ada", day)
    return [
        Picture("mail-phone-light.png", mail.as_uri(), "light", 360, 760, 2),
        Picture("mail-desktop-dark.png", mail.as_uri(), "dark", 700, 860, 2),
        Picture("edition-phone-dark.png", f"{own}/{day}", "dark", 360, 760, 2),
        Picture("search-desktop-light.png", f"{own}/search?q=equivariant", "light", 1000, 760),
        Picture(
            "tuner-desktop-light.png",
            links.tune("ada", datetime.fromisoformat(NOW).astimezone(UTC)),
            "light",
            1000,
            900,
        ),
    ]


def take(browser: Browser, one: Picture, folder: Path) -> Path:
    """Photograph one page into *folder*."""
    size = {"width": one.width, "height": one.height}
    context = browser.new_context(viewport=size, color_scheme=one.palette, device_scale_factor=one.scale)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(one.address, wait_until="load")
    page.screenshot(path=folder / one.file)
    context.close()
    return folder / one.file


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--into", type=Path, default=IMAGES, help="folder for the pictures")
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, a_bot(Path(name)) as pictures:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET.split())
        for one in pictures:
            print(take(browser, one, into))  # noqa: T201 a tool's own output
        browser.close()


if __name__ == "__main__":
    main()
