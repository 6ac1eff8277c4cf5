"""How large a text becomes in a mail."""

from __future__ import annotations

import binascii

BASE64_GROWTH = 1.38
"""Four characters for three bytes, and a line end after 76 of them, rounded up."""


def encoded_size(text: str) -> int:
    """The bytes of *text* in UTF-8 as a mail carries it: in the shorter of quoted-printable and base64."""
    raw = text.encode("utf-8", "surrogatepass").replace(b"\n", b"\r\n")
    base64 = (len(raw) + 2) // 3 * 4
    return min(base64 + base64 // 76 * 2, len(binascii.b2a_qp(raw)))


def larger_than(text: str, limit: int) -> bool:
    """Whether `encoded_size` of *text* exceeds *limit* bytes; quick for a text that is far from it."""
    raw = text.encode("utf-8", "surrogatepass")
    at_most = (len(raw) + raw.count(b"\n")) * BASE64_GROWTH
    return at_most > limit and encoded_size(text) > limit
