"""What a reverse proxy says of who asks: believed from its own address, and from nowhere else."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from digest.model import WebSettings


class BehindProxy:
    """Middleware around everything: takes `X-Forwarded-For` and the user's name from the proxy of *web* alone.

    The name that somebody else sends, or that comes twice, is taken out, so that whoever reads the header after this
    may believe it.
    """

    def __init__(self, app: ASGIApp, web: WebSettings) -> None:
        self._app = ProxyHeadersMiddleware(app, web.proxy) if web.proxy else app  # type: ignore[arg-type]
        self._proxy, self._header = web.proxy, web.user_header.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, without a name that nobody may give."""
        if scope["type"] == "http" and self._header and not self._believed(scope):
            headers = [(name, value) for name, value in scope["headers"] if name != self._header]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)  # type: ignore[arg-type]

    def _believed(self, scope: Scope) -> bool:
        peer = str((scope.get("client") or ("",))[0])
        named = sum(name == self._header for name, _ in scope["headers"])
        return named == 1 and bool(self._proxy) and _same(peer, self._proxy)


def _same(peer: str, proxy: str) -> bool:
    try:
        found = ip_address(peer)
    except ValueError:
        return False
    return str(getattr(found, "ipv4_mapped", None) or found) == proxy
