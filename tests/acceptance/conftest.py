"""A fresh bot for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.bot import BotFolder


@pytest.fixture
def bot(tmp_path: Path) -> BotFolder:
    return BotFolder(tmp_path / "bot")
