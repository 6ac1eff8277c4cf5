"""Signed links: what a reader may do without logging in, and nothing else.

A token is made for one purpose and says whom and what it is about; another purpose, another key or a changed
letter makes it no token. The newest key signs and all of them are read, so a key is changed by putting a new one
first. Mails and pages both take their addresses from here; there are links only where there is a public_url.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit

from itsdangerous import BadSignature, Signer

from digest.model import Target

Purpose = Literal["unsubscribe", "edition", "vote", "profile", "feed", "tune", "move", "operator", "press", "undo"]
Action = Literal["more", "less", "save"]
"""What a vote says of a paper."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One purpose: the first part of its address, what its tokens are about in order, and how long they are good."""

    path: str
    subject: tuple[str, ...]
    lasts: timedelta | None


RULES: dict[Purpose, Rule] = {
    "unsubscribe": Rule("u", ("profile", "target"), None),  # a way out is never closed
    "edition": Rule("e", ("profile", "date"), timedelta(days=400)),
    "vote": Rule("v", ("profile", "date", "paper", "action"), timedelta(days=90)),
    "profile": Rule("p", ("profile",), timedelta(days=90)),  # each edition brings a new one
    "feed": Rule("f", ("profile",), None),  # a feed reader asks for years
    "operator": Rule("operator", ("who",), timedelta(hours=12)),  # a session, kept in a cookie
    "press": Rule("press", ("profile", "date", "paper", "action"), timedelta(days=90)),  # a button in Slack: no page
    "undo": Rule("undo", ("profile", "date", "paper", "message"), timedelta(days=2)),  # nor this
    "move": Rule("c", ("profile", "old", "new"), timedelta(days=1)),  # goes to the new address alone; old may be ""
    "tune": Rule("t", ("profile",), timedelta(minutes=15)),  # changes a profile: never stands in a digest
}
SHORTEST_KEY = 16
_LONGEST = 1500  # characters; under Slack's limit for a button's value, and more than any token of ours has
_AHEAD = timedelta(days=2)  # an edition's own day begins up to 14 hours before ours; more is no date of ours
_BETWEEN = "\x1f"  # no name, address or id holds it


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and reads tokens; the newest of *keys*, of at least 16 characters each, comes first."""

    keys: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse keys that could be guessed."""
        if not self.keys or min(map(len, self.keys)) < SHORTEST_KEY:
            raise ValueError(f"links need a key of at least {SHORTEST_KEY} characters")

    def sign(self, purpose: Purpose, *subject: str, at: datetime) -> str:
        """A token of URL-safe letters about *subject*, which is as `RULES` has it; it ages from the instant *at* on.

        Raises ValueError for a subject that cannot be signed.
        """
        if len(subject) != len(RULES[purpose].subject) or any(_BETWEEN in part for part in subject):
            raise ValueError(f"this is nothing to sign for {purpose}: {subject!r}")
        text = _BETWEEN.join((f"{int(at.timestamp()):x}", *subject))
        value = base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).rstrip(b"=")
        return _signer(self.keys, purpose).sign(value).decode("ascii")

    def read(self, purpose: Purpose, token: str, now: datetime) -> tuple[str, ...] | None:
        """What *token* is about, in the order of `RULES`; None when it is forged, made for something else or too old.

        Nothing tells the reasons apart, so nobody learns anything by trying.
        """
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            value = _signer(self.keys, purpose).unsign(token)
            text = base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4)).decode("utf-8", "surrogatepass")
            issued, *subject = text.split(_BETWEEN)
            at = datetime.fromtimestamp(int(issued, 16), UTC)
        except (BadSignature, binascii.Error, ValueError, OverflowError, OSError):
            return None
        rule = RULES[purpose]
        if len(subject) != len(rule.subject) or (rule.lasts is not None and not -_AHEAD <= now - at <= rule.lasts):
            return None
        return tuple(subject)


@lru_cache(maxsize=64)
def _signer(keys: tuple[str, ...], purpose: Purpose) -> Signer:
    """Signs with the last of its keys and reads with any; each purpose has keys of its own, made from ours."""
    own = [sha256(f"paper-digest/{purpose}/{key}".encode()).digest() for key in reversed(keys)]
    return Signer(own, key_derivation="none", digest_method=sha256)


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses below *public_url* that *tokens* open. The same arguments give the same link."""

    public_url: str
    tokens: Tokens

    def __post_init__(self) -> None:
        """Refuse what could not make a safe link."""
        if urlsplit(self.public_url).scheme not in {"https", "http"} or not urlsplit(self.public_url).netloc:
            raise ValueError(f"public_url is no http(s) address: {self.public_url!r}")

    def unsubscribe(self, profile: str, target: Target, day: date) -> str:
        """The address that takes *target* off *profile*: GET shows a form, POST acts (RFC 8058)."""
        return self.url("unsubscribe", profile, str(target), at=_midnight(day))

    def edition(self, profile: str, day: date) -> str:
        """The address of one edition as a page."""
        return self.url("edition", profile, day.isoformat(), at=_midnight(day))

    def vote(self, profile: str, day: date, paper: str, action: Action) -> str:
        """The address where *profile* says *action* about the paper of this id in the edition of *day*."""
        return self.url("vote", profile, day.isoformat(), paper, action, at=_midnight(day))

    def profile(self, profile: str, day: date) -> str:
        """The address of what *profile* wants."""
        return self.url("profile", profile, at=_midnight(day))

    def tune(self, profile: str, now: datetime) -> str:
        """The address that lets its holder change *profile*, for a quarter of an hour from *now*."""
        return self.url("tune", profile, at=now)

    def url(self, purpose: Purpose, *subject: str, at: datetime) -> str:
        """The address for *purpose* with a token about *subject*."""
        return f"{self.public_url.rstrip('/')}{path(purpose)}{self.tokens.sign(purpose, *subject, at=at)}"


def path(purpose: Purpose) -> str:
    """Where the pages of *purpose* begin: "/u/"; the token follows."""
    return f"/{RULES[purpose].path}/"


def keys_in(text: str) -> tuple[str, ...]:
    """The keys of a file that holds one a line, the newest first."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
