"""A bot that only takes in: its sources on loopback, its store in memory."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from digest.model import Failure, Paper, Settings, SourceSettings
from digest.pipeline import Bot, ingest_sources
from digest.store import Store


class Unhurried(threading.Event):
    """An event that nobody waits for."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class LiveBot:
    """Passes of the ingest side, one after the other."""

    def __init__(self, *sources: SourceSettings, now: datetime, store: Store | None = None) -> None:
        self.now = now
        self.store = store or Store.open("sqlite://", now=now)
        settings = Settings(Path(), Path(), "", sources=sources, contact="ada@example.org")
        self.bot = Bot(settings, self.store, cast(Any, None), {}, lambda: self.now, random.Random(1), stop=Unhurried())
        self.reports: list[Any] = []

    def run(self, *, hours: float = 0, due_only: bool = False) -> list[Failure]:
        """One pass, after *hours*; what failed."""
        self.now += timedelta(hours=hours)
        self.reports, failures, _ = ingest_sources(self.bot, self.now, due_only=due_only)
        return failures

    def papers(self) -> dict[str, Paper]:
        return {paper.arxiv_id or paper.title: paper for paper in self.store.newest_papers(100_000)}

    @property
    def news(self) -> list[tuple[str, str]]:
        return [(one.cause, one.paper.title) for one in self.store.changes_after(0)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
