"""The email channel against real SMTP on loopback; the numbers are FAULTS'."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.channels.email import EmailChannel
from digest.channels.replies import Stage, refusal
from digest.errors import Deferred, DeliveryError, Paused, Rejected, Unconfirmed
from digest.model import DkimSettings, EmailSettings, Message, Target
from digest.render.mime import message_id
from tests import smtpd
from tests.smtpd import ACCEPT_THEN_DROP, ACCEPT_THEN_HANG, DROP, ENDLESS, HANG, MailServer, ScriptedServer

SENT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def a_message(to: str = "ada@example.org", **fields: object) -> Message:
    message = Message(
        key=f"ada/2026-11-21/email:{to}",
        profile="ada",
        date=date(2026, 11, 21),
        target=Target("email", to),
        subject="3 new papers: Großes",
        html="<html><body><p>Grüße</p>\r\n.\n</body></html>\n",
        text="Grüße\n.\n..\n.a\nFrom here\n",
        headers=(("List-Unsubscribe", "<https://digest.example.org/u/" + "t" * 120 + ">"),),
    )
    return replace(message, **fields)  # type: ignore[arg-type]


def channel_of(settings: EmailSettings, **fields: object) -> EmailChannel:
    return EmailChannel(settings, **{"context": smtpd.trusting(), "done_timeout": 1.0, **fields})  # type: ignore[arg-type]


def send(channel: EmailChannel, to: str = "ada@example.org", **fields: object) -> str:
    receipt = channel.send(a_message(to, **fields), sent_at=SENT)
    assert receipt.remote_ids == (message_id(a_message(to).key, channel.settings.sender),)
    return receipt.said


def refused(channel: EmailChannel, to: str = "ada@example.org") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(a_message(to), sent_at=SENT)
    return caught.value


@pytest.fixture
def scripted():
    """A factory of a scripted server and a channel to it, both closed afterwards."""
    opened: list[object] = []

    def start(
        *,
        offers: tuple[str, ...] | None = None,
        timeout: float = 5.0,
        channel: dict[str, object] | None = None,
        **script: object,
    ):
        server = ScriptedServer(**({"offers": offers} if offers is not None else {}), **script)  # type: ignore[arg-type]
        server.__enter__()
        line = channel_of(server.settings(timeout=timeout), **(channel or {}))
        opened.extend([line, server])
        return server, line

    yield start
    for thing in opened:
        thing.close() if isinstance(thing, EmailChannel) else thing.__exit__()  # type: ignore[attr-defined]


# ---------------------------------------------------------------- a real server


def test_a_mail_arrives_whole_and_reads_back():
    with MailServer() as server:
        channel = channel_of(server.settings())
        assert send(channel) == "250 2.0.0 queued"
        channel.close()
    (mail,) = server.mails
    assert (mail.sender, mail.recipient) == ("digest@example.org", "ada@example.org")
    message = mail.message
    assert not message.defects
    assert message["Subject"] == "3 new papers: Großes"
    assert message["To"] == "ada@example.org"
    assert message["From"] == "Paper Digest <digest@example.org>"
    assert message["Date"].datetime == SENT
    assert message["Message-ID"] == message_id(a_message().key, "digest@example.org")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<ada.paper-digest.example.org>"
    assert message["List-Unsubscribe"] == "<https://digest.example.org/u/" + "t" * 120 + ">"
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == "Grüße\n.\n..\n.a\nFrom here\n"
    assert html.get_content().replace("\r\n", "\n") == "<html><body><p>Grüße</p>\n.\n</body></html>\n"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")


def test_many_mails_share_a_connection_and_a_few_connections_are_used_at_once():
    with MailServer() as server:
        channel = channel_of(server.settings(), connections=3)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda number: send(channel, f"p{number}@example.org"), range(40)))
        assert len(channel._idle) <= 3
        channel.close()
    assert sorted(mail.recipient for mail in server.mails) == sorted(f"p{number}@example.org" for number in range(40))


def test_a_second_mail_over_starttls_does_not_wait_for_nagle():
    with MailServer(starttls=True) as server:
        channel = channel_of(server.settings(host="localhost", security="starttls"))
        body = "<p>A line of a digest.</p>\n" * 1500
        send(channel, html=body)
        for _ in range(2):
            send(channel, html=body)
        (session,) = channel._idle
        assert session._smtp.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), "else 40 ms for each mail"
        channel.close()
    assert len(server.mails) == 3


def test_a_login_over_starttls_with_a_password_beyond_ascii():
    with MailServer(starttls=True, login=("user", "pässwörd")) as server:
        secured = {"host": "localhost", "security": "starttls", "user": "user"}
        channel = channel_of(server.settings(**secured, password="pässwörd"))
        assert channel.check() == f"localhost:{server.port} answers over STARTTLS, as user"
        send(channel)
        channel.close()
        wrong = channel_of(server.settings(**secured, password="pässwort"))
        assert isinstance(refused(wrong), Paused)
    assert len(server.mails) == 1


def test_an_address_beyond_ascii_goes_out_by_smtputf8_or_is_refused():
    with MailServer() as server:
        channel = channel_of(server.settings())
        send(channel, "jürgen@müller.example")
        channel.close()
    assert server.mails[0].recipient == "jürgen@xn--mller-kva.example"
    assert "SMTPUTF8" in server.mails[0].options
    with ScriptedServer(offers=()) as plain:
        channel = channel_of(plain.settings())
        error = refused(channel, "jürgen@example.org")
        assert isinstance(error, Rejected)
        assert error.scope == "message"
        channel.close()


# ---------------------------------------------------------------- faults, in the order of the catalogue


def test_fault_29_a_refused_connection_or_an_unknown_host_took_nothing():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    for host in ("127.0.0.1", "no-such-host.invalid"):
        error = refused(channel_of(smtpd.settings(port, host=host)))
        assert isinstance(error, Deferred)
        assert error.scope == "channel"
        assert host in str(error)


@pytest.mark.parametrize("banner", ["554 go away", "421 too busy", "garbage", DROP, HANG])
def test_fault_29_a_greeting_that_is_none_took_nothing(scripted, banner):
    _, channel = scripted(banner=[banner], timeout=0.3 if banner == HANG else 5.0)
    error = refused(channel)
    assert isinstance(error, Deferred)
    assert error.scope == "channel"
    assert send(channel), "and the next connection is as good as any"


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize("reply", ["450 4.2.1 wait", "451 4.7.1 greylisted", "452 4.2.2 full", "421 4.7.0 too many"])
@pytest.mark.parametrize("offers", [(), ("PIPELINING",)])
def test_fault_30_a_temporary_refusal_waits_and_the_connection_serves_on(scripted, step, reply, offers):
    server, channel = scripted(offers=offers, **{step: ["", reply]})
    send(channel, "first@example.org")
    if reply.startswith("421") and step != "dot":
        assert send(channel), "a full connection is replaced and nothing was handed over"
    else:
        error = refused(channel)
        assert isinstance(error, Deferred)
        assert reply in str(error)
        assert send(channel)
    assert [mail.recipient for mail in server.mails] == ["TO:<first@example.org>", "TO:<ada@example.org>"]
    assert server.connections == (2 if reply.startswith("421") else 1)


def test_fault_31_an_address_that_does_not_exist_is_suppressed(scripted):
    server, channel = scripted(rcpt=["550 5.1.1 <ada@example.org>: user unknown"])
    error = refused(channel)
    assert isinstance(error, Rejected)
    assert error.scope == "address"
    assert "550 5.1.1 <ada@example.org>: user unknown" in str(error)
    assert send(channel)
    assert server.connections == 1


def test_a_server_that_wants_the_body_for_a_refused_address_gets_none(scripted):
    server, channel = scripted(rcpt=["550 5.1.1 no"], data=["354 go ahead"])
    assert isinstance(refused(channel), Rejected)
    assert send(channel)
    assert len(server.mails) == 1
    assert server.connections == 2


@pytest.mark.parametrize(
    ("stage", "code", "text", "kind", "scope"),
    [
        (Stage.RCPT, 550, "5.1.1 unknown", Rejected, "address"),
        (Stage.RCPT, 553, "5.1.3 bad syntax", Rejected, "address"),
        (Stage.DOT, 550, "5.1.10 null MX", Rejected, "address"),
        (Stage.RCPT, 450, "5.1.1 the enhanced code beats the basic one", Rejected, "address"),
        (Stage.RCPT, 550, "4.2.1 the enhanced code beats the basic one", Deferred, "message"),
        (Stage.RCPT, 550, "user unknown", Rejected, "message"),
        (Stage.RCPT, 550, "5.7.1 policy", Rejected, "channel"),
        (Stage.DOT, 550, "5.7.26 unauthenticated", Rejected, "channel"),
        (Stage.RCPT, 552, "5.2.2 mailbox full", Deferred, "message"),
        (Stage.RCPT, 452, "4.2.2 mailbox full", Deferred, "message"),
        (Stage.DOT, 552, "too big", Rejected, "message"),
        (Stage.MAIL, 552, "5.3.4 too big", Rejected, "message"),
        (Stage.DOT, 554, "5.6.0 content", Rejected, "message"),
        (Stage.MAIL, 550, "5.1.8 bad sender", Paused, None),
        (Stage.MAIL, 553, "sender not yours", Paused, None),
        (Stage.RCPT, 530, "5.7.0 authentication required", Paused, None),
        (Stage.AUTH, 535, "5.7.8 bad credentials", Paused, None),
        (Stage.AUTH, 534, "5.7.9 weak", Paused, None),
        (Stage.AUTH, 454, "4.7.0 later", Deferred, "channel"),
        (Stage.DOT, 421, "4.7.28 rate", Deferred, "channel"),
        (Stage.DOT, 450, "4.7.32 alignment", Deferred, "channel"),
        (Stage.BANNER, 554, "no", Deferred, "channel"),
    ],
)
def test_fault_30_31_32_39_what_may_be_done_follows_from_stage_and_code(stage, code, text, kind, scope):
    error = refusal(stage, code, text)
    assert type(error) is kind
    assert getattr(error, "scope", None) == scope
    assert text in str(error)


@pytest.mark.parametrize("end", [ACCEPT_THEN_DROP, DROP, b"what is this\r\n", b"x" * 1_000_000, b"250"])
def test_fault_33_36_no_sensible_answer_after_the_dot_is_a_doubt(scripted, end):
    server, channel = scripted(dot=[end])
    assert isinstance(refused(channel), Unconfirmed)
    send(channel)
    ids = {mail.message["Message-ID"] for mail in server.mails}
    assert len(ids) == 1, "a repeat carries the same Message-ID"


def test_fault_34_a_hang_after_the_dot_is_waited_for_and_then_a_doubt(scripted):
    server, channel = scripted(dot=[ACCEPT_THEN_HANG], channel={"done_timeout": 0.3})
    start = time.perf_counter()
    assert isinstance(refused(channel), Unconfirmed)
    assert time.perf_counter() - start >= 0.3
    assert len(server.mails) == 1
    assert EmailChannel(server.settings())._done_timeout == 600


def test_fault_35_a_drop_in_the_middle_of_the_body_took_nothing(scripted):
    server, channel = scripted(offers=(), body=[DROP])
    with pytest.raises(Deferred) as caught:
        channel.send(a_message(html="<p>long</p>\n" * 2_000_000), sent_at=SENT)
    assert caught.value.scope == "message"
    assert server.mails == []


@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize("reply", [b"garbage\r\n", b"y" * 1_000_000, ENDLESS, DROP, HANG])
@pytest.mark.parametrize("offers", [(), ("PIPELINING",)])
def test_fault_36_garbage_before_the_dot_is_bounded_and_took_nothing(scripted, step, reply, offers):
    server, channel = scripted(offers=offers, timeout=0.3 if reply == HANG else 5.0, **{step: [reply]})
    error = refused(channel)
    assert isinstance(error, Deferred)
    assert error.scope == "channel"
    assert server.mails == []
    assert len(str(error)) < 500


@pytest.mark.parametrize("how", [DROP, "421 4.7.0 enough"])
@pytest.mark.parametrize("offers", [(), ("PIPELINING",)])
def test_fault_37_a_server_that_ends_a_connection_loses_and_doubles_nothing(scripted, how, offers):
    server, channel = scripted(offers=offers, mail=["", "", how, "", "", how, ""])
    for number in range(7):
        send(channel, f"p{number}@example.org")
    assert [mail.recipient for mail in server.mails] == [f"TO:<p{number}@example.org>" for number in range(7)]
    assert server.connections == 3


def test_fault_37_we_end_a_connection_ourselves_before_a_server_does(scripted):
    server, channel = scripted(channel={"per_connection": 3})
    for number in range(7):
        send(channel, f"p{number}@example.org")
    assert server.connections == 3
    assert server.commands.count("QUIT") == 2


def test_fault_38_without_starttls_nothing_is_said():
    with ScriptedServer() as server:
        channel = channel_of(server.settings(host="localhost", security="starttls", user="u", password="p"))
        assert isinstance(refused(channel), Paused)
    assert all(command.startswith("EHLO") for command in server.commands), server.commands
    with ScriptedServer(tls=True, offers=("AUTH PLAIN",), starttls=["454 4.7.0 later", "501 5.5.4 no"]) as server:
        channel = channel_of(server.settings(host="localhost", security="starttls", user="u", password="p"))
        assert isinstance(refused(channel), Deferred)
        assert isinstance(refused(channel), Paused)
        send(channel)
        channel.close()
    assert [command.split(" ")[0] for command in server.commands] == [
        *("EHLO", "STARTTLS") * 3,
        *("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"),
    ], "no login before TLS"


def test_fault_38_a_certificate_of_nobody_or_of_another_host_is_refused():
    with MailServer(starttls=True) as server:
        for host, context in (("127.0.0.1", ssl.create_default_context()), ("localhost.localdomain", smtpd.trusting())):
            if host != "127.0.0.1" and not resolves(host):
                continue
            channel = channel_of(server.settings(host=host, security="starttls"), context=context)
            error = refused(channel)
            assert isinstance(error, Paused)
            assert "certificate" in str(error)
    assert server.mails == []


def resolves(host: str) -> bool:
    try:
        return socket.gethostbyname(host).startswith("127.")
    except OSError:
        return False


def test_fault_38_clear_text_never_leaves_this_machine(monkeypatch):
    class Elsewhere(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("192.0.2.7", 25)

    with ScriptedServer() as server:
        # no test may reach another machine, so the socket claims that it did
        monkeypatch.setattr(socket, "create_connection", lambda address, timeout: connected(Elsewhere(), address))
        error = refused(channel_of(server.settings()))
        assert isinstance(error, Paused)
        assert server.commands == []


def connected(sock: socket.socket, address: tuple[str, int]) -> socket.socket:
    sock.connect(address)
    return sock


def test_fault_38_tls_from_the_first_byte_is_checked_too():
    listener = socket.create_server(("127.0.0.1", 0))
    context = smtpd.server_tls()

    def serve() -> None:
        for _ in range(2):
            sock, _ = listener.accept()
            try:
                with context.wrap_socket(sock, server_side=True) as secure:
                    secure.sendall(b"220 hi\r\n")
                    for reply in (b"250 hi\r\n", b"221 bye\r\n"):
                        secure.recv(1000)
                        secure.sendall(reply)
            except OSError:
                sock.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings = smtpd.settings(listener.getsockname()[1], host="localhost", security="tls")
    assert "over TLS" in channel_of(settings).check()
    assert isinstance(refused(channel_of(settings, context=ssl.create_default_context())), Paused)
    thread.join(5)
    listener.close()


@pytest.mark.parametrize("mechanism", ["AUTH PLAIN LOGIN", "AUTH LOGIN"])
def test_fault_39_69_a_refused_login_pauses_and_no_secret_is_told(scripted, mechanism):
    secret = "planted-secret"
    with ScriptedServer(
        offers=(mechanism,), auth=[f"535 5.7.8 no such password {secret} cGxhbnRlZC1zZWNyZXQ="]
    ) as server:
        channel = channel_of(server.settings(user="user", password=secret))
        error = refused(channel)
        assert isinstance(error, Paused)
        assert "535 5.7.8" in str(error)
        chain = [error, error.__cause__, error.__context__ if not error.__suppress_context__ else None]
        told = "".join(repr(link) + str(link) for link in chain) + repr(channel.settings)
        assert "planted" not in told
        assert "cGxhbnRl" not in told


def test_fault_39_a_server_without_a_login_we_speak_pauses(scripted):
    with ScriptedServer(offers=("AUTH CRAM-MD5",)) as server:
        assert isinstance(refused(channel_of(server.settings(user="u", password="p"))), Paused)


@pytest.mark.parametrize(
    "address", ["a@b.org>\r\nRCPT TO:<evil@x.org", "a@b.org\nDATA", "a b@c.org", "nobody", "<a@b.org>"]
)
def test_fault_40_what_is_no_address_never_reaches_the_wire(scripted, address):
    server, channel = scripted()
    error = refused(channel, address)
    assert isinstance(error, Rejected)
    assert error.scope == "address"
    assert server.connections == 0


def test_fault_41_nothing_in_a_body_ends_it_early(scripted):
    server, channel = scripted()
    text = "a\n.\nQUIT\r.\r\nb\n.\r\n.\rMAIL FROM:<evil@x.org>\n"
    send(channel, text=text)
    (mail,) = server.mails
    part = next(mail.message.iter_parts())  # type: ignore[arg-type]
    assert part.get_content().replace("\r\n", "\n") == "a\n.\nQUIT\n.\nb\n.\n.\nMAIL FROM:<evil@x.org>\n"
    assert [command.split(" ")[0] for command in server.commands] == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_a_mail_that_the_server_says_is_too_big_is_not_sent(scripted):
    server, channel = scripted(offers=("SIZE 500",))
    error = refused(channel)
    assert isinstance(error, Rejected)
    assert error.scope == "message"
    assert server.mails == []


def test_fault_43_the_list_headers_stand_literally_on_the_wire(scripted):
    server, channel = scripted()
    send(channel)
    assert b"List-Unsubscribe: <https://digest.example.org/u/" + b"t" * 120 + b">\r\n" in server.mails[0].raw
    assert max(map(len, server.mails[0].raw.split(b"\r\n"))) <= 998


def test_fault_49_nothing_answers_a_digest(scripted):
    server, channel = scripted()
    send(channel)
    message = server.mails[0].message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] is None


@pytest.mark.parametrize("step", ["ehlo", "mail", "dot"])
def test_fault_36_a_reply_that_trickles_in_forever_has_an_end_in_time(step):
    """A byte now and then keeps a socket's own timeout from ever striking."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)
    done = threading.Event()

    def serve() -> None:
        sock, _ = listener.accept()
        with sock, sock.makefile("rb") as lines, contextlib.suppress(OSError):
            sock.sendall(b"220 ready\r\n")
            in_body = False
            for line in lines:
                verb = line[:4].decode("ascii", "replace").strip().lower()
                here = "dot" if in_body and line == b".\r\n" else "" if in_body else verb
                if here == step:
                    while not done.wait(0.05):
                        sock.sendall(b"2")
                    return
                if in_body and here != "dot":
                    continue
                in_body = verb == "data"
                sock.sendall(b"354 go\r\n" if in_body else b"250 ok\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    channel = channel_of(smtpd.settings(listener.getsockname()[1], timeout=0.4), done_timeout=0.4)
    begun = time.monotonic()
    error = refused(channel)
    took = time.monotonic() - begun
    done.set()
    thread.join()
    listener.close()
    channel.close()
    assert took < 3
    assert isinstance(error, Unconfirmed if step == "dot" else Deferred)


def test_mail_goes_out_signed_when_there_is_a_key():
    from tests.unit.test_dkim import RSA, pem, verified

    with MailServer() as server:
        settings = replace(server.settings(), dkim=DkimSettings("example.org", "mail", pem(RSA)))
        channel = channel_of(settings)
        send(channel)
        channel.close()
    assert verified(server.mails[0].raw)


def test_no_more_mails_a_minute_than_the_config_says():
    waits: list[float] = []
    with MailServer() as server:
        channel = channel_of(replace(server.settings(), per_minute=30), wait=waits.append)
        for number in range(3):
            send(channel, f"p{number}@example.org")
        channel.close()
    assert len(waits) == 2
    assert all(1 < seconds <= 4 for seconds in waits)
