"""One suite over every store: what holds for one must hold for the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store import Store
from tests.builders import NOW


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    url = f"sqlite:///{tmp_path}/digest.db" if request.param == "file" else "sqlite://"
    with Store.open(url, now=NOW, busy_seconds=5) as opened:
        yield opened
