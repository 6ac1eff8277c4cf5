"""Message -> the bytes of a mail that arrives as it was meant.

The standard library folds `List-Unsubscribe` and `Feedback-ID` into encoded words, makes encoded words
longer than RFC 2047 allows, and on some versions lets an encoded line break in a title become a header.
So the few headers of a digest are written here: 78 columns where a space allows it, never a raw control.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from digest.model import Message
from digest.text import clean

COLUMNS = 78  # RFC 5322 2.1.1, SHOULD
LONGEST_LINE = 998  # RFC 5322 2.1.1, MUST
ENCODED_WORD = 75  # RFC 2047 2; a line that holds one has at most 76 columns

_ADDRESSING = {"from", "to", "cc", "bcc", "sender", "return-path"}
_OURS = _ADDRESSING | {"subject", "date", "message-id", "mime-version", "received", "precedence", "dkim-signature"}
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_BASE64_PAYS = 1.37  # what base64 makes of a byte, with its line ends
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL_PART = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_LONG_BY_ITS_SPACE = re.compile(rb"(?m)^(.{74})(=20|=09)(?=\r$)")
_SPECIAL = re.compile(r"=|^From |^\.$")  # a lone dot is written as =2E
_LOOKS_LIKE_MBOX = re.compile(rb"(?m)^From ")
_DOMAIN_LITERAL = re.compile(r"\[[0-9A-Fa-f.:]{3,45}\]")


def mime(message: Message, *, sender: str, sent_at: datetime) -> bytes:
    """Write *message* as `multipart/alternative`, text first, with CRLF line ends; 7 bit unless an address is not.

    *sender* is an address or "Name <address>"; *sent_at* becomes Date. Message-ID and boundary follow
    from the message's key alone, so a repeat is the same mail. Raises ValueError for an address or an
    extra header that cannot be written.
    """
    name, address = split_address(sender)
    headers = [
        ("From", _mailbox(name, address, len("From: "))),
        ("To", _recipient(message)),
        ("Subject", _text(message.subject, len("Subject: "))),
        ("Date", _date(sent_at.replace(microsecond=0))),
        ("Message-ID", message_id(message.key, sender)),
        *_extra(message, address),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{_boundary(message)}"'),
    ]
    head = "".join(f"{key}: {value}\r\n" for key, value in headers).encode()
    return head + b"\r\n" + (message.body or _body(message))


def written_ahead(message: Message) -> Message:
    """*message* with its two parts as they go on the wire, in place of its texts: `mime` makes the same mail of it."""
    return replace(message, body=_body(message), text="", html="")


def _body(message: Message) -> bytes:
    mark = f"--{_boundary(message)}".encode()
    parts = (_part("plain", message.text), _part("html", message.html))
    return b"\r\n".join((*(mark + b"\r\n" + part for part in parts), mark + b"--", b""))


def _boundary(message: Message) -> str:
    return "=_" + _digest(message.key)[:30]


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of the message *key*: always the same, in the sender's own domain."""
    return f"<{_digest(key)}@{_domain_of(split_address(sender)[1])}>"


@lru_cache(maxsize=64)
def split_address(text: str) -> tuple[str, str]:
    """Take "Name <a@b.org>" or "a@b.org" apart; the address as `wire_address` gives it. Raises ValueError."""
    named = re.fullmatch(r"\s*(.*?)\s*<([^<>]*)>\s*", text, re.DOTALL)
    name, address = named.groups() if named else ("", text.strip())
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return clean(name), wire_address(address)


def wire_address(address: str) -> str:
    """Return a bare *address* as it goes on the wire: the domain in ASCII (IDNA 2008), the part before it maybe UTF-8.

    Raises ValueError when it is no address, or holds anything that could end a command or a header.
    """
    local, at, domain = address.rpartition("@")
    if not at or _LOCAL_PART.fullmatch(local) is None or clean(local) != local or local.strip(".") != local:
        raise ValueError(f"not a mail address: {clean(address)[:80]!r}")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    if not domain.isascii():
        import idna  # its tables take a while to load, and few domains need them

        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise ValueError(f"not a mail domain: {clean(domain)[:80]!r}") from error
    if not (_DOMAIN.fullmatch(domain) or _DOMAIN_LITERAL.fullmatch(domain)):
        raise ValueError(f"not a mail domain: {clean(domain)[:80]!r}")
    return domain


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


# ---------------------------------------------------------------- headers


@lru_cache(maxsize=16)
def _date(sent_at: datetime) -> str:
    return format_datetime(sent_at)


def _recipient(message: Message) -> str:
    """The To line; a folder has no address, and gets one in a domain that can never be mailed."""
    address = message.target.address
    if message.target.channel == "email":
        return wire_address(address)
    return _mailbox(address, f"{_label(address)}@{_label(message.target.channel)}.invalid", len("To: "))


def _extra(message: Message, address: str) -> Iterator[tuple[str, str]]:
    """The message's own headers, then those that every digest carries unless the message says otherwise."""
    given = {name.lower() for name, _ in message.headers}
    for name, value in message.headers:
        if _HEADER_NAME.fullmatch(name) is None or name.lower() in _OURS or name.lower().startswith("content-"):
            raise ValueError(f"a message may not set the header {name!r}")
        yield name, _literal(name, value)
    if "list-id" not in given:
        yield "List-Id", f"<{_label(message.profile)}.paper-digest.{_domain_of(address)}>"
    if "feedback-id" not in given and message.target.channel == "email":
        # Gmail's statistics of complaints by day and sender; nobody's name stands in it
        yield "Feedback-ID", f"{message.date:%Y%m%d}:digest:paper-digest:{_label(_domain_of(address))[:15].strip('-')}"
    if "auto-submitted" not in given:
        yield "Auto-Submitted", "auto-generated"  # RFC 3834: nobody's holiday reply answers this


def _label(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", clean(name).lower()).strip("-")[:60] or "digest"


def _literal(name: str, value: str) -> str:
    """A header of addresses and tokens: broken only at spaces, never encoded, so that no reader mistakes it."""
    value = clean(value)
    if not value.isascii():
        return _text(value, len(name) + 2)
    words = value.replace("=?", "=%3F").split(" ")
    folded = _folded(words, len(name) + 2)
    if max(map(len, folded.split("\r\n"))) > LONGEST_LINE - len(name) - 2:
        raise ValueError(f"the header {name} is too long for a mail")
    return folded


def _folded(words: Iterable[str], used: int) -> str:
    """Join *words* by spaces into lines of at most 78 columns where they allow it; *used* are taken on the first."""
    lines, line = [], ""
    for word in words:
        if line and used + len(line) + 1 + len(word) > COLUMNS:
            lines.append(line)
            line, used = word, 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _text(value: str, used: int) -> str:
    """Free text in a header: as it is when ASCII and short of word, else in encoded words.

    A title that looks like an encoded word is broken apart, so that no later program decodes it.
    """
    value = _harmless(value)
    words = value.split(" ")
    if value.isascii() and used + len(words[0]) <= COLUMNS and all(len(word) < COLUMNS for word in words):
        return _folded(words, used)
    return _encoded(value, used)


def _harmless(value: str) -> str:
    return clean(value).replace("=?", "= ?")


@lru_cache(maxsize=64)  # the sender of all
def _mailbox(name: str, address: str, used: int) -> str:
    name = _harmless(name)
    if not name:
        return address
    if not name.isascii() or max(map(len, name.split(" "))) > COLUMNS // 2:
        shown = _encoded(name, used)
    elif _PLAIN_PHRASE.fullmatch(name) and len(name) < COLUMNS // 2:
        shown = name
    else:
        quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        shown = _folded(quoted.split(" "), used)
    last = shown.rsplit("\r\n", 1)[-1]
    joint = " " if used + len(last) + len(address) + 3 <= COLUMNS else "\r\n "
    return f"{shown}{joint}<{address}>"


@lru_cache(maxsize=1024)  # the best paper of a day stands in many subjects
def _encoded(value: str, used: int) -> str:
    """RFC 2047 words of at most 75 columns, each of whole characters, in whichever encoding is shorter."""
    base64_is_shorter = len(value.encode()) * 4 < sum(len(_q(char)) for char in value) * 3
    words: list[str] = []
    chunk, size = "", 0
    for char in value:
        cost = len(char.encode()) if base64_is_shorter else len(_q(char))
        room = ENCODED_WORD - 12 - (used if not words else 1)
        if size + cost > (room // 4 * 3 if base64_is_shorter else room) and chunk:
            words.append(_word(chunk, in_base64=base64_is_shorter))
            chunk, size = "", 0
        chunk, size = chunk + char, size + cost
    return "\r\n ".join([*words, _word(chunk, in_base64=base64_is_shorter)])


@lru_cache(maxsize=1024)
def _q(char: str) -> str:
    if char == " ":
        return "_"
    if char.isascii() and (char.isalnum() or char in "!*+-/"):
        return char
    return "".join(f"={byte:02X}" for byte in char.encode())


def _word(chunk: str, *, in_base64: bool) -> str:
    if in_base64:
        return f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode()}?="
    return f"=?utf-8?q?{''.join(map(_q, chunk))}?="


# ---------------------------------------------------------------- bodies


def _part(kind: str, text: str) -> bytes:
    """One part, in quoted-printable, or in base64 where most of it is not ASCII."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) == 1 or _plain_line(lines[-1]):  # a line of control characters alone is none
        lines.append("")
    body, encoding = b"\r\n".join(map(_quoted_line, lines)), "quoted-printable"
    if len(body) > len(text) * _BASE64_PAYS:  # characters first: most mails need not be measured
        data = b"\r\n".join(map(_plain_line, lines))
        if len(body) > len(data) * _BASE64_PAYS:
            body, encoding = base64.encodebytes(data).replace(b"\n", b"\r\n"), "base64"
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def _plain_line(line: str) -> bytes:
    return line.encode("utf-8", "ignore").translate(None, _CONTROLS)


@lru_cache(maxsize=16384)  # nine lines of ten of a digest stand in those of other readers, too
def _quoted_line(line: str) -> bytes:
    """A line without its end in quoted-printable lines of at most 76.

    One that begins with "From " is not for mbox files to change.
    """
    if len(line) < 76 and line.isascii() and line.isprintable() and line[-1:] != " " and not _SPECIAL.search(line):
        return line.encode()
    plain = _plain_line(line)
    body = binascii.b2a_qp(plain + b"\r\n", istext=True)
    if plain.endswith((b" ", b"\t")):  # it counts a space at the end of a line as one column, and writes three
        body = _LONG_BY_ITS_SPACE.sub(rb"\1=\r\n\2", body)
    if b"From " in body:
        body = _LOOKS_LIKE_MBOX.sub(b"=46rom ", body)
    return body[:-2]
