"""One suite over every store: what holds for one must hold for the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from digest.store import Store
from tests.builders import NOW


@pytest.fixture
def store(any_store_url: str) -> Iterator[Store]:
    """An empty store."""
    with Store.open(any_store_url, now=NOW, busy_seconds=5) as opened:
        yield opened
