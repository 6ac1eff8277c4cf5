"""The pages beside the passes of `digest serve`, where the config asks for them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from digest.cli.options import Clock
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.pipeline import Bot

_PATIENT = 10
"""By so much a pass gives way to the pages where both want the processor: it can wait, and a reader does not."""


@contextmanager
def beside(bot: Bot, clock: Clock, steady: Callable[[], float], routes: Sequence[Any] = ()) -> Iterator[None]:
    """Serve the pages and *routes* of others while the caller works; nothing is imported where none are asked for.

    They have a process of their own where that can be: it must be forked before anything else has a thread. Raises
    DigestError when they cannot be served, or ended before the caller did; then the caller is told to stop.
    """
    web = bot.settings.web
    if not web.host:
        with metered(bot, clock, steady):
            yield
        return
    from digest.cli.linkkeys import make_links
    from digest.packaged import packaged
    from digest.pipeline.bot import Kept
    from digest.pipeline.tastes import learned
    from digest.pipeline.trying import try_out
    from digest.render.templates import Templates
    from digest.web.app import application
    from digest.web.serving import served, served_apart
    from digest.web.site import Site

    folders = [bot.settings.templates] if bot.settings.templates else []
    templates = Templates([*folders, packaged("templates")])
    templates.warm("web")
    trial = partial(try_out, replace(bot, kept=Kept()))  # a ranker of its own: a pass may be at work with the other
    links = make_links(bot.settings)
    site = Site(
        bot.settings, bot.store, links, templates, clock, steady, profiles=bot.profiles, trial=trial,
        lessons=lambda name: learned(bot, name, clock()),
    )  # fmt: skip
    app = application(site, routes)
    if sys.platform != "linux" or threading.active_count() > 1 or not bot.store.can_be_shared():
        with served(app, web), metered(bot, clock, steady):
            yield
        return
    lost = threading.Event()

    def ended() -> None:
        lost.set()
        bot.stop.set()

    with served_apart(app, web, bot.store, ended), metered(bot, clock, steady):
        os.nice(_PATIENT)
        yield
    if lost.is_set():
        raise DigestError("the process that served the pages ended; whoever runs this service should start it anew")


@contextmanager
def metered(bot: Bot, clock: Clock, steady: Callable[[], float]) -> Iterator[None]:
    """Show the metrics at the address of their own while the caller works, where the config names one.

    Raises DigestError when it cannot be listened at.
    """
    place = bot.settings.metrics
    if not place.host:
        yield
        return
    from digest.model import WebSettings
    from digest.web.metering import Meter, metering
    from digest.web.serving import served

    meter = Meter(bot.store, bot.settings, clock, steady)
    with served(metering(meter), WebSettings(place.host, place.port), "[monitor] listen"):
        yield
