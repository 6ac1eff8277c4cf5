"""What a pass works with: the checked settings and the real objects that the command built from them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model import Settings
from digest.outbox import Channel
from digest.render import Renderer
from digest.store import Store


def _nothing(_: str) -> None:
    """Do nothing: the hook of an ordinary pass."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Where others look in: *at* is called at each labelled step, *progress* with (done, total, what)."""

    at: Callable[[str], None] = _nothing
    progress: Callable[[int, int, str], None] = lambda done, total, what: None


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot: its settings, its memory, its voice, its channels, its clock and its dice; *stop* ends a pass."""

    settings: Settings
    store: Store
    renderer: Renderer
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    rng: random.Random
    hooks: Hooks = field(default_factory=Hooks)
    stop: threading.Event = field(default_factory=threading.Event)
