"""smtplib on our own socket, with replies that have an end."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl

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
        """Read one reply, -1 when it is none; raises SMTPServerDisconnected."""
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]
        lines = []
        for _ in range(MAX_REPLY_LINES):
            try:
                line = self.file.readline(MAX_REPLY_LINE)
            except OSError as error:
                raise smtplib.SMTPServerDisconnected(str(error)) from error
            if not line:
                raise smtplib.SMTPServerDisconnected("the server hung up")
            code, joint = line[:3], line[3:4]
            if not (line.endswith(b"\n") and code.isdigit() and joint in b" -\r\n"):
                return -1, line
            lines.append(line[4:].strip())
            if joint != b"-":
                return int(code), b"\n".join(lines)
        return -1, b"endless reply"
