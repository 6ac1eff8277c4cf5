"""The line itself: connections go to an address that was checked, and nothing on them outlasts the deadline.

The name is resolved once, every address is checked, and the connection is made to the very address that was
checked, while the TLS name and the Host header stay those of the URL. So a second answer of the name server
changes nothing (FAULTS 14, 15).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from digest.sources.web.addresses import Resolve, is_public, resolve, resolve_within

TICK = 0.001


class ForbiddenError(Exception):
    """The host has an address that may not be reached."""


class Stopwatch:
    """What is left of the time that one fetch may take; not a clock: nothing that is stored depends on it."""

    def __init__(self) -> None:
        self.end = float("inf")

    def start(self, seconds: float) -> None:
        """Begin anew."""
        self.end = time.monotonic() + seconds

    def left(self, timeout: float | None = None) -> float:
        """Seconds that may still be waited, at most *timeout*; 0 when it is over."""
        left = max(0.0, self.end - time.monotonic())
        return left if timeout is None else min(left, timeout)


class _Timed(httpcore.NetworkStream):
    """A stream on which every wait ends with the stopwatch, so a drop of data now and then does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream, watch: Stopwatch) -> None:
        self._stream, self._watch = stream, watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (left := self._watch.left(timeout)) < TICK:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if (left := self._watch.left(timeout)) < TICK:
            raise httpcore.WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if (left := self._watch.left(timeout)) < TICK:
            raise httpcore.ConnectTimeout
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Guarded(httpcore.NetworkBackend):
    """Makes connections to checked addresses only."""

    def __init__(self, watch: Stopwatch, *, allow_private: bool, ask: Resolve = resolve) -> None:
        self._watch, self._allow_private, self._ask = watch, allow_private, ask
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of *host* that answers; one that is not public forbids them all."""
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._checked(host, port):
            try:
                left = self._watch.left(timeout)
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
                return _Timed(stream, self._watch)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = resolve_within(self._watch.left(), self._ask, host.strip("[]"), port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            why = "the name is not known" if isinstance(error, socket.gaierror) else str(error)
            raise httpcore.ConnectError(f"{host}: {why}") from error
        if not self._allow_private and (bad := [one for one in addresses if not is_public(one)]):
            means = "" if bad[0] == host.strip("[]") else f" is {bad[0]}, which"
            raise ForbiddenError(f"{host}{means} is not a public address")
        return addresses

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Sockets of this machine are no sources."""
        raise ForbiddenError("a socket of this machine")

    def sleep(self, seconds: float) -> None:
        """Wait as the stopwatch allows."""
        time.sleep(self._watch.left(seconds))


class Transport(httpx.BaseTransport):
    """httpx over a connection pool of ours: few connections, kept open, each to a checked address."""

    def __init__(self, watch: Stopwatch, *, allow_private: bool, ask: Resolve = resolve) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=4,
            keepalive_expiry=30.0,
            network_backend=Guarded(watch, allow_private=allow_private, ask=ask),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the answer, its body still on the line."""
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Hang up."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Any:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
