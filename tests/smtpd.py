"""Two SMTP servers on loopback: aiosmtpd, which takes mail as a real one does, and one that does what it is told.

with MailServer() as server: ...            accepts; server.mails holds what arrived
with ScriptedServer(dot=[ACCEPT_THEN_DROP]) as server: ...
"""

from __future__ import annotations

import contextlib
import email
import socket
import ssl
import threading
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from digest.model import EmailSettings

TLS = Path(__file__).parent / "data" / "tls"


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")
    return context


def trusting() -> ssl.SSLContext:
    """A client's context that trusts the authority of these tests, for "localhost" and 127.0.0.1."""
    return ssl.create_default_context(cafile=str(TLS / "ca.pem"))


@dataclass
class Mail:
    """A mail as it arrived."""

    sender: str
    recipient: str
    raw: bytes
    options: tuple[str, ...] = ()

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class _Taker:
    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        options = tuple(envelope.mail_options)
        self.mails.append(Mail(envelope.mail_from or "", envelope.rcpt_tos[0], envelope.content, options))
        return "250 2.0.0 queued"


class _OnAnyPort(Controller):
    """aiosmtpd tries its own server once, and would do so at port 0."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """aiosmtpd; with *starttls* it demands TLS, with *login* (user, password) a login."""

    def __init__(self, *, starttls: bool = False, login: tuple[str, str] | None = None, utf8: bool = True) -> None:
        self._taker = _Taker()
        self.login = login
        options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "timeout": 30}
        if starttls:
            options |= {"tls_context": server_tls(), "require_starttls": True}
        if login:
            options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": starttls}
        self._controller = _OnAnyPort(self._taker, hostname="127.0.0.1", port=0, **options)

    @property
    def mails(self) -> list[Mail]:
        return self._taker.mails

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        assert self.login is not None
        good = (data.login.decode(), data.password.decode()) == self.login
        return AuthResult(success=good, handled=False, auth_data=data)

    def __enter__(self) -> MailServer:
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def settings(self, **fields: Any) -> EmailSettings:
        return settings(self.port, **fields)


def settings(port: int, **fields: Any) -> EmailSettings:
    base = {"host": "127.0.0.1", "security": "clear", "sender": "Paper Digest <digest@example.org>", "timeout": 5.0}
    return EmailSettings(port=port, **{**base, **fields})


DROP = "<drop>"
HANG = "<hang>"
ACCEPT_THEN_DROP = "<accept, then drop>"
ACCEPT_THEN_HANG = "<accept, then hang>"
ENDLESS = "<endless>"


class ScriptedServer:
    """Answers each step with the next entry of its script, then as a good server would.

    Steps: banner, ehlo, starttls, auth, mail, rcpt, data, body (DROP after the first kilobyte), dot, rset, quit.
    An entry is a reply ("451 busy"), raw bytes, DROP, HANG, or for dot ACCEPT_THEN_*; "" answers as usual.
    """

    def __init__(
        self, *, offers: tuple[str, ...] = ("PIPELINING", "SIZE 1000000", "SMTPUTF8"), tls: bool = False, **script: Any
    ) -> None:
        self.offers, self.tls = offers, tls
        self.script: dict[str, list[Any]] = {step: list(answers) for step, answers in script.items()}
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.connections = 0
        self.closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> ScriptedServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    def settings(self, **fields: Any) -> EmailSettings:
        return settings(self.port, **fields)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=_Line(self, sock).serve, daemon=True)
            self._threads.append(thread)
            thread.start()


class _HungUpError(Exception):
    pass


class _Line:
    """One connection of a ScriptedServer."""

    def __init__(self, server: ScriptedServer, sock: socket.socket) -> None:
        self.server, self.sock = server, sock
        self.sock.settimeout(20)
        self.file = sock.makefile("rb")
        self.sender = self.recipient = ""

    def serve(self) -> None:
        with contextlib.suppress(_HungUpError, OSError, ValueError):
            self.answer("banner", "220 localhost ready")
            while True:
                line = self.file.readline()
                if not line:
                    break
                self.command(line.decode("utf-8").rstrip("\r\n"))
        with contextlib.suppress(OSError):
            self.file.close()
            self.sock.close()

    def command(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        self.server.commands.append(f"{verb.upper()} {rest}".strip())
        step = verb.lower()
        if step == "ehlo":
            self.answer(
                "ehlo", "\r\n".join(["250-localhost", *(f"250-{offer}" for offer in self.offers()), "250 HELP"])
            )
        elif step == "starttls":
            self.answer("starttls", "220 go ahead")
            self.file.close()
            self.sock = server_tls().wrap_socket(self.sock, server_side=True)
            self.file = self.sock.makefile("rb")
        elif step == "data":
            usual = "354 go ahead" if self.sender and self.recipient else "503 5.5.1 nobody to send to"
            if self.answer("data", usual).startswith("354"):
                self.body()
                self.sender = self.recipient = ""
        elif step in {"mail", "rcpt"}:
            reply = self.answer(step, "250 2.1.0 ok")
            if reply.startswith("25"):
                setattr(self, "sender" if step == "mail" else "recipient", rest)
        elif step in {"auth", "rset", "quit", "noop"}:
            self.sender = self.recipient = ""
            self.answer(step, {"auth": "235 2.7.0 ok", "quit": "221 bye"}.get(step, "250 2.0.0 ok"))
            if step == "quit":
                raise _HungUpError
        else:
            self.write("500 5.5.1 what?")

    def offers(self) -> tuple[str, ...]:
        secure = isinstance(self.sock, ssl.SSLSocket)
        return (*self.server.offers, *(("STARTTLS",) if self.server.tls and not secure else ()))

    def body(self) -> None:
        act = self.next("body")
        lines: list[bytes] = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise _HungUpError
            lines.append(line[1:] if line.startswith(b".") else line)
            if act == DROP and sum(map(len, lines)) > 1000:
                raise _HungUpError
        answers = self.server.script.get("dot") or [""]
        mail = Mail(self.sender, self.recipient, b"".join(lines))
        if answers[0] in {"", ACCEPT_THEN_DROP, ACCEPT_THEN_HANG} or str(answers[0]).startswith("250"):
            self.server.mails.append(mail)
        self.answer("dot", "250 2.0.0 queued")

    def next(self, step: str) -> Any:
        answers = self.server.script.get(step)
        return answers.pop(0) if answers else ""

    def answer(self, step: str, usual: str) -> str:
        """Do what the script says at *step*; return the reply that was given."""
        act = self.next(step) or usual
        if act in (DROP, ACCEPT_THEN_DROP):
            raise _HungUpError
        if act in (HANG, ACCEPT_THEN_HANG):
            self.server.closing.wait(20)
            raise _HungUpError
        if act == ENDLESS:
            while not self.server.closing.is_set():
                self.sock.sendall(b"250-and another thing\r\n")
        if isinstance(act, bytes):
            self.sock.sendall(act)
            return ""
        self.write(act)
        if act.startswith("421") or (step == "banner" and not act.startswith("220")):
            raise _HungUpError
        return str(act)

    def write(self, text: str) -> None:
        self.sock.sendall(text.encode() + b"\r\n")
