"""What an SMTP server's refusal means for us: pure, by stage and code, never by prose.

The enhanced code (RFC 3463) beats the basic one: "450 5.1.1" is an address that does not exist.
"""

from __future__ import annotations

import re
from enum import Enum

from digest.errors import Deferred, DeliveryError, Paused, Rejected
from digest.text import clean, shorten

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_WORDS_LIMIT = 300

NO_SUCH_ADDRESS = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10)}
BAD_SENDER = {(1, 7), (1, 8)}
MAILBOX_FULL = (2, 2)
TOO_BIG = (3, 4)
SENDER_LIMITS = {(7, 28), (7, 32)}  # a large provider's rate and alignment rules
LOGIN_NEEDED = {530, 534, 535, 538}


class Stage(Enum):
    """How far a mail has come; what breaks before DOT was not accepted."""

    CONNECT = "connecting"
    BANNER = "the greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "logging in"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    BODY = "the body"
    DOT = "the final dot"


def words(code: int, text: str) -> str:
    """The server's words on one line, short enough for a report."""
    return shorten(clean(f"{code} {text}"), _WORDS_LIMIT)


def refusal(stage: Stage, code: int, text: str) -> DeliveryError:
    """Say what may be done after the server answered *code* and *text* at *stage*."""
    said = f"{words(code, text)} (at {stage.value})"
    match = _ENHANCED.match(text)
    for_good = (match.group(1) if match else str(code)[:1]) == "5"
    detail = (int(match.group(2)), int(match.group(3))) if match else (0, 0)
    if stage in {Stage.BANNER, Stage.EHLO}:
        return Deferred(said, scope="channel")
    if stage in {Stage.STARTTLS, Stage.AUTH} or (for_good and code in LOGIN_NEEDED):
        return Paused(said) if for_good else Deferred(said, scope="channel")
    if not for_good or detail == MAILBOX_FULL:
        crowded = code == 421 or detail in SENDER_LIMITS
        return Deferred(said, scope="channel" if crowded else "message")
    return _refused_for_good(stage, code, detail, said)


def _refused_for_good(stage: Stage, code: int, detail: tuple[int, int], said: str) -> DeliveryError:
    if detail == TOO_BIG or (code == 552 and detail == (0, 0)):
        return Rejected(said, scope="message")
    if stage is Stage.MAIL or detail in BAD_SENDER:
        return Paused(said)  # it is our own address that they do not like
    if detail in NO_SUCH_ADDRESS:
        return Rejected(said, scope="address")
    return Rejected(said, scope="channel" if detail[0] == 7 else "message")
