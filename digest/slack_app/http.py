"""The app by HTTP: one address below the pages, open to who knows the signing secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from slack_bolt import App, BoltRequest, BoltResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH = "/slack/events"
WINDOW = 300
"""Seconds that a request may be old, or ahead of our clock: Slack's own rule."""


def genuine(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether who knows *secret* signed *body* within the last five minutes, as Slack does ("v0")."""
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(now.timestamp() - int(timestamp)) > WINDOW:
        return False
    made = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={made}".encode(), signature.encode("utf-8", "surrogateescape"))


def route(app: App, secret: str, clock: Callable[[], datetime]) -> Route:
    """Where Slack sends events, commands and presses."""

    async def answer(request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=408)
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not genuine(secret, timestamp, request.headers.get("x-slack-signature", ""), body, clock()):
            return PlainTextResponse("This is not signed by Slack.\n", 401)
        return await run_in_threadpool(_dispatched, app, body, request.headers)

    return Route(PATH, answer, methods=["POST"])


def _dispatched(app: App, body: bytes, headers: Mapping[str, str]) -> Response:
    try:
        asked = BoltRequest(body=body.decode(), headers={**headers}, mode="http")
        answer: BoltResponse = app.dispatch(asked)
    except (ValueError, LookupError, TypeError, AttributeError):  # signed, and yet nothing that Slack sends
        return PlainTextResponse("This was not understood.\n", 400)
    return Response(answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()})
