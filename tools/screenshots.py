"""Take the pictures of the README from a mail: `python tools/screenshots.py var/folder/ada/2026-11-20.html`.

Writes docs/img/mail-phone-light.png (360 px, light) and docs/img/mail-desktop-dark.png (700 px, dark). Needs
Chromium (Debian: chromium) and the [test] extra.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "img"
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
PICTURES = (
    ("mail-phone-light.png", "light", 360, 760, 2),
    ("mail-desktop-dark.png", "dark", 700, 860, 2),
)
"""(file, palette, width, height, pixels per pixel)"""


def take(mail: Path, folder: Path) -> list[Path]:
    """Photograph *mail*, an HTML file, into *folder*; returns the pictures."""
    html = mail.read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET.split())
        for name, palette, width, height, scale in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=palette, device_scale_factor=scale
            )
            page = context.new_page()
            page.set_content(html, wait_until="load")
            page.screenshot(path=folder / name)
            made.append(folder / name)
            context.close()
        browser.close()
    return made


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("mail", type=Path, help="the HTML of a digest")
    parser.add_argument("--into", type=Path, default=IMAGES, help="folder for the pictures")
    asked = parser.parse_args()
    for picture in take(asked.mail, asked.into):
        print(picture)  # noqa: T201 a tool's own output


if __name__ == "__main__":
    main()
