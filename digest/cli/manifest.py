"""`manifest`: what makes the Slack app in one paste."""

from __future__ import annotations

import json
import sys
from typing import Any

from digest.cli import building
from digest.cli.options import Config, Debug, Now
from digest.packaged import packaged


def manifest(config: Config = None, now: Now = None, debug: Debug = False) -> None:
    """Print what Slack takes at "Create an app", "From a manifest": for Socket Mode, or by HTTP as [slack] says."""
    settings = building.load_settings(config)
    text = (packaged("templates") / "slack" / "manifest.json").read_text("utf-8")
    if settings.slack and settings.slack.signing_secret:
        text = json.dumps(_by_http(json.loads(text), f"{settings.public_url}/slack/events"), indent=2) + "\n"
    sys.stdout.write(text)


def _by_http(made: dict[str, Any], url: str) -> dict[str, Any]:
    """*made* for an app that Slack calls at *url*."""
    for command in made["features"]["slash_commands"]:
        command["url"] = url
    for part in ("event_subscriptions", "interactivity"):
        made["settings"][part]["request_url"] = url
    made["settings"]["socket_mode_enabled"] = False
    return made
