"""What stands before every page: how much, how long and how often somebody may ask, and the headers of each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.limits import Bucket

MOST_BYTES = 64 * 1024
"""Of a request's body: the largest form but the tuner has less than a tenth of it."""
MOST_OF_A_PROFILE = 512 * 1024
"""Of the tuner's form: some thousand likes."""
MOST_SIGNED = 512 * 1024
"""Of a body whose sender signs it: a press in Slack brings along the whole message."""
SECONDS = 20.0
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex",
}


class Guard:
    """Middleware around the pages of *app*; *public_url* says whether they are reached by TLS, and below which path.

    *signed* are the paths of a service that signs its requests: all its users come from few addresses.
    """

    def __init__(self, app: ASGIApp, public_url: str, per_minute: int, signed: Collection[str] = ()) -> None:
        parts = urlsplit(public_url)
        self._signed = frozenset(signed)
        self._app, self._below = app, parts.path.rstrip("/")
        self._bucket = Bucket(max(per_minute / 4, 20), per_minute / 60) if per_minute else None
        headers = dict(_HEADERS)
        if parts.scheme == "https":
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say in a line why not."""
        if scope["type"] != "http":
            return
        answer = self._answering(send)
        app, who = self._app, str((scope.get("client") or ("",))[0])
        inside = self._inside(scope)
        signed = inside["path"] in self._signed
        most = MOST_SIGNED if signed else MOST_OF_A_PROFILE if inside["path"].startswith("/t/") else MOST_BYTES
        if self._bucket and not (signed or _one_click(scope)) and not self._bucket.take(who, time.monotonic()):
            app = PlainTextResponse("Too many requests. Please wait a minute.\n", 429, {"Retry-After": "60"})
        elif _length(scope, most) > most:
            app = PlainTextResponse("This is too large.\n", 413, {"Connection": "close"})
        try:
            async with asyncio.timeout(SECONDS):
                await app(inside, _counted(receive, most), answer)
        except TimeoutError:
            await PlainTextResponse("This took too long.\n", 503, {"Connection": "close"})(scope, receive, answer)

    def _inside(self, scope: Scope) -> Scope:
        """*scope* without the path below which all pages lie, where the proxy left it on."""
        path = scope["path"]
        return (
            {**scope, "path": path[len(self._below) :]} if self._below and path.startswith(self._below + "/") else scope
        )

    def _answering(self, send: Send) -> Callable[[Message], Awaitable[None]]:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in given)]
            await send(message)

        return answer


def _one_click(scope: Scope) -> bool:
    """Whether this may be a mail provider that unsubscribes many readers at once (RFC 8058); the page limits those."""
    return scope["method"] == "POST" and "/u/" in scope["path"]


def _length(scope: Scope, most: int) -> int:
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(given) if given.isdigit() and len(given) < 12 else most + 1


def _counted(receive: Receive, most: int) -> Receive:
    """*receive*, until it has brought more than *most* bytes."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413, headers={"Connection": "close"})
        return message

    return counted
