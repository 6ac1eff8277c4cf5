"""Slack's end of Socket Mode on loopback: a websocket server (RFC 6455) that sends envelopes and takes the answers.

with SlackServer() as slack, SocketServer(slack) as line:
    line.send("interactive", payload)
    assert line.acks.get(timeout=10) == {"envelope_id": …}
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import queue
import socket
import struct
import threading
from typing import Any

from tests.slackd import SlackServer

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class SocketServer:
    """One app is connected at a time, as often as it likes; *acks* holds what it answered, *lines* counts."""

    def __init__(self, slack: SlackServer) -> None:
        self.acks: queue.Queue[dict[str, Any]] = queue.Queue()
        self.lines = 0
        self._slack, self._number = slack, 0
        self._sockets: queue.Queue[socket.socket] = queue.Queue()
        self._line: socket.socket | None = None

    def __enter__(self) -> SocketServer:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._slack.socket_url = f"ws://127.0.0.1:{self._listening.getsockname()[1]}/link/?ticket=1"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.hang_up()
        self._thread.join()

    def connected(self) -> None:
        """Wait until the next line stands."""
        self._line = self._sockets.get(timeout=20)

    def send(self, kind: str, payload: dict[str, Any], **more: Any) -> str:
        """Send one envelope; returns its id, which its answer names."""
        self._number += 1
        id_ = f"envelope-{self._number}"
        self.say({"envelope_id": id_, "type": kind, "payload": payload, "accepts_response_payload": True, **more})
        return id_

    def say(self, message: dict[str, Any]) -> None:
        """Send any message."""
        assert self._line is not None
        _write(self._line, _TEXT, json.dumps(message).encode())

    def hang_up(self) -> None:
        """Break the line without a word."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._line.close()

    # ------------------------------------------------------------ the wire

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError, EOFError, ValueError), line.makefile("rb") as reading:
            asked = {}
            reading.readline()
            while (header := reading.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                asked[name.lower()] = value.strip()
            token = base64.b64encode(hashlib.sha1(asked[b"sec-websocket-key"] + _GUID, usedforsecurity=False).digest())
            line.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
            )
            _write(line, _TEXT, json.dumps({"type": "hello", "num_connections": 1}).encode())
            self.lines += 1
            self._sockets.put(line)
            while True:
                kind, content = _frame(reading)
                if kind == _PING:
                    _write(line, _PONG, content)
                elif kind == _CLOSE:
                    _write(line, _CLOSE, content)
                    return
                elif kind == _TEXT:
                    self.acks.put(json.loads(content))


def _write(line: socket.socket, kind: int, content: bytes) -> None:
    size = len(content)
    if size < 126:
        head = struct.pack("!BB", 0x80 | kind, size)
    elif size < 2**16:
        head = struct.pack("!BBH", 0x80 | kind, 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | kind, 127, size)
    line.sendall(head + content)


def _frame(reading: Any) -> tuple[int, bytes]:
    head = reading.read(2)
    if len(head) < 2:
        raise EOFError
    size = head[1] & 0x7F
    if size == 126:
        (size,) = struct.unpack("!H", reading.read(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", reading.read(8))
    mask = reading.read(4)
    content = reading.read(size)
    return head[0] & 0x0F, bytes(byte ^ mask[place % 4] for place, byte in enumerate(content))
