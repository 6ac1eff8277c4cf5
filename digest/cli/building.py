"""Real objects out of the checked config: the store, the channels, the voice, and the bot that holds them."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.options import Clock

if TYPE_CHECKING:
    from digest.channels.pace import Turns
    from digest.config import Home
    from digest.endpoint import Endpoint
    from digest.model import Settings
    from digest.outbox import Channel
    from digest.pipeline import Bot, Hooks, Tell
    from digest.pipeline.profiles import Profiles
    from digest.render import Renderer
    from digest.store import Store


_homes: dict[Path, Home] = {}
"""The config folders that this command read, by their digest.toml: a bot goes on looking at its profiles."""


def load_settings(path: Path | None, *, lenient: bool = False) -> Settings:
    """Read and check the config; a warning goes to standard error, every fault at once into one ConfigError.

    Where it is *lenient*, profiles at fault are left out and stand in ``Settings.broken``.
    """
    import platformdirs

    from digest import config
    from digest.cli import secrets
    from digest.cli.saying import warn

    data_dir = Path(platformdirs.user_data_dir("paper-digest", appauthor=False))
    home = config.Home(path, os.environ, cwd=Path.cwd(), data_dir=data_dir, lenient=lenient)
    settings = home.settings
    _homes[settings.where] = home
    secrets.remember(settings)
    for warning in settings.warnings:
        warn(f"warning: {warning.where}: {warning.why}")
    return settings


def open_store(settings: Settings, clock: Clock) -> Store:
    """Open the bot's memory; it is made on first use."""
    return _opened(settings.store_url, clock)


Paced = Callable[[str, float, int], "Turns"]
"""Makes what keeps a pace for the server of this name: turns per second, turns at once."""


def make_channels(
    settings: Settings,
    wait: Callable[[float], object] = time.sleep,
    *,
    paced: bool = True,
    shared: Paced | None = None,
) -> dict[str, Channel]:
    """Build the channels that the config gives an account for; `folder` needs none. They *wait* to keep their pace.

    Slack is not *paced* while the clock stands still (--now): its 429 says when it is too much. With *shared* all
    processes keep one pace.
    """
    from digest.channels.folder import FolderChannel

    channels: dict[str, Channel] = {"folder": FolderChannel(settings.state / "folder", _sender(settings))}
    if settings.email:
        from digest.channels.email import EmailChannel

        rate = settings.email.per_minute
        turns = shared(f"email {settings.email.host}", rate / 60, 1) if shared and rate else None
        channels["email"] = EmailChannel(settings.email, wait=wait, pace=turns)
    if settings.slack:
        from digest.channels.slack import BURST, PER_SECOND, SlackChannel

        turns = shared("slack", PER_SECOND, BURST) if shared and paced else None
        channels["slack"] = SlackChannel(settings.slack, wait=wait if paced else _at_once, pace=turns)
    return channels


def _at_once(_: float) -> None:
    """Wait for nothing."""


def make_renderer(settings: Settings, *, scratch: bool = False) -> Renderer:
    """Build the voice: the user's own templates first, the packaged ones for the rest; *scratch* as in `make_links`."""
    from digest.cli.linkkeys import make_links, make_tokens
    from digest.packaged import packaged
    from digest.render import Renderer

    folders = [settings.templates] if settings.templates else []
    return Renderer(
        [*folders, packaged("templates")],
        links=make_links(settings, scratch=scratch),
        unsubscribe=_unsubscribe(settings),
        buttons=make_tokens(settings, scratch=scratch) if settings.slack and settings.slack.has_app else None,
    )


def _unsubscribe(settings: Settings) -> str:
    """Whom a reader writes to who wants no more; without an [email] table nobody reads mail."""
    from digest.render.mime import split_address

    return (settings.email.unsubscribe or split_address(settings.email.sender)[1]) if settings.email else ""


def _sender(settings: Settings) -> str:
    """Who the mails are from; without an [email] table they go to folders alone, and still need a From."""
    return settings.email.sender if settings.email else "Paper Digest <digest@localhost>"


@contextmanager
def bot(
    settings: Settings,
    clock: Clock,
    *,
    progress: Callable[[int, int, str], None] | None = None,
    tell: Tell | None = None,
    hooks: Hooks | None = None,
    scratch: bool = False,
    stop: threading.Event | None = None,
    patient: bool = False,
    among_many: bool = False,
) -> Iterator[Bot]:
    """Yield the bot; with *scratch* nothing that it does is kept, and it has no channels.

    A *patient* one waits a little for a server that says "later", instead of leaving it to the next pass.
    One *among_many* keeps the pace of its servers together with the others that have this store.
    A scratch bot whose store was never made gets one in memory, so that no file appears.
    """
    from digest.cli import saying, secrets
    from digest.pipeline import Bot, Hooks

    hooks = hooks or Hooks(progress=progress or Hooks().progress, tell=tell or Hooks().tell)
    with ExitStack() as stack:
        in_memory = scratch and not _exists(settings.store_url)
        store = stack.enter_context(_opened("sqlite://" if in_memory else settings.store_url, clock))
        if scratch:
            store = stack.enter_context(store.rehearsing())
        ends = stop or threading.Event()
        shared = _shared_pace(store, ends.wait, clock) if among_many else None
        channels = {} if scratch else make_channels(settings, ends.wait, paced=patient or among_many, shared=shared)
        for channel in channels.values():
            stack.callback(channel.close)
        rng = random.Random()  # noqa: S311 spreads retries, keeps no secret
        wait = ends.wait if patient else None
        voice = make_renderer(settings, scratch=scratch)
        endpoint = None if scratch else _endpoint(settings, stack)
        profiles = make_profiles(settings, store)
        if profiles and not any(profile.enabled for profile in profiles.settings.profiles):
            saying.warn(f"warning: {settings.where}: no profile is enabled: nothing will be sent")
        yield Bot(
            profiles.settings if profiles else settings, store, voice, channels, clock, rng, hooks, ends, secrets.hide,
            wait=wait, endpoint=endpoint, profiles=profiles,
        )  # fmt: skip


def with_stored(settings: Settings, clock: Clock) -> Settings:
    """*settings* with the profiles that are kept in the store, where there is one."""
    if not _exists(settings.store_url):
        return settings
    with open_store(settings, clock) as store:
        profiles = make_profiles(settings, store)
    return profiles.settings if profiles else settings


def make_profiles(settings: Settings, store: Store, *, lenient: bool = False) -> Profiles | None:
    """What looks at the profiles again and edits them; None for settings that were not read from a config.

    Raises ConfigError where a name stands in a file and in the store, unless it is *lenient*.
    """
    from digest.pipeline.profiles import Profiles

    home = _homes.get(settings.where)
    return Profiles(home, store, lenient=lenient) if home else None


def _shared_pace(store: Store, wait: Callable[[float], object], clock: Clock) -> Paced:
    from digest.pipeline.pacing import SharedPace

    return partial(SharedPace, store, wait=wait, clock=clock)


def _endpoint(settings: Settings, stack: ExitStack) -> Endpoint | None:
    """The model that writes summaries, where the config names one."""
    if settings.summaries is None:
        return None
    from digest.endpoint import Endpoint

    endpoint = Endpoint(settings.summaries, time.monotonic)
    stack.callback(endpoint.close)
    return endpoint


def _opened(url: str, clock: Clock) -> Store:
    from digest.store import Store

    return Store.open(url, now=clock())


def _exists(url: str) -> bool:
    """Whether the SQLite file of *url* is there; a server's database always is."""
    scheme, _, path = url.partition(":///")
    return not scheme.startswith("sqlite") or Path(path).exists()
