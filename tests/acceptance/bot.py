"""A bot in a temporary folder, driven by its command line as its users drive it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

NOW = "2026-11-21T09:00:00Z"

DIGEST_TOML = """\
timezone = "UTC"
state = "var"

[[sources]]
kind = "folder"
path = "drop"
"""

ADA = """\
name = "ada"
timezone = "Europe/Berlin"
schedule = "weekdays 08:30"
limit = 10
floor = 0.0
deliver = ["folder:ada"]

[[interests]]
name = "Generative models"
keywords = ["diffusion", "generative", "image synthesis"]
about = "diffusion models and how to train them"
"""


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class BotFolder:
    """A config folder with its drop folder, and the command `digest` run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.drop = root / "drop"
        self.drop.mkdir(parents=True)
        (root / "profiles").mkdir()
        self.config = root / "digest.toml"
        self.config.write_text(DIGEST_TOML)
        self.profile("ada", ADA)

    def profile(self, name: str, text: str) -> Path:
        path = self.root / "profiles" / f"{name}.toml"
        path.write_text(text)
        return path

    def digest(self, *words: str, now: str | None = NOW, config: bool = True, stdin: bytes | None = None) -> Ran:
        argv = [sys.executable, "-m", "digest", *words]
        if config:
            argv += ["--config", str(self.root)]
        if now:
            argv += ["--now", now]
        env = {**os.environ, "XDG_DATA_HOME": str(self.root / "data"), "NO_COLOR": "1"}
        done = subprocess.run(argv, cwd=self.root, env=env, input=stdin, capture_output=True, timeout=120, check=False)
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        return ran

    def run(self, *words: str, now: str = NOW, code: int = 0) -> Any:
        ran = self.digest("run", "--json", *words, now=now)
        assert ran.code == code, ran.err + ran.out
        return ran.json

    def mails(self, folder: str = "ada") -> list[EmailMessage]:
        paths = sorted((self.root / "var" / "folder" / folder).glob("*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]  # type: ignore[misc]

    def slack(self, folder: str = "ada") -> list[Any]:
        paths = sorted((self.root / "var" / "folder" / folder).glob("*.slack.json"))
        return [json.loads(path.read_text()) for path in paths]


def page(*titles: str, day: str = "Nov 20") -> str:
    """A `card` page that lists *titles*, each with an abstract of its own."""
    lines = ("new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers")
    head = "\n\n".join((*lines, "byAK and the research community", day)) + "\n"
    cards = "".join(
        f"\n{title}\n\nThis work asks what {title} can do. It measures the effect on diffusion and generative models "
        f"in many settings and finds that the answer depends on scale, data and patience.\n\n  • 3 authors\n·\nNov 19\n"
        for title in titles
    )
    return head + cards
