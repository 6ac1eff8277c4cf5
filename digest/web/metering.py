"""`/metrics`: the bot's state for Prometheus, beside the pages for who says a secret, or at an address of its own."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from digest.errors import DigestError
from digest.model import Settings
from digest.store import Store
from digest.web.guard import Guard
from digest.web.limits import Bucket
from digest.web.site import Ask, Site

PER_MINUTE = 600
_NOT_YET = {"Retry-After": "60"}
_WHO = {"WWW-Authenticate": 'Basic realm="metrics"'}


def _a_few() -> Bucket:
    return Bucket(5, 5 / 300)


@dataclass(frozen=True, slots=True)
class Meter:
    """What metrics are made with; of wrong secrets *tries* takes five from an address, then one a minute."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    tries: Bucket = field(default_factory=_a_few)


def metrics(site: Site, ask: Ask) -> Response:
    """`/metrics` beside the pages: for who says the token, or the operator's password.

    Where the question comes from is no proof here: a reverse proxy on this machine asks for the whole world.
    """
    meter = Meter(site.store, site.settings, site.clock, site.steady, site.tries)
    secrets = [one for one in (site.settings.metrics.token, site.settings.web.password) if one]
    return _answer(meter, ask.client, ask.headers.get("authorization", ""), secrets) if secrets else site.gone()


def metering(meter: Meter) -> ASGIApp:
    """`/metrics` and `/healthz` alone: open where only this machine can ask, else for who says the token."""
    token = meter.settings.metrics.token

    def answer(request: Request) -> Response:
        client = request.client.host if request.client else ""
        said = request.headers.get("authorization", "")
        return _answer(meter, client, said, [token] if token else [])

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    routes = [
        Route("/metrics", endpoint),
        Route("/healthz", lambda request: PlainTextResponse("ok\n")),
    ]
    return Guard(Starlette(routes=routes), "", PER_MINUTE)


def _answer(meter: Meter, client: str, authorization: str, secrets: list[str]) -> Response:
    """The metrics for who says one of *secrets*, or for everybody where there is none."""
    if secrets and not meter.tries.has(client, meter.steady()):
        return PlainTextResponse("Too many wrong tokens. Please wait a minute.\n", 429, _NOT_YET)
    if secrets and not _knows(authorization, secrets):
        meter.tries.take(client, meter.steady())
        return PlainTextResponse("These metrics need a token.\n", 401, _WHO)
    from digest import metrics  # a twentieth of a second, spent only where somebody asks

    try:
        text = metrics.exposition(meter.store, meter.settings, meter.clock())
    except DigestError as error:
        return PlainTextResponse(f"{error}\n", 503)
    return Response(text, media_type=metrics.CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _knows(authorization: str, secrets: list[str]) -> bool:
    """Whether the header holds one of *secrets*, as a bearer token or as the password of any user."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            return False
    elif scheme.lower() != "bearer":
        return False
    given = value.strip().encode("utf-8", "surrogatepass")
    return any([hmac.compare_digest(given, secret.encode()) for secret in secrets])
