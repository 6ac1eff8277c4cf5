"""Signatures that an independent library verifies, over the headers that matter."""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.channels.dkim import Signer
from digest.errors import DigestError
from digest.links import Links, Tokens
from digest.model import DkimSettings, Message, Target
from digest.render import Renderer
from digest.render.mime import mime
from tests.golden.digests import ADA, ORDINARY

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LONG = "https://digest.example.org/unsubscribe/" + "t" * 120


def pem(key) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


def record(key) -> bytes:
    """What stands in the DNS."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def a_mail(**fields) -> bytes:
    message = Message(
        "ada/2026-11-21/email:ada@example.org",
        "ada",
        date(2026, 11, 21),
        Target("email", "ada@example.org"),
        fields.get("subject", "3 papers: Größe – and a title that is long enough to be folded into two lines"),
        html="<p>Größe = 3</p>\n.\n\n\n",
        text="From the start\n\n\n",
        headers=(("List-Unsubscribe", f"<{LONG}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
    )
    return mime(message, sender="Paper Digest <digest@example.org>", sent_at=AT)


def signed(key=RSA, mail: bytes | None = None) -> bytes:
    return Signer(DkimSettings("example.org", "mail", pem(key))).signed(mail or a_mail(), AT)


def verified(mail: bytes, key=RSA) -> bool:
    names = []

    def dns(name, timeout=5):
        names.append(name)
        return record(key)

    good = dkim.verify(mail, dnsfunc=dns)
    assert not names or names[0].rstrip(b".") == b"mail._domainkey.example.org"
    return good


def covered(mail: bytes) -> list[str]:
    found = re.search(rb"\s h=([^;]*);", mail)
    assert found
    return re.sub(rb"\s", b"", found[1]).decode().split(":")


def test_a_signature_is_verified_by_another_library():
    assert verified(signed())
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert not verified(signed(other)), "by nobody else's key"


def test_fault_43_the_list_headers_are_signed_and_stand_there_literally():
    mail = signed()
    assert {"list-unsubscribe", "list-unsubscribe-post", "list-id", "feedback-id"} <= set(covered(mail))
    assert LONG.encode() in mail


def test_fault_43_what_the_renderer_says_of_the_way_out_is_signed():
    links = Links("https://digest.example.org", Tokens(("a key of the tests",)))
    message = Renderer(links=links, unsubscribe="leave@example.org").message(ORDINARY, ADA, ADA.deliver[0])
    mail = signed(mail=mime(message, sender="Paper Digest <digest@example.org>", sent_at=AT))
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(covered(mail))
    assert verified(mail)
    assert not verified(mail.replace(b"digest.example.org/u/", b"digest.example.net/u/"))


@pytest.mark.parametrize("added", [b"Subject: You won", b"From: evil@example.net"])
def test_a_second_subject_or_sender_added_on_the_way_breaks_the_signature(added):
    assert not verified(added + b"\r\n" + signed())


@pytest.mark.parametrize(
    ("was", "now"), [(b"One-Click", b"Two-Click"), (b"the start", b"the end"), (b"<digest@", b"<d@")]
)
def test_a_change_on_the_way_breaks_the_signature(was, now):
    mail = signed()
    assert was in mail
    assert not verified(mail.replace(was, now))


def test_folding_on_the_way_does_not():
    mail = signed()
    assert verified(mail.replace(b"Auto-Submitted: auto", b"AUTO-SUBMITTED:\r\n   auto"))


def test_no_line_of_the_signature_is_longer_than_it_should_be():
    head = signed().partition(b"\r\nFrom:")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_a_key_that_is_none_is_told_without_being_shown():
    with pytest.raises(DigestError) as caught:
        Signer(
            DkimSettings("example.org", "mail", "-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----")
        )
    assert "secretsecret" not in str(caught.value)
    assert "secretsecret" not in repr(DkimSettings("example.org", "mail", "secretsecret"))
