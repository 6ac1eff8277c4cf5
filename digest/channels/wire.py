"""smtplib on our own socket, with replies that have an end in length and in time."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import socket
import ssl
import time

from digest.errors import Paused
from digest.model import EmailSettings

MAX_REPLY_LINE = 2048  # RFC 5321 4.5.3.1.5 says 512
MAX_REPLY_LINES = 100


class Client(smtplib.SMTP):
    """smtplib with our own socket and bounded replies."""

    def __init__(self, settings: EmailSettings, context: ssl.SSLContext, name: str) -> None:
        super().__init__(local_hostname=name, timeout=settings.timeout)
        self._settings, self._context = settings, context
        self._host = settings.host
        self.command_encoding = "utf-8"
        self._heard: socket.socket | None = None  # whose bytes are in the buffer: what came before TLS is forgotten
        self._buffer = b""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        # Without this the tail of a TLS-split body waits 40 ms for an ACK: 22 instead of 1,000 mails a second.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._settings.security == "clear" and not ipaddress.ip_address(sock.getpeername()[0]).is_loopback:
            sock.close()
            raise Paused(f"{host} is not this machine, and mail is not sent there without TLS")
        if self._settings.security != "tls":
            return sock
        return self._context.wrap_socket(sock, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply, -1 when it is none; raises SMTPServerDisconnected.

        The socket's timeout holds for the whole reply, however slowly it trickles in.
        """
        sock = self.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        if sock is not self._heard:
            self._heard, self._buffer = sock, b""
        timeout = sock.gettimeout()
        try:
            return self._reply(sock, None if timeout is None else time.monotonic() + timeout)
        except OSError as error:
            raise smtplib.SMTPServerDisconnected(str(error)) from error
        finally:
            with contextlib.suppress(OSError):
                sock.settimeout(timeout)

    def _reply(self, sock: socket.socket, deadline: float | None) -> tuple[int, bytes]:
        lines = []
        for _ in range(MAX_REPLY_LINES):
            line = self._line(sock, deadline)
            code, joint = line[:3], line[3:4]
            if not (line.endswith(b"\n") and code.isdigit() and joint in b" -\r\n"):
                return -1, line
            lines.append(line[4:].strip())
            if joint != b"-":
                return int(code), b"\n".join(lines)
        return -1, b"endless reply"

    def _line(self, sock: socket.socket, deadline: float | None) -> bytes:
        """One line with its end, or as much as a line may hold."""
        while (end := self._buffer.find(b"\n") + 1) == 0 and len(self._buffer) < MAX_REPLY_LINE:
            if deadline is not None and self._buffer:  # the first wait has the whole time anyway
                sock.settimeout(max(deadline - time.monotonic(), 0.001))
            data = sock.recv(4096)
            if not data:
                raise smtplib.SMTPServerDisconnected("the server hung up")
            self._buffer += data
        end = min(end or MAX_REPLY_LINE, MAX_REPLY_LINE)
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line
