"""The manifest asks for exactly what the app uses."""

from __future__ import annotations

import json
import re
import string
from typing import Any

from digest.packaged import packaged
from digest.slack_app import app, calling, cards, home

DELIVERY = {"chat:write", "channels:history", "groups:history", "im:history", "channels:read", "groups:read"}
"""What plain delivery and `digest check --online` call: chat.postMessage, conversations.history, conversations.list."""


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((packaged("templates") / "slack" / "manifest.json").read_text())
    return found


def test_the_events_and_commands_are_those_that_the_app_listens_to():
    made = manifest()
    assert made["settings"]["event_subscriptions"]["bot_events"] == sorted(app.EVENTS)
    assert [one["command"] for one in made["features"]["slash_commands"]] == list(app.COMMANDS)
    assert made["features"]["unfurl_domains"] == sorted(cards.DOMAINS)
    assert made["settings"]["interactivity"] == {"is_enabled": True}


def test_the_scopes_are_those_that_the_calls_and_events_need():
    called = {scope for scopes in calling.NEEDS.values() for scope in scopes.split()}
    assert set(app.EVENTS_NEED) <= set(app.EVENTS)
    wanted = called | set(app.EVENTS_NEED.values()) | {"commands"} | DELIVERY
    assert manifest()["oauth_config"]["scopes"]["bot"] == sorted(wanted)


def test_every_method_that_is_called_is_named_with_its_scopes():
    folder = packaged("templates").parent / "digest" / "slack_app"
    text = "\n".join(path.read_text() for path in folder.glob("*.py") if path.name != "calling.py")
    assert set(re.findall(r'web\.call\("([\w.]+)"', text)) == set(calling.NEEDS)


def test_its_texts_keep_slacks_limits():
    made = manifest()
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert set(shown["background_color"][1:]) <= set(string.hexdigits)
    (command,) = made["features"]["slash_commands"]
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert home.MOST_BLOCKS == 100
