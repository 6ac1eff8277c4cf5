"""DKIM (RFC 6376): who signs a mail answers for it, and nobody may add a header or change one on the way.

Relaxed headers, simple body: our lines are short and end as they should, so no relay has a reason to touch them.
Written here because the pure-Python library takes 6 ms for what `cryptography` does in a quarter of one; that
library verifies these signatures in the tests.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from digest.errors import DigestError
from digest.model import DkimSettings

SIGNED = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
)
OVERSIGNED = ("from", "subject", "to", "date")
"""Signed once more than they stand there: a second one, added on the way, breaks the signature."""

_HEADER = re.compile(rb"([!-9;-~]+):((?:[^\r\n]|\r\n[ \t])*)\r\n")
_BLANK = re.compile(rb"[ \t]+")


class Signer:
    """Signs mails for one domain; safe to share between threads. Raises DigestError when the key is no private key."""

    def __init__(self, settings: DkimSettings) -> None:
        self._settings = settings
        self._sign = _signing(settings.key)

    def signed(self, mail: bytes, at: datetime) -> bytes:
        """*mail* (CRLF line ends) with its signature on top."""
        head, _, body = mail.partition(b"\r\n\r\n")
        headers = [(name.lower().decode(), value) for name, value in _HEADER.findall(head + b"\r\n")]
        there = {name: value for name, value in headers}
        names = [name for name in SIGNED if name in there]
        hashed = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode()
        ours = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self._settings.domain};"
            f" s={self._settings.selector};\r\n t={int(at.timestamp())}; bh={hashed};\r\n"
            f" h={_listed([*names, *(name for name in OVERSIGNED if name in there)])};\r\n b="
        )
        covered = b"".join(f"{name}:".encode() + _relaxed(there[name]) + b"\r\n" for name in names)
        signature = self._sign(covered + b"dkim-signature:" + _relaxed(ours.encode()))
        written = base64.b64encode(signature).decode()
        lines = "\r\n ".join(written[start : start + 72] for start in range(0, len(written), 72))
        return f"DKIM-Signature: {ours}{lines}\r\n".encode() + mail


def _listed(names: list[str]) -> str:
    """The names with colons, a few to a line."""
    rows = [":".join(names[start : start + 5]) for start in range(0, len(names), 5)]
    return ":\r\n ".join(rows)


def _relaxed(value: bytes) -> bytes:
    return _BLANK.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _signing(pem: str) -> Callable[[bytes], bytes]:
    """What signs: RSA alone, which every receiver verifies (Ed25519, RFC 8463, few do)."""
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError:
        raise DigestError("[email.dkim] needs an extra: pip install 'paper-digest[dkim]'") from None
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise DigestError("[email.dkim] key is no private key in PEM without a password") from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 1024:
        return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    raise DigestError("[email.dkim] key must be RSA with at least 1,024 bits, better 2,048")
