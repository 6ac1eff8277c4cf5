"""The golden files are what a reader gets; look at them after a change, then write them anew with GOLDEN=write."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from digest.model import Message, Target
from digest.render import Renderer
from tests.golden.digests import ADA, GOLDEN

FOLDER = Path(__file__).resolve().parents[1] / "golden"


def parts(message: Message) -> dict[str, str]:
    posts = [{"text": post.text, "blocks": post.blocks} for post in message.posts]
    return {
        "html": message.html,
        "txt": f"Subject: {message.subject}\n\n{message.text}",
        "slack.json": json.dumps(posts, indent=2, ensure_ascii=False) + "\n",
    }


@pytest.mark.parametrize("name", GOLDEN)
def test_a_digest_looks_as_its_golden_files(name):
    for ending, made in parts(Renderer().message(GOLDEN[name], ADA, Target("folder", "ada"))).items():
        file = FOLDER / f"{name}.{ending}"
        if os.environ.get("GOLDEN") == "write":
            file.write_text(made, encoding="utf-8", newline="\n")
        assert made == file.read_text(encoding="utf-8"), f"{file.name} differs; if meant, run with GOLDEN=write"
