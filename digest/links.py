"""Signed links: what a reader may do without logging in, and nothing else.

A token is made for one purpose and says whom and what it is about; another purpose, another key or a changed
letter makes it no token. Keys are rotated by putting a new one first: old tokens go on being read. A token to
unsubscribe never expires; of others the caller says how old they may be. Made only where there is a public_url.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer

from digest.model import Target

Purpose = Literal["unsubscribe", "settings", "feedback", "view"]
_ISSUED = "on"
_LONGEST = 2000  # characters; Slack's limit for a button's value, and more than any token of ours has


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads signed links below *public_url*; the newest of *keys* comes first."""

    public_url: str
    keys: Sequence[str] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could not make a safe link."""
        if urlsplit(self.public_url).scheme not in {"https", "http"} or not urlsplit(self.public_url).netloc:
            raise ValueError(f"public_url is no http(s) address: {self.public_url!r}")
        if not self.keys or min(map(len, self.keys)) < 16:
            raise ValueError("links need a key of at least 16 characters")

    def unsubscribe(self, profile: str, target: Target, issued: date) -> str:
        """The address that takes *target* off *profile*: GET shows a form, POST acts (RFC 8058)."""
        return self.url("unsubscribe", issued, profile=profile, target=str(target))

    def url(self, purpose: Purpose, issued: date, **facts: str) -> str:
        """The address of the page for *purpose*, with a token about *facts*."""
        return f"{self.public_url.rstrip('/')}/{purpose}/{self.token(purpose, issued, **facts)}"

    def token(self, purpose: Purpose, issued: date, **facts: str) -> str:
        """A token of URL-safe letters about *facts*, made on *issued*."""
        made = self._serializer(purpose).dumps({**facts, _ISSUED: issued.isoformat()})
        return made if isinstance(made, str) else made.decode("ascii")

    def read(
        self, purpose: Purpose, token: str, today: date, *, at_most: timedelta | None = None
    ) -> Mapping[str, str] | None:
        """What *token* is about, or None: forged, made for something else, or older than *at_most*.

        Nothing tells the reasons apart, so nobody learns anything by trying.
        """
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            facts = self._serializer(purpose).loads(token)
            issued = date.fromisoformat(facts.pop(_ISSUED))
        except (BadData, ValueError, TypeError, KeyError, AttributeError):
            return None
        if at_most is not None and today - issued > at_most:
            return None
        return {str(name): str(value) for name, value in facts.items()}

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        # itsdangerous signs with the last key of a list and reads with any
        return URLSafeSerializer(list(reversed(self.keys)), salt=f"paper-digest/{purpose}")
