"""`init` and `check`: from nothing to a config that works."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying, secrets, slackapp
from digest.cli.options import Config, Debug, Now, clock
from digest.errors import ConfigError, DeliveryError, DigestError, Fault, ModelUnusable
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import Settings


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the config shall stand.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite what stands there.")] = False,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Write a commented starter config with two profiles, sample dumps and the templates' place."""
    from digest import config

    for path in config.init(folder, force=force):
        saying.out(f"wrote {path}")
    saying.out("")
    saying.out("Now look at a digest of the samples, then edit the files:")
    saying.out(f"  digest preview ada --config {folder}")
    saying.out(f"  digest check --config {folder}")


def check(
    config: Config = None,
    online: Annotated[bool, typer.Option("--online", help="Also log in at SMTP and Slack; nothing is sent.")] = False,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Check config, templates and store, and with --online the accounts; say every fault at once."""
    try:
        settings = building.load_settings(config)
    except ConfigError:
        if online:
            _suggest_ids(config)
        raise
    slackapp.check_installed(settings)
    renderer = building.make_renderer(settings, scratch=True)
    if faults := [*renderer.check(), *_pages_at_fault(settings)]:
        raise ConfigError(faults)
    tick = clock(now)
    with building.bot(settings, tick, scratch=True) as bot:
        settings = bot.settings
        from digest.pipeline import wordcheck

        for warning in wordcheck.warnings(bot, settings.profiles):
            saying.warn(f"warning: {warning}")
    saying.out(f"{settings.where}: in order")
    saying.out(f"  {plural(len(settings.sources), 'source')}, {plural(len(settings.profiles), 'profile')}")
    saying.out(f"  state in {settings.state}")
    if settings.semantic_model:
        _try_model(settings.semantic_model)
    if online and not _online(settings):
        raise typer.Exit(1)


def _pages_at_fault(settings: Settings) -> list[Fault]:
    """What is wrong with the templates of the pages, where there are pages or a folder of templates."""
    if not settings.web.host and settings.templates is None:
        return []
    from digest.web.checking import faults

    return faults((settings.templates,) if settings.templates else ())


def _suggest_ids(path: Path | None) -> None:
    """Where a channel's name stands in the config, ask Slack once for its ID and say what to write."""
    from digest import config

    names, account = config.slack_names(path, os.environ, cwd=Path.cwd())
    if not names or account is None:
        return
    from digest.channels.slack import SlackChannel

    secrets.know(account.token)
    try:
        ids = SlackChannel(account).ids(names)
    except DeliveryError as error:
        saying.warn(f"slack: the names could not be looked up: {error}; the app needs channels:read and groups:read")
        return
    for name in names:
        if name in ids:
            saying.warn(f'slack: #{name} is {ids[name]}: write "slack:{ids[name]}"')
        else:
            saying.warn(f"slack: the bot sees no channel #{name}; is it a member, and is the name right?")


def _try_model(place: Path) -> None:
    """Put a sentence through the sentence model of the config; without a usable one ranking goes on by words."""
    from digest.pipeline import meaning

    try:
        meaning.try_out(place)
    except ModelUnusable as missing:
        saying.warn(f"warning: [semantic] model: {missing}")
    else:
        saying.out(f"  sentence model in {place}")


def _online(settings: Settings) -> bool:
    """Log in wherever the config names an account; say how it went."""
    good = True
    for name, channel in building.make_channels(settings).items():
        good &= _tried(name, channel.check)
        channel.close()
    return good & _tried("slack app", partial(slackapp.check_online, settings))


def _tried(name: str, check: Callable[[], str]) -> bool:
    try:
        said = check()
    except (DeliveryError, DigestError) as error:
        saying.warn(f"{name}: {error}")
        return False
    if said:
        saying.out(f"  {name}: {said}")
    return True
