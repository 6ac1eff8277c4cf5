"""What a pass works with: the checked settings and the real objects that the command built from them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from digest.model import Settings
from digest.outbox import Channel
from digest.pipeline.profiles import Profiles
from digest.render import Renderer
from digest.store import Store

if TYPE_CHECKING:
    from digest.pipeline.meaning import Meaning
    from digest.ranking.ranker import Ranker


class Asks(Protocol):
    """A language model that can be asked."""

    def ask(self, prompt: str) -> tuple[str, float]:
        """Return an answer and the seconds that it took, or raise EndpointFailed."""


def _nothing(_: str) -> None:
    """Do nothing: the hook of an ordinary pass."""


class Tell(Protocol):
    """Takes one fact for the log: what happened, whether a person should look, and the particulars."""

    def __call__(self, what: str, facts: Mapping[str, object], *, bad: bool = False) -> None:
        """Write it down."""


def _unheard(what: str, facts: Mapping[str, object], *, bad: bool = False) -> None:
    """Keep no log."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Where others look in: *at* is called at each labelled step, *progress* with (done, total, what).

    *tell* gets one fact at a time, for the log.
    """

    at: Callable[[str], None] = _nothing
    progress: Callable[[int, int, str], None] = lambda done, total, what: None
    tell: Tell = _unheard


@dataclass(slots=True)
class Kept:
    """The ranker of the last pass, and *learned*: the stamps of the files that its background came of.

    *meaning* reads with the sentence model, within one pass.
    """

    ranker: Ranker | None = None
    learned: tuple[object, ...] = ()
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot: its settings, its memory, its voice, its channels, its clock and its dice.

    *stop* ends a pass; *hide* takes what is secret out of words that others wrote. *kept* holds what ranking has
    read, from one pass to the next (`learning.ranker`). *wait* takes seconds, and is None where the clock stands still.
    *endpoint* is asked for summaries, if there is one. *profiles* knows of later changes to those of *settings*.
    """

    settings: Settings
    store: Store
    renderer: Renderer
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    rng: random.Random
    hooks: Hooks = field(default_factory=Hooks)
    stop: threading.Event = field(default_factory=threading.Event)
    hide: Callable[[str], str] = str
    kept: Kept = field(default_factory=Kept)
    wait: Callable[[float], object] | None = None
    endpoint: Asks | None = None
    profiles: Profiles | None = None

    def looked(self) -> Bot:
        """Return this bot with the profiles as they are now."""
        return self if self.profiles is None else replace(self, settings=self.profiles.look())
