"""One SMTP connection: it owns the bytes, knows how far a mail has come, and says how it ended.

smtplib reads EHLO and speaks TLS; what it leaves open is closed here: which stage broke (it reports a hang
like a hang-up), how much a reply may hold, and that nothing personal is ever sent in clear to a remote host.
"""

from __future__ import annotations

import base64
import contextlib
import select
import smtplib
import ssl

from digest.channels.replies import Stage, refusal, words
from digest.channels.wire import Client
from digest.errors import Deferred, DeliveryError, Paused, Rejected, Unconfirmed
from digest.model import EmailSettings


class Hiccup(Exception):
    """A kept connection turned out to be closed, or to be full, before anything was handed over: a new one will do."""


class Session:
    """A connection that is logged in. After any error but a refusal it is closed."""

    def __init__(self, settings: EmailSettings, *, name: str, context: ssl.SSLContext, done_timeout: float) -> None:
        """Connect, secure and log in. Raises Deferred for a server that is away, Paused for what a person must mend."""
        self.settings, self.done_timeout = settings, done_timeout
        self.sent = 0
        self._used = self._kept = False  # whether a mail was tried on it, and whether one was before the one in hand
        self.stage = Stage.CONNECT
        self._smtp = Client(settings, context, name)
        try:
            self._greet(context)
        except (OSError, smtplib.SMTPException, DeliveryError) as error:
            self.close()
            raise self._cannot_start(error) from None  # the chain might hold what a server echoed

    def _greet(self, context: ssl.SSLContext) -> None:
        # smtplib reads the greeting while connecting
        code, text = self._smtp.connect(self.settings.host, self.settings.port)
        self._expect(Stage.BANNER, code, text, 220)
        self._hello()
        if self.settings.security == "starttls":
            self.stage = Stage.STARTTLS
            if not self._smtp.has_extn("starttls"):
                raise Paused(f"{self.settings.host} offers no STARTTLS, and mail is not sent there in clear")
            try:
                self._smtp.starttls(context=context)
            except smtplib.SMTPResponseException as error:
                said = error.smtp_error
                self._expect(Stage.STARTTLS, error.smtp_code, said.encode() if isinstance(said, str) else said, 220)
            self._hello()
        if self.settings.user:
            self._log_in()

    def _hello(self) -> None:
        self.stage = Stage.EHLO
        code, text = self._smtp.ehlo()
        self._expect(Stage.EHLO, code, text, 250)

    def _log_in(self) -> None:
        self.stage = Stage.AUTH
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        user, password = self.settings.user, self.settings.password
        if "PLAIN" in offered:
            self._expect(
                Stage.AUTH, *self._smtp.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}"), 235
            )
        elif "LOGIN" in offered:
            self._expect(Stage.AUTH, *self._smtp.docmd("AUTH", "LOGIN"), 334)
            self._expect(Stage.AUTH, *self._smtp.docmd(_base64(user)), 334)
            self._expect(Stage.AUTH, *self._smtp.docmd(_base64(password)), 235)
        else:
            raise Paused(f"{self.settings.host} offers neither AUTH PLAIN nor AUTH LOGIN")

    def _cannot_start(self, error: Exception) -> DeliveryError:
        where = f"{self.settings.host}:{self.settings.port}"
        if isinstance(error, DeliveryError):
            return error
        if isinstance(error, ssl.SSLCertVerificationError):
            return Paused(f"{where}: its certificate is refused: {error.verify_message}")
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Deferred(f"{where}: {self._redacted(why)} (at {self.stage.value})", scope="channel")

    # ------------------------------------------------------------ one mail

    def hand_over(self, sender: str, recipient: str, data: bytes) -> str:
        """Give one mail (CRLF line ends) to the server and return its words.

        Raises Hiccup when a kept connection is no good and nothing was handed over; Deferred, Rejected or
        Paused by the server's codes; Unconfirmed when no answer came after the final dot.
        """
        self._kept, self._used = self._used, True
        options = self._options(f"{sender}{recipient}", len(data))
        try:
            self._envelope(f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{recipient}>")
            said = self._body(data)
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(error) from None
        self.sent += 1
        return said

    def _options(self, addresses: str, size: int) -> str:
        if not addresses.isascii() and not self._smtp.has_extn("smtputf8"):
            raise Rejected(f"{self.settings.host} takes no addresses beyond ASCII (SMTPUTF8)", scope="message")
        limit = self._smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            raise Rejected(
                f"the mail has {size:,} bytes and {self.settings.host} takes {int(limit):,}", scope="message"
            )
        option = f" SIZE={size}" if self._smtp.has_extn("size") else ""
        return option if addresses.isascii() else f"{option} SMTPUTF8"

    def _envelope(self, mail: str, rcpt: str) -> None:
        """MAIL, RCPT and DATA: in one packet where the server allows it, which saves two round trips of four."""
        steps = [(Stage.MAIL, mail, 250), (Stage.RCPT, rcpt, 250), (Stage.DATA, "DATA", 354)]
        at_once = self._smtp.has_extn("pipelining")
        self.stage = Stage.MAIL
        if at_once:
            self._smtp.send("".join(f"{command}\r\n" for _, command, _ in steps))
        for done, (stage, command, good) in enumerate(steps, 1):
            self.stage = stage
            if not at_once:
                self._smtp.send(f"{command}\r\n")
            code, text = self._smtp.getreply()
            if code == 251 and stage is Stage.RCPT:  # RFC 5321: will forward
                continue
            if code != good:
                unread = len(steps) - done if at_once else 0
                self._refused(stage, code, text, unread)

    def _refused(self, stage: Stage, code: int, text: bytes, unread: int) -> None:
        error = self._error(stage, code, text)
        if code in {-1, 421}:
            self.close()
            if self._kept:
                raise Hiccup
        else:
            self._start_over(unread)
        raise error

    def _start_over(self, unread: int) -> None:
        """Make the connection fit for the next mail, or close it."""
        try:
            replies = [self._smtp.getreply()[0] for _ in range(unread)]
            if 354 in replies or self._smtp.docmd("RSET")[0] != 250:
                self.close()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _body(self, data: bytes) -> str:
        self.stage = Stage.BODY
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        self._smtp.send(b"." + stuffed if stuffed.startswith(b".") else stuffed)
        sock = self._smtp.sock
        if sock is None or (not isinstance(sock, ssl.SSLSocket) and select.select([sock], [], [], 0)[0]):
            raise smtplib.SMTPServerDisconnected(
                "the server broke off"
            )  # it cannot have answered what it does not have
        self.stage = Stage.DOT
        sock.settimeout(self.done_timeout)
        self._smtp.send(b".\r\n")
        code, text = self._smtp.getreply()
        sock.settimeout(self.settings.timeout)
        if code == -1:
            raise smtplib.SMTPServerDisconnected("the answer makes no sense")
        if code // 100 != 2:
            if code == 421:
                self.close()
            raise self._error(Stage.DOT, code, text)
        return words(code, self._redacted(text.decode("utf-8", "replace")))

    def _broken(self, error: Exception) -> Exception:
        """The line broke: before the dot nothing was accepted, after it nobody knows."""
        self.close()
        why = f"{self.settings.host}: {self._redacted(str(error))} (at {self.stage.value})"
        if self.stage is Stage.DOT:
            return Unconfirmed(why)
        if self._kept and self.stage in {Stage.MAIL, Stage.RCPT, Stage.DATA}:
            return Hiccup()
        return Deferred(why, scope="message" if self.stage is Stage.BODY else "channel")

    # ------------------------------------------------------------ replies

    def _expect(self, stage: Stage, code: int, text: bytes, good: int) -> None:
        self.stage = stage
        if code != good:
            raise self._error(stage, code, text)

    def _error(self, stage: Stage, code: int, text: bytes) -> DeliveryError:
        shown = self._redacted(text.decode("utf-8", "replace"))
        if code == -1:
            return Deferred(f"{self.settings.host}: the answer makes no sense (at {stage.value})", scope="channel")
        return refusal(stage, code, shown)

    def _redacted(self, text: str) -> str:
        """*text* without our secret, should a server echo it."""
        user, password = self.settings.user, self.settings.password
        if password:
            for secret in (password, _base64(password), _base64(f"\0{user}\0{password}")):
                text = text.replace(secret, "***")
        return text

    @property
    def open(self) -> bool:
        """Whether another mail may go over this connection."""
        return self._smtp.sock is not None

    def close(self, *, politely: bool = False) -> None:
        """Hang up; *politely* says QUIT first."""
        if politely and self.open:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.sock.settimeout(5)  # type: ignore[union-attr]
                self._smtp.docmd("QUIT")
        self._smtp.close()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
