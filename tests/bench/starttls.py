"""What TLS costs: the same mails in clear and over STARTTLS to one local server, in pairs: one JSON line.

    python -m tests.bench.starttls [--messages 300] [--pairs 7] [--kilobytes 30]

smtp-sink speaks no TLS, so both go to one small server in a process of its own.

- clear_per_s, starttls_per_s: the channel's way, MIME and SMTP, over one kept connection each, medians
- ratio: the median of the pairs' ratios                                         goal <= 1.6
- line_ratio: the same for SMTP alone, mails written before, where the server does nothing with them
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from digest.channels.email import EmailChannel
from digest.channels.smtp import Session
from digest.model import EmailSettings, Message, Target
from digest.render.mime import mime
from tests.bench.delivery import NOW
from tests.smtpd import TLS, trusting

SERVER = """
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
def until(sock, held, end):
    while end not in held:
        data = sock.recv(65536)
        if not data:
            return b"", b""
        held += data
    place = held.index(end) + len(end)
    return held[:place], held[place:]
def body(sock, tail):
    while not tail.endswith(b"\\r\\n.\\r\\n"):
        tail = tail[-5:] + sock.recv(65536)
def serve(sock):
    held = out = b""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(b"220 ready\\r\\n")
    while True:
        line, held = until(sock, held, b"\\r\\n")
        verb = line[:4].upper()
        if verb == b"EHLO":
            out += b"250-here\\r\\n250-PIPELINING\\r\\n250 STARTTLS\\r\\n"
        elif verb == b"STAR":
            sock.sendall(b"220 go\\r\\n")
            sock = context.wrap_socket(sock, server_side=True)
        elif verb == b"DATA":
            sock.sendall(out + b"354 go\\r\\n")
            body(sock, held)
            held = b""
            out = b"250 ok\\r\\n"
        elif verb in (b"", b"QUIT"):
            sock.close()
            return
        else:
            out += b"250 ok\\r\\n"
        if out and not held:  # answers to pipelined commands in one packet, as RFC 2920 asks for
            sock.sendall(out)
            out = b""
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    serve(listener.accept()[0])
"""


@contextmanager
def server() -> Iterator[int]:
    """A port that takes mail, in clear or after STARTTLS."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(TLS / "localhost.pem")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.terminate()


def sent(settings: EmailSettings, message: Message, messages: int) -> float:
    """Seconds to write and send *messages* mails on one connection."""
    channel = EmailChannel(settings, connections=1, context=trusting(), per_connection=messages + 1)
    channel.send(message, sent_at=NOW)  # connects
    begun = time.perf_counter()
    for _ in range(messages):
        channel.send(message, sent_at=NOW)
    spent = time.perf_counter() - begun
    channel.close()
    return spent


def handed_over(settings: EmailSettings, data: bytes, messages: int) -> float:
    """Seconds to hand *messages* written mails over on one connection."""
    session = Session(settings, name="bench.example.org", context=trusting(), done_timeout=60)
    begun = time.perf_counter()
    for _ in range(messages):
        session.hand_over("digest@example.org", "p@example.org", data)
    spent = time.perf_counter() - begun
    session.close(politely=True)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--kilobytes", type=int, default=30)
    asked = parser.parse_args()
    line = '<p style="margin:0">A line of a digest about graphs = networks, with “quotes”.</p>\n'
    body = line * (asked.kilobytes * 1024 // len(line.encode()))
    message = Message("k", "p", date(2026, 11, 21), Target("email", "p@example.org"), "10 papers", body, body[:9000])
    data = mime(message, sender="Paper Digest <digest@example.org>", sent_at=NOW)
    pairs, lines = [], []
    with server() as port:
        clear = EmailSettings("127.0.0.1", port, "clear", "digest@example.org")
        secure = EmailSettings("localhost", port, "starttls", "digest@example.org")
        for _ in range(asked.pairs):
            pairs.append((sent(clear, message, asked.messages), sent(secure, message, asked.messages)))
            lines.append((handed_over(clear, data, asked.messages), handed_over(secure, data, asked.messages)))
    figures = {
        "bench": "starttls",
        "mail_bytes": len(data),
        "clear_per_s": round(asked.messages / statistics.median(one for one, _ in pairs)),
        "starttls_per_s": round(asked.messages / statistics.median(other for _, other in pairs)),
        "ratio": round(statistics.median(other / one for one, other in pairs), 2),
        "line_ratio": round(statistics.median(other / one for one, other in lines), 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
