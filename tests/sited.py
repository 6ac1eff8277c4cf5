"""A web site on loopback that counts what it is asked, answers conditional requests and fails on order."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Asked:
    """One request as it came, and the status of the answer."""

    path: str
    headers: dict[str, str]
    status: int = 0

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass
class Site:
    """*pages*: path with query -> body; *faults*: path -> what goes wrong, once each, "*" for any path.

    A fault is a status, ("cut", n bytes), ("slow", seconds between bytes), ("hang", seconds), ("body", bytes), or
    (status, headers).
    """

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    etags: bool = True
    asked: list[Asked] = field(default_factory=list)
    missing: int = 404

    def forget(self) -> None:
        self.asked.clear()

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


def etag(body: bytes) -> str:
    return f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site
    stop: threading.Event

    def do_GET(self) -> None:
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.site.asked.append(asked)
        fault = self._fault()
        body = self.site.pages.get(self.path)
        if isinstance(fault, int):
            self._answer(asked, fault, b"")
        elif isinstance(fault, tuple) and isinstance(fault[0], int):
            self._answer(asked, fault[0], b"", fault[1])
        elif isinstance(fault, tuple) and fault[0] == "body":
            self._answer(asked, 200, fault[1], {"ETag": etag(body or b"")})
        elif body is None:
            self._answer(asked, self.site.missing, b"")
        elif fault is not None:
            self._badly(asked, fault, body)
        elif self.site.etags and self.headers.get("If-None-Match") == etag(body):
            self._answer(asked, 304, b"", {"ETag": etag(body)})
        else:
            self._answer(asked, 200, body, {"ETag": etag(body)} if self.site.etags else {})

    def _fault(self):
        for name in (self.path, urlsplit(self.path).path, "*"):
            if self.site.faults.get(name):
                return self.site.faults[name].pop(0)
        return None

    def _answer(self, asked: Asked, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        asked.status = status
        self.send_response(status)
        for name, value in {**self.site.headers.get(self.path, {}), **(headers or {})}.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _badly(self, asked: Asked, fault: tuple, body: bytes) -> None:
        kind, value = fault
        asked.status = 200
        self.close_connection = True
        if kind == "hang":
            self.stop.wait(value)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind == "cut":
            self.wfile.write(body[:value])
            return
        for at in range(len(body)):
            try:
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
            except OSError:
                return
            if self.stop.wait(value):
                return

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_site(pages: dict[str, bytes] | None = None, **more) -> Iterator[Site]:
    site = Site(pages=dict(pages or {}), **more)
    stop = threading.Event()
    handler = type("Handler", (_Handler,), {"site": site, "stop": stop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up on purpose
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Naps:
    """A sleep that only remembers how long it was to be."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.taken.append(seconds)
        return False


def stopwatch() -> float:
    return time.monotonic()
