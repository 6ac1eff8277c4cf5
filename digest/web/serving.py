"""The server in a thread of its own: begins before the first pass, ends when the service ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from digest.errors import DigestError
from digest.model import WebSettings
from digest.web.guard import SECONDS

_CONNECTIONS = 400
_GRACE = 5
log = structlog.get_logger("digest.web")


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits neither for a slow head, nor for a slow body, nor for a slow reader.

    uvicorn limits only how long a connection may be idle. Here nothing but idling may take longer than twice the
    time that a page may take.
    """

    patience, look = 2 * SECONDS, 5.0

    def connection_made(self, transport: Any) -> None:
        """Begin to watch."""
        super().connection_made(transport)
        self._stage: object = None
        self._since = self.loop.time()
        self.loop.call_later(self.look, self._watch)

    def _watch(self) -> None:
        now = self.loop.time()
        stage = (id(self.cycle), self.cycle is not None and self.cycle.response_complete, self.transport.is_closing())
        if stage != self._stage or self.timeout_keep_alive_task is not None:
            self._stage, self._since = stage, now
        if now - self._since > self.patience:
            self.transport.abort()
        elif self in self.connections:
            self.loop.call_later(self.look, self._watch)


@contextmanager
def served(app: Any, web: WebSettings, key: str = "[web] listen") -> Iterator[str]:
    """Serve *app* while the caller works; yields the address.

    Raises DigestError, which names the *key* of the config, when it cannot be listened at.
    """
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((web.host, web.port))
        listening.listen()  # who comes before the thread is ready waits
    except OSError as error:
        listening.close()
        raise DigestError(f"{key}: cannot listen at {web.host}:{web.port}: {error.strerror}") from None
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(web.proxy),
        forwarded_allow_ips=web.proxy,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 * 1024,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="pages", daemon=True)
    thread.start()
    address = f"http://{web.host}:{listening.getsockname()[1]}"
    log.info("serving at", key=key, address=address)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(2 * _GRACE)
        listening.close()
