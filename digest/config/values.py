"""The values a config key may hold: each function takes what TOML gave and returns what the house uses.

A value that cannot be used raises `Wrong`, which becomes a fault with file, line and key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from email.utils import getaddresses
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from digest import schedule
from digest.model import Target
from digest.text import clean

_SLACK_ID = re.compile(r"[CGDUW][A-Z0-9]{6,20}")
_EMOJI = re.compile(r"[a-z0-9_+'\u0080-\uffff-]{1,100}")
_NAME = re.compile(r"\w(?:[\w.+@-]{0,98}[\w+@-])?")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


class Wrong(ValueError):
    """A value that cannot be used; *hint* says what to do. Neither may repeat a secret."""

    def __init__(self, what: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(what)


def nearest(word: str, known: Iterable[str]) -> str:
    """Say ``did you mean "x"?`` for the known word nearest to *word*, or ""."""
    found = process.extractOne(word.lower(), list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=60)
    return f'did you mean "{found[0]}"?' if found else ""


def words(text: str) -> str:
    """One line of text without control and direction characters, not empty."""
    if not (plain := clean(text)):
        raise Wrong("must not be empty")
    return plain


def category(text: str) -> str:
    """A category of arXiv, like cs.LG or hep-th."""
    if not re.fullmatch(r"[a-z-]{2,12}(?:\.[A-Za-z-]{2,20})?", text):
        raise Wrong(f'"{clean(text)[:40]}" is not a category of arXiv', "like cs.LG, stat.ML or hep-th")
    return text


def zotero_library(text: str) -> str:
    """A library of Zotero: that of a user or of a group, by its number."""
    if not re.fullmatch(r"(?:users|groups)/[0-9]{1,12}", text):
        raise Wrong(f'"{clean(text)[:40]}" is not a library of Zotero', "users/NUMBER or groups/NUMBER")
    return text


def collection(text: str) -> str:
    """The key of a collection of Zotero."""
    if not re.fullmatch(r"[A-Za-z0-9]{8}", text):
        raise Wrong(f'"{clean(text)[:40]}" is not a collection', "its eight letters at the end of its address")
    return text.upper()


def simple_name(text: str) -> str:
    """A name that may stand in a path: it cannot climb, hide, or be a device."""
    if not _NAME.fullmatch(text):
        raise Wrong("must be a simple name", "letters, digits and . _ + @ - inside, at most 100 characters")
    return unicodedata.normalize("NFC", text)


def timezone(name: str) -> str:
    """The name of a zone that this machine's time zone database knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _unknown_zone(name) from None
    return name


def _unknown_zone(name: str) -> Wrong:
    zones = available_timezones()
    if not zones:
        return Wrong(f'unknown timezone "{name}": this machine has no time zone database', "pip install tzdata")
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
    hint = nearest(name, zones)
    city = process.extractOne(
        name.rpartition("/")[2].lower(), cities, scorer=fuzz.ratio, processor=str.lower, score_cutoff=80
    )
    if city and (not hint or "/" not in name):
        hint = f'did you mean "{cities[city[0]]}"?'
    return Wrong(f'unknown timezone "{name}"', hint)


def rule(text: str) -> str:
    """A schedule as digest.schedule reads it."""
    try:
        schedule.parse(text)
    except ValueError as error:
        raise Wrong(f'"{clean(text)}" {error}') from None
    return text


def weekly(text: str) -> str:
    """One weekday and a time, like "fri 16:00"; "" for never."""
    rule(text) if text else None
    if text and (text.split()[0].lower() not in schedule.DAYS or len(text.split()) != 2):
        raise Wrong(f'"{clean(text)}" is not one weekday and a time', 'like "fri 16:00"')
    return text


def target(text: str) -> Target:
    """``email:ADDRESS``, ``slack:ID`` or ``folder:NAME``."""
    channel, colon, address = text.partition(":")
    if channel not in _ADDRESSES or not colon:
        raise Wrong(
            f'"{clean(text)}" is not a target', nearest(channel, _ADDRESSES) or "email:ADDRESS, slack:ID or folder:NAME"
        )
    return Target(channel, _ADDRESSES[channel](address))


def email_address(text: str) -> str:
    """A mail address that SMTP can carry and that cannot inject a header or a command."""
    local, _, domain = text.rpartition("@")
    if any(unicodedata.category(char).startswith("C") for char in text):
        raise Wrong("a mail address with a control character")
    if not text.isascii():
        raise Wrong(f'"{text}" is not a mail address that every server takes', "write its domain as xn--…")
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) and len(local) <= 64 and len(text) <= 254):
        raise Wrong(f'"{text}" is not a mail address')
    return text


def domain(text: str) -> str:
    """A domain, or a selector below one, in ASCII."""
    if not _DOMAIN.fullmatch(text) or len(text) > 200:
        raise Wrong(f'"{clean(text)}" is not a domain name')
    return text.lower()


def slack_id(text: str) -> str:
    """The ID of a Slack channel, private channel, direct message or person."""
    if not _SLACK_ID.fullmatch(text):
        hint = "C…, G…, D… or U…: at the end of the channel's details in Slack, or of its link"
        if text[:1] in {"#", "@"}:
            raise Wrong(f'"{clean(text)}" is a name, which may change; Slack needs the ID', hint)
        raise Wrong(f'"{clean(text)}" is not a Slack ID', hint)
    return text


_ADDRESSES = {"email": email_address, "slack": slack_id, "folder": simple_name}


def emoji(text: str) -> str:
    """The name of an emoji as Slack reports a reaction with it: without colons, "+1" for "thumbsup"."""
    name = text.strip(":")
    if not _EMOJI.fullmatch(name):
        raise Wrong(f'"{clean(text)[:40]}" is not the name of an emoji', 'like "+1", "bookmark" or ":eyes:"')
    return {"thumbsup": "+1", "thumbsdown": "-1"}.get(name, name)


def sender(text: str) -> str:
    """``Name <address>`` or an address."""
    if any(unicodedata.category(char).startswith("C") for char in text):
        raise Wrong("contains a control character")
    parsed = getaddresses([text])
    if len(parsed) != 1 or not parsed[0][1]:
        raise Wrong("is not one sender", 'like "Paper Digest <digest@example.org>"')
    email_address(parsed[0][1])
    return text.strip()
