"""The server beside the passes: begins before the first one, ends when the service ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from digest.errors import DigestError
from digest.model import WebSettings
from digest.pipeline import crew
from digest.store import Store
from digest.web.guard import SECONDS
from digest.web.proxying import BehindProxy

_CONNECTIONS = 400
_GRACE = 5
_LOOK = 0.25
_KEY = "[web] listen"
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
def served(app: Any, web: WebSettings, key: str = _KEY) -> Iterator[str]:
    """Serve *app* in a thread while the caller works; yields the address.

    Raises DigestError, which names the *key* of the config, when it cannot be listened at.
    """
    listening = _listening(web, key)
    server = _server(app, web)
    try:
        with _in_thread(server, listening):
            yield _address(web, listening, key)
    finally:
        listening.close()


@contextmanager
def served_apart(app: Any, web: WebSettings, store: Store, ended: Callable[[], object]) -> Iterator[str]:
    """Serve *app* in a process of its own, forked now, while the caller works; yields the address.

    A pass keeps Python's one lock for tens of milliseconds at a time, and readers should not wait for it.
    *ended* is called when that process ends before the caller is done. Raises DigestError as `served` does.
    """
    listening = _listening(web, _KEY)
    closing = threading.Event()
    try:
        with crew.forked(store, [partial(_serve, app, web, listening)], 1) as [[line]]:
            watch = threading.Thread(target=_watched, args=(line, closing, ended), daemon=True, name="pages")
            watch.start()
            try:
                yield _address(web, listening, _KEY)
            finally:
                closing.set()
                watch.join()
    finally:
        listening.close()


def _serve(app: Any, web: WebSettings, listening: socket.socket, lines: Sequence[Connection]) -> None:
    """What the other process does, until its line is closed or its server ends."""
    with _in_thread(_server(app, web), listening) as thread:
        while thread.is_alive() and not lines[0].poll(_LOOK):
            pass


def _watched(line: Connection, closing: threading.Event, ended: Callable[[], object]) -> None:
    while not closing.is_set():
        if line.poll(_LOOK):  # it says nothing, so this is its end
            if not closing.is_set():
                log.error("the pages ended by themselves")
                ended()
            return


@contextmanager
def _in_thread(server: uvicorn.Server, listening: socket.socket) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="pages", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        server.should_exit = True
        thread.join(2 * _GRACE)


def _listening(web: WebSettings, key: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    # Said to be TCP, or asyncio lets the kernel hold back the second part of each answer, 40 ms for a page.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((web.host, web.port))
        listening.listen()  # who comes before the server is ready waits
    except OSError as error:
        listening.close()
        raise DigestError(f"{key}: cannot listen at {web.host}:{web.port}: {error.strerror}") from None
    return listening


def _address(web: WebSettings, listening: socket.socket, key: str) -> str:
    address = f"http://{web.host}:{listening.getsockname()[1]}"
    log.info("serving at", key=key, address=address)
    return address


def _server(app: Any, web: WebSettings) -> uvicorn.Server:
    config = uvicorn.Config(
        BehindProxy(app, web),
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `BehindProxy` must see who asks before their word is taken
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 * 1024,
    )
    return uvicorn.Server(config)
