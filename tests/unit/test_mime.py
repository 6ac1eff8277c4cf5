"""What a mail looks like on the wire, read back by the standard library and line by line."""

from __future__ import annotations

import email
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Message, Target
from digest.render.mime import message_id, mime, split_address, written_ahead
from digest.text import clean

SENT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SENDER = "Paper Digest <digest@example.org>"
INJECTION = "=?utf-8?q?a=0D=0ABcc:_evil@x?="

anything = st.text(st.characters(exclude_categories=()), max_size=300)


def a_message(**fields: object) -> Message:
    message = Message(
        key="ada/2026-11-21/email:ada@example.org",
        profile="ada",
        date=date(2026, 11, 21),
        target=Target("email", "ada@example.org"),
        subject="3 new papers: Steerable Networks",
        html="<html><body><p>Grüße</p></body></html>\n",
        text="Grüße\n",
    )
    return replace(message, **fields)  # type: ignore[arg-type]


def written(**fields: object) -> bytes:
    return mime(a_message(**fields), sender=SENDER, sent_at=SENT)


def read_back(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


def header_of(raw: bytes, name: str) -> str:
    """The header as it stands on the wire, folds included."""
    head = raw.split(b"\r\n\r\n", 1)[0].decode() + "\r\n"
    found = re.findall(rf"(?mis)^{name}: (.*?\r\n)(?![ \t])", head)
    assert len(found) == 1, (name, found)
    return found[0][:-2]


def test_a_mail_reads_back_field_by_field():
    message = read_back(written())
    assert message["From"].addresses[0].display_name == "Paper Digest"
    assert message["From"].addresses[0].addr_spec == "digest@example.org"
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == "3 new papers: Steerable Networks"
    assert message["Date"].datetime == SENT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<ada.paper-digest.example.org>"
    assert message["Precedence"] is None
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), shown(text)) == ("text/plain", "Grüße\n")
    assert (html.get_content_type(), shown(html)) == ("text/html", "<html><body><p>Grüße</p></body></html>\n")


def test_the_same_message_is_the_same_mail_whenever_it_is_sent():
    later = mime(a_message(), sender=SENDER, sent_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert read_back(later)["Message-ID"] == read_back(written())["Message-ID"] == message_id(a_message().key, SENDER)
    assert read_back(later).get_boundary() == read_back(written()).get_boundary()
    assert message_id("another/key", SENDER) != message_id(a_message().key, SENDER)
    assert message_id("any", SENDER).endswith("@example.org>")


@given(anything)
def test_fault_13_40_any_title_arrives_as_one_subject_and_never_as_a_header(title):
    raw = written(subject=title)
    message = read_back(raw)
    assert message["Subject"] == clean(title).replace("=?", "= ?")
    assert [key for key in message if key.lower() in {"bcc", "cc"}] == []
    assert_tidy(raw)


@given(anything, anything)
def test_any_body_arrives_whole_in_short_lines(text, html):
    raw = written(text=text, html=html)
    assert_tidy(raw)
    for part, sent in zip(read_back(raw).iter_parts(), (text, html), strict=True):
        kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", sent.replace("\r\n", "\n"))
        kept = kept.replace("\r", "\n")
        assert shown(part) == kept + ("" if kept.endswith("\n") else "\n")


@given(st.text(alphabet=" \tFrom=.\né", max_size=400))
def test_spaces_dots_and_mbox_lines_survive(text):
    raw = written(text=text)
    assert_tidy(raw)
    assert b"\r\nFrom " not in raw.split(b"\r\n\r\n", 1)[1]
    assert shown(next(read_back(raw).iter_parts())) == text + ("" if text.endswith("\n") else "\n")


def shown(part: object) -> str:
    """What a reader sees of a part; the line ends of the wire are not the text's."""
    return part.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]


def assert_tidy(raw: bytes) -> None:
    """ASCII, CRLF only, lines of at most 78, encoded words of at most 75, no blank or trailing-space header line."""
    raw.decode("ascii")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?[qb]\?[^?]*\?=", raw))
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert all(line.strip() for line in head.split(b"\r\n"))


def test_fault_40_an_encoded_line_break_in_a_title_stays_a_title():
    raw = written(subject=INJECTION)
    assert "Bcc" not in read_back(raw)
    assert "=?" not in header_of(raw, "Subject"), "no later program finds an encoded word to decode"
    again = email.message_from_bytes(read_back(raw).as_bytes(policy=policy.SMTP), policy=policy.default)
    assert "Bcc" not in again


@pytest.mark.parametrize("value", ["a\r\nBcc: evil@x", "a\u2028Bcc: evil@x", "a\x85Bcc: evil@x", "a\x00b", INJECTION])
def test_fault_40_nothing_in_a_name_or_header_becomes_another_header(value):
    raw = mime(
        a_message(profile=value, headers=(("X-Note", value),)),
        sender=f'"{value}" <digest@example.org>',
        sent_at=SENT,
    )
    message = read_back(raw)
    assert set(map(str.lower, message)) == {
        *("from", "to", "subject", "date", "message-id", "list-id"),
        *("auto-submitted", "feedback-id", "x-note", "mime-version", "content-type"),
    }
    assert_tidy(raw)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "a@b@c",
        "a b@c.org",
        "a@c.org\r\nRCPT TO:<evil@x>",
        "<a@c.org>",
        "a@-c.org",
        "a@c..org",
        "a@c.org>",
        "a,b@c",
    ],
)
def test_fault_40_what_is_no_address_is_never_written(address):
    with pytest.raises(ValueError, match="not a mail"):
        mime(a_message(target=Target("email", address)), sender=SENDER, sent_at=SENT)


def test_fault_43_a_long_unsubscribe_url_stands_literally():
    url = "https://digest.example.org/unsubscribe/" + "t0ken" * 24
    headers = (
        ("List-Unsubscribe", f"<{url}>, <mailto:digest@example.org?subject=unsubscribe>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Feedback-ID", "2026-11-21:ada:" + "paper-digest" * 6 + ":example"),
    )
    raw = written(headers=headers)
    for name, value in headers:
        assert header_of(raw, name).replace("\r\n ", " ") == value
        assert read_back(raw)[name] == value
    assert f"<{url}>".encode() in raw


def test_a_header_that_no_line_can_hold_is_refused():
    with pytest.raises(ValueError, match="too long"):
        written(headers=(("List-Unsubscribe", f"<https://x.org/{'t' * 1000}>"),))


@pytest.mark.parametrize("name", ["Bcc", "subject", "Content-Type", "X:Y", "X\r\nBcc", ""])
def test_a_message_may_not_set_the_headers_that_are_ours(name):
    with pytest.raises(ValueError, match="may not set"):
        written(headers=((name, "value"),))


def test_its_own_list_id_replaces_ours():
    raw = written(headers=(("List-Id", "Ada's digest <ada.lists.example.org>"),))
    assert header_of(raw, "List-Id") == "Ada's digest <ada.lists.example.org>"


def test_fault_41_42_long_lines_and_bare_line_feeds_are_made_plain():
    raw = written(text="a\n.\nb\r.\r\nc" + "x" * 5000 + "\n")
    assert_tidy(raw)
    assert shown(next(read_back(raw).iter_parts())) == "a\n.\nb\n.\nc" + "x" * 5000 + "\n"


def test_text_that_is_hardly_ascii_is_sent_in_base64():
    raw = written(text="новая статья о графах\n" * 40)
    text = next(read_back(raw).iter_parts())
    assert text["Content-Transfer-Encoding"] == "base64"
    assert shown(text) == "новая статья о графах\n" * 40
    assert_tidy(raw)


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("digest@example.org", "", "digest@example.org"),
        ("Jürgen Weiß <d@example.org>", "Jürgen Weiß", "d@example.org"),
        ('"Digest, papers" <d@example.org>', "Digest, papers", "d@example.org"),
        ("論文ダイジェスト <d@straße.example>", "論文ダイジェスト", "d@xn--strae-oqa.example"),
        (
            f"{'A very long name of a digest ' * 4}<d@example.org>",
            ("A very long name of a digest " * 4).strip(),
            "d@example.org",
        ),
    ],
)
def test_a_senders_name_and_foreign_domain_arrive(sender, name, address):
    raw = mime(a_message(), sender=sender, sent_at=SENT)
    assert_tidy(raw)
    mailbox = read_back(raw)["From"].addresses[0]
    assert (mailbox.display_name, mailbox.addr_spec) == (name, address)
    assert split_address(sender) == (name, address)


def test_an_address_beyond_ascii_is_written_as_it_is():
    raw = written(target=Target("email", "jürgen@müller.example"))
    assert "To: jürgen@xn--mller-kva.example\r\n".encode() in raw


def test_a_folders_mail_is_addressed_to_nobody_who_exists():
    raw = written(target=Target("folder", "Ada's folder"))
    assert read_back(raw)["To"].addresses[0].addr_spec == "ada-s-folder@folder.invalid"


def test_ten_thousand_mails_take_seconds_not_minutes():
    message = a_message(text="A summary of a paper about graphs. " * 300, html="<p>A – summary</p>\n" * 1500)
    start = time.perf_counter()
    for _ in range(50):
        mime(message, sender=SENDER, sent_at=SENT)
    assert (time.perf_counter() - start) / 50 < 0.005, "a tenth of this is usual"


@given(st.text(st.characters(codec="ascii"), max_size=90))
def test_the_short_way_of_writing_a_line_is_the_long_way(line):
    line = line.replace("\r", "").replace("\n", "")
    text = next(read_back(written(text=f"{line}\n")).iter_parts())
    quoted = text.as_bytes().partition(b"\n\n")[2].rstrip(b"\r\n")
    assert b"From " not in quoted[:5]
    assert quoted != b"."
    assert shown(text) == re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", line) + "\n"


def test_a_mail_that_was_written_ahead_is_the_same_mail():
    for message in (a_message(), a_message(text="", html=""), a_message(text="Ünïcode " * 200 + "\nFrom me\n.\n")):
        ahead = written_ahead(message)
        assert (ahead.text, ahead.html) == ("", "")
        assert mime(ahead, sender="d@example.org", sent_at=SENT) == mime(message, sender="d@example.org", sent_at=SENT)
