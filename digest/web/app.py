"""The addresses, and the way of a request to its page and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from digest.errors import DigestError
from digest.web import editions, leaving, letters, metering, moving, muting, operator, papers, tuner, votes, words
from digest.web.guard import Guard
from digest.web.site import Ask, Site

Page = Callable[[Site, Ask], Response]
log = structlog.get_logger("digest.web")

_PAGES: tuple[tuple[str, Page, tuple[str, ...]], ...] = (
    ("/", papers.search, ("GET",)),
    ("/search", papers.search, ("GET",)),
    ("/papers/{id}", papers.paper, ("GET",)),
    ("/papers/{id}/cite/{form}", papers.cite, ("GET",)),
    ("/e/{token}", editions.edition, ("GET",)),
    ("/p/{token}", editions.archive, ("GET",)),
    ("/p/{token}/search", papers.search, ("GET",)),
    ("/p/{token}/papers/{id}", papers.paper, ("GET",)),
    ("/p/{token}/muted", muting.muted, ("GET", "POST")),
    ("/p/{token}/tune", letters.ask_to_tune, ("POST",)),
    ("/p/{token}/{day}", editions.own_edition, ("GET",)),
    ("/f/{token}/{form}", editions.feed, ("GET",)),
    ("/t/{token}", tuner.tuner, ("GET", "POST")),
    ("/c/{token}", moving.move, ("GET", "POST")),
    ("/u/{token}", leaving.leave, ("GET", "POST")),
    ("/v/{token}", votes.vote, ("GET", "POST")),
    ("/operator", operator.operator, ("GET", "POST")),
    ("/operator/papers/{id}", operator.paper, ("GET",)),
    ("/metrics", metering.metrics, ("GET",)),
)
_FILES = {"/style.css": "text/css", "/icon.svg": "image/svg+xml", "/icon.png": "image/png"}
_ROBOTS = "User-agent: *\nDisallow: /\n"
_AT_ONCE = 8
"""Pages made at once: more threads would only take turns at one interpreter, and each would wait longer."""


def application(site: Site, more: Sequence[Route] = ()) -> ASGIApp:
    """Every page of *site* and what else shall be reached below it, behind its guard."""
    turns = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="page")
    routes = [Route(path, _endpoint(site, page, turns), methods=list(methods)) for path, page, methods in _PAGES]
    routes += [Route(path, _file(site, path[1:], kind)) for path, kind in _FILES.items()]
    routes += [Route("/favicon.ico", _file(site, "icon.png", "image/png"))]
    routes += [Route("/robots.txt", lambda request: PlainTextResponse(_ROBOTS))]
    routes += [Route("/healthz", lambda request: PlainTextResponse("ok\n"))]

    routes += more

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        answer = site.gone() if status in {404, 405} else PlainTextResponse("This was not understood.\n", status)
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)
        answer.status_code = status
        return answer

    handlers: dict[Any, Any] = {HTTPException: refused}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False  # a forged link gets the one answer, not a redirect
    return Guard(app, site.settings.public_url, site.settings.web.per_minute, [route.path for route in more])


def _endpoint(site: Site, page: Page, turns: Executor) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        form: dict[str, str] = {}
        if request.method == "POST":
            try:
                async with request.form(max_files=0, max_fields=1000) as given:
                    form = {name: value for name, value in given.items() if isinstance(value, str)}
            except ClientDisconnect:
                return Response(status_code=408)  # nobody is there to read it
        client = request.client.host if request.client else ""
        ask = Ask(
            request.method, request.path_params, request.query_params, form, request.cookies, request.headers, client
        )
        return await asyncio.get_running_loop().run_in_executor(turns, _made, site, page, ask)

    return answer


def _made(site: Site, page: Page, ask: Ask) -> Response:
    """The page, or where the store or a template fails a page that says no more than that it failed."""
    try:
        site.look()
        return page(site, ask)
    except DigestError as error:
        log.warning("a page could not be made", page=page.__name__, error=str(error))
    except Exception:
        log.exception("a page could not be made", page=page.__name__)
    return site.said(words.SORRY_TITLE, words.SORRY, status=503)


def _file(site: Site, name: str, kind: str) -> Callable[[Request], Response]:
    return lambda request: site.file(name, kind)
