"""What must not be shown: the secrets that the config read, wherever they turn up in words (FAULTS 69)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from digest.model import Settings

HIDDEN = "***"
_SHORTEST = 4
_SHAPES = (
    (re.compile(r"(?<=://)[^/\s@\"']*:[^/\s@\"']*(?=@)"), HIDDEN),  # user:password in a URL
    (re.compile(r"\bx(?:ox[a-z]|app)-[\w-]+"), HIDDEN),  # any token of Slack
)
_known: set[str] = set()


def remember(settings: Settings) -> None:
    """Know the secrets of *settings* from now on."""
    found = {settings.ping_url, _password(settings.store_url)}
    found.add(settings.email.password if settings.email else "")
    if settings.slack:
        found |= {settings.slack.token, settings.slack.app_token, settings.slack.signing_secret}
    found.add(settings.email.dkim.key if settings.email and settings.email.dkim else "")
    found.add(settings.summaries.key if settings.summaries else "")
    found.update((settings.web.password, settings.metrics.token))
    know(*found, *settings.link_keys, *(library.key for library in settings.zotero))


def know(*found: str) -> None:
    """Know these secrets, too, from now on."""
    for secret in found:
        if len(secret) >= _SHORTEST:
            _known.update({secret, json.dumps(secret)[1:-1], quote(secret, safe="")})


def hide(text: str) -> str:
    """*text* without any secret that is known, and without what looks like one."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
