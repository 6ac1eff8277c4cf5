"""The Slack app beside the passes of `digest serve`, where the config asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from digest.errors import ConfigError, Fault

if TYPE_CHECKING:
    from digest.model import Settings
    from digest.pipeline import Bot


def check_installed(settings: Settings) -> None:
    """Raise ConfigError where the config asks for the app, and its library is not there."""
    if settings.slack and settings.slack.has_app and find_spec("slack_bolt") is None:
        key = "app_token" if settings.slack.app_token else "signing_secret"
        what = "the Slack app needs a library that is not installed"
        raise ConfigError([Fault(f"{settings.where}: slack.{key}", what, "pip install 'paper-digest[slack-app]'")])


def check_online(settings: Settings) -> str:
    """Ask Slack about the app's own token; "" where there is none. Raises DeliveryError."""
    if settings.slack is None or not settings.slack.app_token:
        return ""
    from digest.slack_app.running import check

    return check(settings.slack)


@contextmanager
def beside(
    bot: Bot, steady: Callable[[], float], pages: Callable[[Sequence[Any]], AbstractContextManager[object]]
) -> Iterator[None]:
    """Run the app beside *pages*, which take the routes that Slack calls, while the caller works.

    The pages come first, since their process is forked before anything has a thread.
    """
    slack = bot.settings.slack
    if slack is None or not slack.has_app:
        with pages(()):
            yield
        return
    from digest.cli.linkkeys import make_tokens
    from digest.pipeline.bot import Kept
    from digest.slack_app import http, running
    from digest.slack_app.app import application
    from digest.slack_app.calling import Web
    from digest.slack_app.desk import Desk

    desk = Desk(replace(bot, kept=Kept()), make_tokens(bot.settings), Web(slack, bot.stop.wait))
    with running.hands() as later:
        app = application(desk, later, steady)
        if slack.signing_secret:
            with pages((http.route(app, slack.signing_secret, bot.clock),)):
                yield
        else:
            with pages(()), running.connected(app, slack):
                yield
