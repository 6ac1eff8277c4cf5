"""A TCP proxy of our own in front of a server, which does to single connections what networks and relays do.

with FaultProxy(server.port) as proxy:
    proxy.faults = [Fault(on=b"\\r\\n.\\r\\n", forward=True)]      # the server takes the mail, the answer is lost
    ... connect to proxy.port ...

Each connection takes the next of `faults`; without one, or before its bytes come, everything is passed on.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Self

_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")


@dataclass(frozen=True)
class Fault:
    """What happens when the client has said *on* (b"": as soon as it connects).

    With *forward* the server gets that too, and its answer is lost. Then the client hears *answer* (b"": nothing),
    and the line is cut, or with *hang* left open and dumb, or with *goes_on* used further.
    """

    on: bytes = b""
    forward: bool = False
    answer: bytes = b""
    hang: bool = False
    goes_on: bool = False


class FaultProxy:
    """*faults* go to the next connections, one each; *always* to every connection after them."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.faults: list[Fault] = []
        self.always: Fault | None = None
        self.connections = 0
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        with self._lock:
            for sock in self._open:
                _cut(sock)

    def cut(self) -> None:
        """Break every line that is open now."""
        with self._lock:
            for sock in self._open:
                _cut(sock)
            self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                fault = self.faults.pop(0) if self.faults else self.always
                self._open.append(client)
            threading.Thread(target=self._serve, args=(client, fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault | None) -> None:
        if fault is not None and not fault.on:
            self._misbehave(client, fault)
            return
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            _cut(client)
            return
        with self._lock:
            self._open.append(server)
        line = _Line(client, server, fault)
        back = threading.Thread(target=line.back, daemon=True)
        back.start()
        if (met := line.forth()) is not None:
            self._misbehave(client, met)
            _cut(server)
        back.join(5)

    def _misbehave(self, client: socket.socket, fault: Fault) -> None:
        with contextlib.suppress(OSError):
            if fault.answer:
                client.sendall(fault.answer)
                client.shutdown(socket.SHUT_WR)
                client.settimeout(1)
                while client.recv(65536):
                    pass
            if not fault.hang:
                _cut(client)


class _Line:
    """One connection and its way to the server."""

    def __init__(self, client: socket.socket, server: socket.socket, fault: Fault | None) -> None:
        self.client, self.server, self.fault = client, server, fault
        self.dumb = False
        self.answered = threading.Event()  # the server said something since the line was dumb

    def forth(self) -> Fault | None:
        """Pass on what the client says; return the fault when it is met and the line is no longer used."""
        said = b""
        with contextlib.suppress(OSError):
            while data := self.client.recv(65536):
                said += data
                fault = self.fault
                if fault is None or fault.on not in said:
                    self.server.sendall(data)
                    continue
                if fault.goes_on:
                    self.client.sendall(fault.answer)
                    self.fault = None
                    continue
                self.dumb = True
                self._read_body(said)
                if fault.forward:
                    self.server.sendall(data + self._rest)
                    self.answered.wait(5)
                return fault
        _cut(self.server)
        return None

    _rest = b""

    def _read_body(self, said: bytes) -> None:
        """Let an HTTP request come in whole, as a server that answers at its end does."""
        head, _, body = said.partition(b"\r\n\r\n")
        if length := _LENGTH.search(head):
            missing = int(length[1]) - len(body)
            while missing > 0 and (data := self.client.recv(missing)):
                self._rest += data
                missing -= len(data)

    def back(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.server.recv(65536):
                if self.dumb:
                    self.answered.set()
                else:
                    self.client.sendall(data)
        if not self.dumb:
            _cut(self.client)


def _cut(sock: socket.socket) -> None:
    """Close at once, so that the other side sees it whatever is still to be sent."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
