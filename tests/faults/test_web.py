"""FAULTS 8, 14, 15, 16 and the manners of the client, against a real server on loopback."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from contextlib import ExitStack, contextmanager

import pytest

from digest import sources
from digest.errors import DumpRefused, SourceFailed
from digest.sources.web import Busy, Manners, Rate, Web
from digest.sources.web.addresses import is_public, resolve
from tests.sited import Naps, a_site, stopwatch
from tests.unit.test_folder_source import NOW

HOME = Manners(timeout=5, allow_private=True)


@pytest.fixture
def naps():
    return Naps()


@pytest.fixture
def a_web(naps):
    """Make a client that is closed in the end."""
    with ExitStack() as made:

        def make(agent="paper-digest/test (+mailto:ada@example.org)", **more):
            client = Web(agent, **{"sleep": naps, **more})
            made.callback(client.close)
            return client

        yield make


@pytest.fixture
def web(a_web):
    return a_web()


# ---------------------------------------------------------------- where it may go


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "127.1", "localhost", "[::1]",
        "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",  # noqa: S104
        "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "[ff02::1]",
    ],
)  # fmt: skip
def test_fault_14_no_spelling_of_a_private_address_is_reached(web, host):
    with a_site({"/x": b"secret"}) as site:
        port = site.url.rpartition(":")[2]
        with pytest.raises(SourceFailed) as failed:
            web.get(f"http://{host}:{port}/x", Manners(timeout=2))
        assert site.asked == []
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::6810:84e5", "2001:4860:4860::8888"])
def test_public_addresses_are_public(address):
    assert is_public(address)


def test_fault_14_each_hop_of_a_redirect_is_checked_as_the_first(a_web):
    with a_site({"/inside": b"secret"}) as site:
        port = site.url.rpartition(":")[2]
        site.faults["/start"] = [(302, {"Location": f"http://inside.example:{port}/inside"})]
        answers = {"127.0.0.1": ["127.0.0.1"], "inside.example": ["127.0.0.1", "10.0.0.1"]}
        web = a_web(ask=lambda host, port: answers[host])
        with pytest.raises(SourceFailed, match=r"inside\.example is 127\.0\.0\.1, which is not a public address"):
            web.get(f"{site.url}/start", Manners(timeout=5, allow_private=True, named=True))
        assert site.paths == ["/start"]


def test_fault_14_one_private_address_among_public_ones_forbids_them_all(a_web):
    web = a_web(ask=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(SourceFailed, match=r"10\.0\.0\.1, which is not a public"):
        web.get("http://two.example/", Manners(timeout=2))


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://example.org/x", "http://user:pw@127.0.0.1/", "http://[::1"]
)
def test_a_redirect_to_what_is_no_page_is_refused(web, to):
    with a_site() as site:
        site.faults["/a"] = [(302, {"Location": to})] * 3
        with pytest.raises(SourceFailed, match=r"no address of a page|Invalid URL"):
            web.get(f"{site.url}/a", HOME)


def test_redirects_are_followed_and_end(web):
    with a_site({"/c": b"here"}) as site:
        site.faults = {"/a": [(301, {"Location": "/b"})], "/b": [(307, {"Location": "c"})]}
        assert web.get(f"{site.url}/a", HOME).content == b"here"
        site.faults = {"/r": [(302, {"Location": "/r"})] * 20}
        with pytest.raises(SourceFailed, match="more than 5 redirects"):
            web.get(f"{site.url}/r", HOME)


def test_fault_15_a_name_is_resolved_once_and_the_connection_goes_to_the_address_that_was_checked(a_web):
    """The second answer of the name server would lead elsewhere; it is never asked for."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with a_site({"/x": b"first"}) as site:
        port = site.url.rpartition(":")[2]
        web = a_web(ask=rebinding)
        answer = web.get(f"http://rebinding.example:{port}/x", HOME)
        assert answer.content == b"first"
        assert asked == ["rebinding.example"]
        assert site.asked[0].headers["host"] == f"rebinding.example:{port}"


def test_the_name_of_the_url_stays_in_the_tls_handshake(a_web):
    seen = []
    with _hello(seen) as port:
        web = a_web(ask=lambda host, port: ["127.0.0.1"])
        with pytest.raises(SourceFailed):
            web.get(f"https://papers.example:{port}/", HOME)
    assert b"papers.example" in seen[0]


@contextmanager
def _hello(seen):
    """Take the first bytes of a TLS client, then hang up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def take():
        connection, _ = listener.accept()
        with connection:
            seen.append(connection.recv(4096))

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(5)
        listener.close()


def test_a_person_may_name_a_private_address_but_no_redirect_may_lead_to_one(naps):
    with a_site({"/x": b"mine"}) as site:
        assert sources.load(f"{site.url}/x", NOW).content == b"mine"
        port = site.url.rpartition(":")[2]
        site.faults["/y"] = [(302, {"Location": f"http://localhost:{port}/x"})]
        with pytest.raises(SourceFailed, match="not a public address"):
            sources.load(f"{site.url}/y", NOW)


# ---------------------------------------------------------------- how much, how long


def test_fault_8_a_gzip_bomb_stops_at_the_cap_with_bounded_memory(web):
    bomb = gzip.compress(b"\0" * 64_000_000, 9)
    bomb = bomb * 6  # six members: 384 MB
    with a_site({"/bomb": bomb}) as site:
        site.headers["/bomb"] = {"Content-Encoding": "gzip"}
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        with pytest.raises(DumpRefused, match="larger than the limit of 8 MB"):
            web.get(f"{site.url}/bomb", Manners(timeout=20, max_bytes=8 * 2**20, allow_private=True))
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
    assert len(bomb) < 450_000
    assert peak < 24 * 2**20, f"{peak / 2**20:.0f} MB"


def test_compressed_answers_are_unpacked(web):
    text = b"paper " * 10_000
    with a_site(
        {"/x": gzip.compress(text), "/cut": gzip.compress(text)[:-9], "/bad": b"\x1f\x8b\x08\0" + b"\xff" * 100}
    ) as site:
        for path in site.pages:
            site.headers[path] = {"Content-Encoding": "gzip"}
        assert web.get(f"{site.url}/x", HOME).content == text
        with pytest.raises(SourceFailed, match="cut off"):
            web.get(f"{site.url}/cut", HOME)
        with pytest.raises(SourceFailed, match="damaged"):
            web.get(f"{site.url}/bad", HOME)
        site.headers["/x"] = {"Content-Encoding": "br"}
        with pytest.raises(SourceFailed, match="not asked for"):
            web.get(f"{site.url}/x", HOME)


def test_fault_16_a_body_that_trickles_ends_at_the_total_deadline(web):
    with a_site({"/slow": b"x" * 1000}) as site:
        site.faults["/slow"] = [("slow", 0.05)]
        began = stopwatch()
        with pytest.raises(SourceFailed, match="too slowly"):
            web.get(f"{site.url}/slow", Manners(timeout=0.4, allow_private=True))
        assert stopwatch() - began < 1.5


def test_fault_16_headers_that_trickle_end_at_the_total_deadline_too(web):
    with _trickling_headers() as port:
        began = stopwatch()
        with pytest.raises(SourceFailed, match=r"too slowly|in time"):
            web.get(f"http://127.0.0.1:{port}/", Manners(timeout=0.4, allow_private=True))
        assert stopwatch() - began < 1.5


@contextmanager
def _trickling_headers():
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve():
        connection, _ = listener.accept()
        with connection:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 500:
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    return
                if stop.wait(0.03):
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join(5)
        listener.close()


def test_a_dead_name_server_does_not_hold_up_a_pass(a_web):
    held = threading.Event()

    def never(host, port):
        held.wait(10)
        return []

    web = a_web(ask=never)
    began = stopwatch()
    with pytest.raises(SourceFailed, match=r"in time|too slowly"):
        web.get("http://example.org/", Manners(timeout=0.3))
    held.set()
    assert stopwatch() - began < 2


# ---------------------------------------------------------------- manners


def test_it_says_who_asks_and_sends_the_validators_of_what_is_known(web):
    with a_site({"/x": b"text"}) as site:
        first = web.get(f"{site.url}/x", HOME)
        again = web.get(f"{site.url}/x", HOME, etag=first.etag)
        assert (first.status, again.status) == (200, 304)
        assert site.asked[0].headers["user-agent"] == "paper-digest/test (+mailto:ada@example.org)"
        assert (site.asked[0].conditional, site.asked[1].conditional) == (False, True)


def test_a_server_that_stumbles_is_asked_again_with_growing_pauses(web, naps):
    with a_site({"/x": b"text"}) as site:
        site.faults["/x"] = [500, 503]
        assert web.get(f"{site.url}/x", HOME).content == b"text"
        assert naps.taken == [1, 2]
        site.faults["/x"] = [502, ("cut", 2), 504]
        with pytest.raises(SourceFailed, match="504"):
            web.get(f"{site.url}/x", HOME)


def test_retry_after_is_kept_when_it_is_short_and_ends_the_asking_when_it_is_long(web, naps):
    with a_site({"/x": b"text"}) as site:
        site.faults["/x"] = [(429, {"Retry-After": "7"})]
        assert web.get(f"{site.url}/x", HOME).content == b"text"
        assert naps.taken == [7]
        site.faults["/x"] = [(503, {"Retry-After": "3600"})]
        with pytest.raises(Busy, match=r"503 .*try again in 60 min"):
            web.get(f"{site.url}/x", HOME)
        site.faults["/x"] = [(429, {"RateLimit": '"api";r=0;t=120'})]
        with pytest.raises(Busy, match="try again in 2 min"):
            web.get(f"{site.url}/x", HOME)
        date = {"Date": "Sat, 21 Nov 2026 06:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 06:00:20 GMT"}
        naps.taken.clear()
        site.faults["/x"] = [(429, date)]
        assert web.get(f"{site.url}/x", HOME).content == b"text"
        assert 0 <= naps.taken[0] <= 20 or naps.taken[0] == 5


def test_a_rate_is_kept_over_all_that_share_it(web, naps):
    slow = Manners(timeout=5, allow_private=True, rate=Rate("arxiv", 1, 3.0))
    with a_site({"/a": b"a", "/b": b"b"}) as site:
        web.get(f"{site.url}/a", slow)
        web.get(f"{site.url}/b", slow)
    (pause,) = naps.taken
    assert 2.5 < pause <= 3.0


def test_a_login_goes_to_its_own_host_only_and_stands_in_no_error(web):
    with a_site({"/x": b"text"}) as site:
        with_login = site.url.replace("http://", "http://ada:s3cret@")
        assert web.get(f"{with_login}/x", HOME).content == b"text"
        assert "authorization" in site.asked[0].headers
        port = site.url.rpartition(":")[2]
        site.faults["/y"] = [(302, {"Location": f"http://localhost:{port}/x"})]
        web.get(f"{with_login}/y", HOME)
        assert "authorization" not in site.asked[-1].headers
        site.faults["/z"] = [501]
        with pytest.raises(SourceFailed) as failed:
            web.get(f"{with_login}/z", HOME)
        assert "s3cret" not in str(failed.value)


def test_an_interrupted_pass_does_not_wait(a_web):
    web = a_web(sleep=lambda seconds: True)
    with a_site({"/x": b""}) as site:
        site.faults["/x"] = [500]
        with pytest.raises(SourceFailed, match="interrupted"):
            web.get(f"{site.url}/x", HOME)


def test_the_system_reads_odd_spellings_of_addresses_as_addresses():
    assert resolve("0x7f.1", 80) == ["127.0.0.1"]
