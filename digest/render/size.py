"""How large a text becomes in a mail."""

from __future__ import annotations

import binascii


def encoded_size(text: str) -> int:
    """The bytes of *text* in UTF-8 as a mail carries it, in the larger of quoted-printable and base64.

    Which of the two a mailer takes is its own business, so a limit that holds for this one holds.
    """
    raw = text.encode("utf-8", "surrogatepass")
    base64 = (len(raw) + 2) // 3 * 4
    return max(base64 + base64 // 76 * 2, len(binascii.b2a_qp(raw)))
