"""What a stranger, a link scanner and a forwarded mail can do to the pages: nothing (FAULTS 46, 47, 48, 71)."""

from __future__ import annotations

import html
import re
import socket
from datetime import timedelta

import httpx
import pytest

from digest.links import Links, Tokens
from digest.render import Renderer
from digest.web.limits import MOST, Bucket
from digest.web.serving import PatientProtocol
from tests.builders import NOW
from tests.golden.digests import ADA, ORDINARY
from tests.website import PASSWORD, TARGET, Served, a_site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SLOW_HEAD = "GET / HTTP/1.1\r\nX-Slow: "
SLOW_BODY = (
    "POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na"
)
HOSTILE = ("<script", "<img", "onerror=", "javascript:")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with a_site(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(autouse=True)
def _as_before(site):
    yield
    site.store.resubscribe("ada")
    site.store.wake("ada")


def way_out(site: Served) -> str:
    return site.at(site.links.unsubscribe("ada", TARGET, ORDINARY.date))


def test_fault_46_a_scanner_that_gets_every_link_of_the_mail_changes_nothing(site):
    mail = Renderer(links=site.links).message(ORDINARY, ADA, TARGET)
    header = dict(mail.headers)["List-Unsubscribe"]
    links = set(re.findall(r'https://digest\.example\.org[^\s">]*', mail.html + mail.text + header))
    assert sum("/v/" in link for link in links) == 3 * len(ORDINARY.picks)
    for link in links:
        for method in ("GET", "HEAD", "OPTIONS", "PUT"):
            httpx.request(method, site.at(link).replace("&amp;", "&"))
        assert httpx.get(site.at(link)).status_code == 200, link
    assert (site.store.unsubscribed(), site.store.rests(), site.store.votes(["ada"])) == ({}, {}, {})


def test_fault_46_a_scanner_that_gets_every_link_of_the_pages_changes_nothing(site):
    before, seen = (site.folder / "profiles" / "ada.toml").read_bytes(), set()
    waiting = [page for page in site.pages.values()]
    while waiting and len(seen) < 150:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = httpx.get(site.url + path, timeout=60)
        if answer.headers.get("content-type", "").startswith("text/html"):
            found = re.findall(r'(?:href|action)="([^"#]+)', answer.text)
            waiting += [html.unescape(link) for link in found if link.startswith("/")]
    assert len(seen) > 60
    names = ["ada", "eve"]
    assert (site.store.unsubscribed(), site.store.rests(), site.store.votes(names)) == ({}, {}, {})
    assert site.store.mutes(None, NOW) == {}
    assert not [one for one in site.store.deliveries() if one.profile.startswith("letter:")]
    assert (site.folder / "profiles" / "ada.toml").read_bytes() == before


@pytest.mark.parametrize("form", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
def test_fault_46_one_click_works_without_cookie_and_redirect_and_may_be_repeated(site, form):
    for _ in range(3):
        answer = httpx.post(way_out(site), **form)
        assert (answer.status_code, "set-cookie" in answer.headers, answer.history) == (200, False, [])
    assert site.store.unsubscribed() == {"ada": {str(TARGET)}}


def test_fault_46_a_post_that_says_nothing_does_nothing(site):
    assert httpx.post(way_out(site)).status_code == 404
    assert httpx.post(way_out(site), data={"action": "pause", "until": "2020-01-01"}).status_code == 400
    assert httpx.post(way_out(site), data={"action": "pause", "until": "never"}).status_code == 400
    assert (site.store.unsubscribed(), site.store.rests()) == ({}, {})


@pytest.mark.parametrize("kind", ["u", "e", "v", "p", "t", "c"])
def test_fault_47_forged_expired_and_foreign_links_get_the_same_answer(site, kind):
    good = {"u": "unsubscribe", "e": "edition", "v": "vote", "p": "profile", "t": "tune", "c": "move"}[kind]
    subject = {"u": ("ada", str(TARGET)), "e": ("ada", "2026-11-20"), "v": ("ada", "2026-11-20", "p1", "more")}
    subject["c"] = ("ada", str(TARGET), "email:new@example.org")
    told = subject.get(kind, ("ada",))
    foreign = Tokens(("another key, long enough too",)).sign(good, *told, at=NOW)
    old = site.links.tokens.sign(good, *told, at=NOW - timedelta(days=3000))
    other = site.links.tokens.sign("feed", "ada", at=NOW)
    tokens = ["x", "%2e%2e%2f", "a" * 5000, foreign, other, *([old] if kind != "u" else [])]
    answers = [httpx.get(f"{site.url}/{kind}/{token}") for token in tokens]
    answers += [httpx.post(f"{site.url}/{kind}/{token}", data=ONE_CLICK) for token in tokens if kind in "uvtc"]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r"^date: .*", "", answer.text) for answer in answers}) == 1
    assert site.store.unsubscribed() == {}


def test_fault_47_a_vote_of_a_forwarded_mail_is_all_that_its_link_gives(site):
    token = site.links.vote("ada", ORDINARY.date, "p1", "more").rpartition("/")[2]
    for kind in ("u", "p", "e", "t", "f", "c"):
        assert httpx.get(f"{site.url}/{kind}/{token}").status_code == 404


def test_fault_71_a_link_that_is_pressed_again_and_again_is_limited(site):
    url = site.at(site.links.vote("ada", ORDINARY.date, ORDINARY.picks[1].change.paper.id, "less"))
    codes = [httpx.post(url, data={"action": "vote"}).status_code for _ in range(30)]
    assert codes[0] == 200
    assert codes[-1] == 429
    assert len(site.store.votes(["ada"])["ada"]) == 1
    site.store.unvote("ada", ORDINARY.picks[1].change.paper.id)


def test_an_address_that_asks_too_often_waits_and_the_memory_of_it_is_bounded(tmp_path):
    with a_site(tmp_path, per_minute=4) as small:
        codes = [httpx.get(f"{small.url}/robots.txt").status_code for _ in range(30)]
        assert (codes[0], codes[-1]) == (200, 429)
        assert httpx.post(way_out(small), data=ONE_CLICK).status_code == 200, "a provider may come with thousands"
    bucket = Bucket(1, 0)
    assert [bucket.take("a", 0), bucket.take("a", 1)] == [True, False]
    for n in range(MOST + 10):
        bucket.take(str(n), 2)
    assert len(bucket._left) == MOST


@pytest.mark.parametrize("name", ["hostile", "search", "archive"])
def test_a_title_breaks_no_page(site, name):
    text = httpx.get(site.url + site.pages[name]).text
    assert not [bad for bad in HOSTILE if bad in re.sub(r"&lt;.*?&gt;", "", text).lower()]


@pytest.mark.parametrize("name", ["search", "leave", "operator", "gone"])
def test_every_answer_bears_the_headers_that_a_browser_is_bound_by(site, name):
    answer = httpx.get(site.url + site.pages.get(name, "/operator"))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/../digest.toml", "/%2e%2e/digest.db", "/style.css/../../x", "/papers/..%2f..%2fx"])
def test_no_path_leaves_the_pages(site, path):
    assert raw(site, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith("HTTP/1.1 404")


def test_an_oversized_body_is_refused_whatever_it_says_of_its_length(site):
    assert httpx.post(way_out(site), content=b"x" * 100_000).status_code == 413
    head = f"POST {way_out(site).removeprefix(site.url)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = f"{0x8000:x}\r\n" + "a" * 0x8000 + "\r\n"
    assert " 413 " in raw(site, head + form + chunk * 4 + "0\r\n\r\n").partition("\r\n")[0]
    assert " 400 " in raw(site, "GET / HTTP/1.1\r\nX: " + "a" * 70_000).partition("\r\n")[0]
    assert httpx.get(f"{site.url}/healthz").text == "ok\n"


@pytest.mark.parametrize("begun", [SLOW_HEAD, SLOW_BODY])
def test_a_slow_client_is_cut_off(tmp_path, monkeypatch, begun):
    # the real limits take longer than a test may; nothing else of it is changed
    monkeypatch.setattr(PatientProtocol, "patience", 0.2)
    monkeypatch.setattr(PatientProtocol, "look", 0.05)
    with a_site(tmp_path) as hurried:
        assert raw(hurried, begun) == "", "the line was cut, not answered"
        assert httpx.get(f"{hurried.url}/healthz").status_code == 200


def test_a_password_is_not_guessed(tmp_path):
    with a_site(tmp_path) as guarded:
        url = f"{guarded.url}/operator"
        codes = [httpx.post(url, data={"password": f"guess {n}"}).status_code for n in range(8)]
        assert codes == [403] * 5 + [429] * 3
        assert httpx.post(url, data={"password": PASSWORD}).status_code == 429, "not even the right one, for a while"


def test_the_operators_cookie_is_for_no_script_and_no_other_site(site):
    answer = httpx.post(f"{site.url}/operator", data={"password": PASSWORD})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    for word in ("httponly", "secure", "samesite=strict", "path=/operator"):
        assert word in cookie
    forged = httpx.get(f"{site.url}/operator", cookies={"operator": "forged"})
    assert "Sources" not in forged.text


def test_a_feed_is_not_sent_twice_and_its_address_stays(site):
    (address,) = re.findall(r'href="(/f/[^"]+/atom)"', httpx.get(site.url + site.pages["archive"]).text)[:1]
    first = httpx.get(site.url + address)
    assert first.headers["content-type"].startswith("application/atom+xml")
    assert "Turning Molecules" in first.text
    again = httpx.get(site.url + address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(site.url + address.replace("/atom", "/json")).json()["items"][0]["url"].startswith("https://")


def test_without_a_public_url_there_are_papers_and_nothing_private(tmp_path):
    with a_site(tmp_path) as served:
        object.__setattr__(served.site, "links", None)
        assert httpx.get(f"{served.url}/").status_code == 200
        for name in ("leave", "vote", "archive", "edition", "login"):
            assert httpx.get(served.url + served.pages[name]).status_code == 404


def raw(site: Served, text: str) -> str:
    """What comes back for these very bytes."""
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        sock.sendall(text.encode())
        found = b""
        try:
            while part := sock.recv(65536):
                found += part
        except ConnectionResetError:
            pass
        return found.decode("latin-1")


def test_keys_that_were_put_behind_a_new_one_still_open_links(site):
    old = Links(site.links.public_url, Tokens(("the old key of the tests",)))
    both = Tokens(("a key of the tests, long enough", "the old key of the tests"))
    token = old.profile("ada", ORDINARY.date).rpartition("/")[2]
    assert both.read("profile", token, NOW) == ("ada",)
    assert httpx.get(f"{site.url}/p/{token}").status_code == 404


# ---------------------------------------------------------------- the word of the proxy

HEADER = {"X-Remote-User": "ada"}


@pytest.mark.parametrize("proxy", ["127.0.0.1", "10.0.0.1"])
def test_only_the_proxy_says_who_is_the_operator(tmp_path, proxy):
    named = {"user_header": "x-remote-user", "operators": ("ada",), "proxy": proxy}
    with a_site(tmp_path, **named) as behind:
        url = f"{behind.url}/operator"
        inside = "Sources" in httpx.get(url, headers=HEADER).text
        assert inside == (proxy == "127.0.0.1"), "whoever else says so is asked for the password"
        assert "Sources" not in httpx.get(url).text
        assert "Sources" not in httpx.get(url, headers={"X-Remote-User": "mallory"}).text
        assert "Sources" not in httpx.get(url, headers=[*HEADER.items(), ("X-Remote-User", "mallory")]).text
        forwarded = {**HEADER, "X-Forwarded-For": "127.0.0.1"}
        assert ("Sources" in httpx.get(url, headers=forwarded).text) == inside, "nor is an address believed"


def test_the_proxy_s_word_counts_without_a_password_and_nothing_does_where_neither_is_set(tmp_path):
    named = {"user_header": "x-remote-user", "operators": ("ada",), "proxy": "127.0.0.1", "password": ""}
    with a_site(tmp_path, **named) as behind:
        assert "Sources" in httpx.get(f"{behind.url}/operator", headers=HEADER).text
        assert httpx.get(f"{behind.url}/operator").status_code == 404
