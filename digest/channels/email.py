"""The email channel: digests over SMTP, on connections that are kept and used again."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import datetime

from digest.channels.dkim import Signer
from digest.channels.pace import Pace, Turns
from digest.channels.smtp import Hiccup, Session
from digest.errors import Deferred, Rejected
from digest.model import EmailSettings, Message, Receipt
from digest.render.mime import message_id, mime, split_address, wire_address

PER_CONNECTION = 100  # mails; servers close a connection after 20 to some thousands, and say so in many ways
DONE_TIMEOUT = 600.0  # seconds, as Postfix waits for the answer to the dot


class EmailChannel:
    """Sends mail through one relay; safe to use from *width* threads at once.

    TLS certificates are checked by *context* (default: the system's authorities). *done_timeout* is how
    long to wait for the answer after the final dot: giving up early is what makes duplicates. *wait* takes
    seconds and keeps to `per_minute`.
    """

    def __init__(
        self,
        settings: EmailSettings,
        *,
        connections: int | None = None,
        context: ssl.SSLContext | None = None,
        done_timeout: float = DONE_TIMEOUT,
        per_connection: int = PER_CONNECTION,
        wait: Callable[[float], object] = time.sleep,
        pace: Turns | None = None,
    ) -> None:
        self.settings, self.width = settings, connections or settings.connections
        self._signer = Signer(settings.dkim) if settings.dkim else None
        self._pace = (pace or Pace(settings.per_minute / 60, 1, wait=wait)) if settings.per_minute else None
        self._context = context or ssl.create_default_context()
        self._done_timeout, self._per_connection = done_timeout, per_connection
        self._idle: list[Session] = []
        self._lock = threading.Lock()

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        """Hand *message* to the relay once; a repeat carries the same Message-ID, which is the remote id.

        Raises Deferred when nothing was accepted, Rejected and Paused by the server's codes, Unconfirmed when
        the line broke after the final dot. A kept connection that the server had closed is replaced once.
        """
        try:
            recipient = wire_address(message.target.address)
        except ValueError as error:
            raise Rejected(str(error), scope="address") from None
        try:
            sender = split_address(self.settings.sender)[1]
            data = mime(message, sender=self.settings.sender, sent_at=sent_at)
        except ValueError as error:
            raise Rejected(f"cannot be written as a mail: {error}", scope="message") from None
        if self._signer:
            data = self._signer.signed(data, sent_at)
        if self._pace:
            self._pace.turn()
        said = self._hand_over(sender, recipient, data)
        return Receipt((message_id(message.key, self.settings.sender),), said)

    def _hand_over(self, sender: str, recipient: str, data: bytes) -> str:
        session = self._kept() or self._opened()
        try:
            try:
                return session.hand_over(sender, recipient, data)
            except Hiccup:
                session = self._opened()
                return session.hand_over(sender, recipient, data)
        except Hiccup:  # a new connection has no past: this cannot be, and must not look like success
            raise Deferred(f"{self.settings.host} closes every connection", scope="channel") from None
        finally:
            self._keep(session)

    def _kept(self) -> Session | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _opened(self) -> Session:
        return Session(self.settings, name=self._name(), context=self._context, done_timeout=self._done_timeout)

    def _keep(self, session: Session) -> None:
        if session.open and session.sent < self._per_connection:
            with self._lock:
                self._idle.append(session)
        else:
            session.close(politely=True)

    def _name(self) -> str:
        """How this machine greets; a bare host name says less than the sender's domain."""
        name = socket.gethostname()
        return name if "." in name and name.isascii() else split_address(self.settings.sender)[1].rpartition("@")[2]

    def part(self, count: int) -> EmailChannel | None:
        """A channel like this one with a share of its connections, for one of *count* processes.

        None where a rate is kept, or where there is less than one for each.
        """
        if self.settings.per_minute or self.width < count:
            return None
        return EmailChannel(
            self.settings,
            connections=self.width // count,
            context=self._context,
            done_timeout=self._done_timeout,
            per_connection=self._per_connection,
        )

    def check(self) -> str:
        """Connect, secure and log in without sending; say how, or raise Deferred or Paused."""
        self._opened().close(politely=True)
        how = {"tls": "TLS", "starttls": "STARTTLS", "clear": "no TLS (this machine)"}[self.settings.security]
        who = f", as {self.settings.user}" if self.settings.user else ""
        return f"{self.settings.host}:{self.settings.port} answers over {how}{who}"

    def close(self) -> None:
        """Hang up politely on every kept connection."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.close(politely=True)
