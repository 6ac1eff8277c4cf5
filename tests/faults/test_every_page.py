"""Every address of the pages, each with papers that try to break it, with bent links and with others' names.

The table below must hold every route of the application: a page that is added without a place here fails.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from digest.links import RULES
from digest.web import app
from tests.builders import NOW
from tests.golden.digests import HOSTILE, ORDINARY
from tests.website import PASSWORD, TARGET, Served, a_site

ROUTES = {path for path, _, _ in app._PAGES}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\r\nSet-Cookie: evil=1"


@dataclass(frozen=True)
class Page:
    """One route as eve, whose papers are hostile, would reach it: by GET, or by POST with a *form*."""

    path: str
    form: dict[str, str] | None = None
    operator: bool = False

    def asked(self, site: Served) -> httpx.Response:
        if self.form is None:
            session = {"operator": site.links.tokens.sign("operator", "operator", at=NOW)} if self.operator else None
            return httpx.get(site.url + self.path, cookies=session)
        return httpx.post(site.url + self.path, data=self.form)


def everything(site: Served) -> dict[str, list[Page]]:
    """Every route with its pages of eve."""
    links, day = site.links, HOSTILE.date
    stored = site.store.digest("eve", day)
    assert stored is not None
    papers = [pick.change.paper.id for pick in (*stored.picks, *stored.also)]

    def path(link: str) -> str:
        return link.removeprefix(links.public_url)

    own = path(links.profile("eve", day))
    feed = path(links.url("feed", "eve", at=NOW))
    tune = path(links.tune("eve", NOW))
    quoted = [str(httpx.URL(path=f"/{one}").raw_path, "ascii")[1:].replace("/", "%2F") for one in papers]
    hidden = dict(re.findall(r'name="(etag)" value="([^"]*)"', httpx.get(site.url + tune).text))
    query = str(httpx.QueryParams({"q": EVIL, "source": EVIL, "interest": EVIL, "day": EVIL, "order": EVIL}))
    return {
        "/": [Page("/"), Page("/?q=reasons")],
        "/search": [Page("/search"), Page(f"/search?{query}"), Page("/search?q=script")],
        "/papers/{id}": [Page(f"/papers/{one}") for one in quoted],
        "/papers/{id}/cite/{form}": [
            Page(f"/papers/{one}/cite/{f}") for one in quoted for f in ("bibtex", "ris", "csl")
        ],
        "/e/{token}": [Page(path(links.edition("eve", day)))],
        "/p/{token}": [Page(own)],
        "/p/{token}/search": [Page(f"{own}/search?mine=1"), Page(f"{own}/search?{query}")],
        "/p/{token}/papers/{id}": [Page(f"{own}/papers/{one}") for one in quoted],
        "/p/{token}/muted": [Page(f"{own}/muted"), Page(f"{own}/muted", {"kind": "topic", "what": EVIL})],
        "/p/{token}/tune": [Page(f"{own}/tune", {"x": EVIL})],
        "/p/{token}/{day}": [Page(f"{own}/{day}"), Page(f"{own}/2026-01-01")],
        "/f/{token}/{form}": [Page(f"{feed}/atom"), Page(f"{feed}/json")],
        "/t/{token}": [
            Page(tune),
            Page(tune, {**hidden, "title": EVIL, "action": "preview", "schedule": EVIL, "limit": EVIL}),
        ],
        "/c/{token}": [Page(path(links.url("move", "eve", str(TARGET), f"email:{EVIL[:40]}@example.org", at=NOW)))],
        "/u/{token}": [Page(path(links.unsubscribe("eve", TARGET, day))), Page("/u/x", {"action": EVIL})],
        "/v/{token}": [
            page
            for one in papers
            for page in (
                Page(path(links.vote("eve", day, one, "more"))),
                Page(path(links.vote("eve", day, one, "more")), {"action": "vote"}),
            )
        ],
        "/operator": [
            Page("/operator"),
            Page("/operator", {"password": EVIL}),
            Page("/operator", {"password": PASSWORD}),
        ],
        "/operator/papers/{id}": [Page(f"/operator/papers/{one}", operator=True) for one in quoted],
        "/metrics": [Page("/metrics")],
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with a_site(tmp_path_factory.mktemp("site")) as served:
        yield served


def test_every_route_is_tried(site):
    assert set(everything(site)) == ROUTES


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_no_title_and_no_input_adds_markup_or_a_header(site, route):
    for page in everything(site)[route]:
        answer = page.asked(site)
        assert answer.status_code in {200, 303, 400, 401, 403, 404, 409, 429}, page
        assert "evil" not in str(answer.headers).lower(), page
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            _nothing_runs(answer.text, str(page))
        elif "xml" in kind:
            for node in ET.fromstring(answer.content).iter():  # noqa: S314 our own bytes
                assert node.tag.startswith("{http://www.w3.org/2005/Atom}"), page
        else:
            assert kind or not answer.content, page  # with nosniff no browser takes it for a page


def _nothing_runs(text: str, where: str) -> None:
    page = LexborHTMLParser(text)
    assert page.css("script, iframe, object, embed, base, img, meta[http-equiv]") == [], where
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), where
            assert name != "style", where
            if name in {"href", "src", "action", "formaction"}:
                assert re.match(r"(https?://|/|#|\?|mailto:|$)", value or ""), f"{where}: {value}"


@pytest.mark.parametrize("route", sorted(route for route in ROUTES if "{token}" in route))
def test_a_link_with_one_letter_changed_is_no_link_and_says_what_every_dead_link_says(site, route):
    dead = httpx.get(f"{site.url}/u/forged").text
    page = everything(site)[route][0]
    token = re.search(r"/[a-z]/([\w.-]+)", page.path)[1]
    for place in range(0, len(token), max(1, len(token) // 12)):
        other = "A" if token[place] != "A" else "Z"
        bent = Page(page.path.replace(token, token[:place] + other + token[place + 1 :]), page.form)
        answer = bent.asked(site)
        # the last letters of base64 hold bits that mean nothing
        assert (answer.status_code, answer.text == dead) == (404, True) or place >= len(token) - 2, bent


def test_a_link_for_one_purpose_opens_nothing_else(site):
    subjects = {
        "unsubscribe": ("ada", str(TARGET)), "edition": ("ada", "2026-11-20"), "profile": ("ada",), "feed": ("ada",),
        "vote": ("ada", "2026-11-20", "p1", "more"), "operator": ("operator",), "tune": ("ada",),
        "move": ("ada", str(TARGET), "email:new@example.org"), "press": ("ada", "2026-11-20", "p1", "more"),
        "undo": ("ada", "2026-11-20", "p1", "m"),
    }  # fmt: skip
    assert set(subjects) == set(RULES)
    rests = {"/f/{token}/{form}": "/atom", "/p/{token}/{day}": f"/{ORDINARY.date}"}
    own = {"u": "unsubscribe", "e": "edition", "p": "profile", "f": "feed", "v": "vote", "t": "tune", "c": "move"}
    for purpose, subject in subjects.items():
        token = site.links.tokens.sign(purpose, *subject, at=NOW)
        for kind, meant in own.items():
            rest = rests["/f/{token}/{form}"] if kind == "f" else ""
            if meant != purpose:
                assert httpx.get(f"{site.url}/{kind}/{token}{rest}").status_code == 404, (purpose, kind)


def test_other_peoples_names_days_and_papers_give_nothing_of_theirs(site):
    token, eves = site.token, HOSTILE.picks[0].change.paper
    stored = site.store.digest("eve", HOSTILE.date)
    assert stored is not None
    paper = stored.picks[0].change.paper.id
    page = httpx.get(f"{site.url}/p/{token}/papers/{httpx.URL(path=f'/{paper}').raw_path.decode()[1:]}").text
    assert "Why:" not in page, "why eve was offered it is hers to know"
    assert eves.title[:10] not in httpx.get(f"{site.url}/p/{token}").text
    mine = httpx.get(f"{site.url}/p/{token}/search?mine=1").text
    assert "script" not in LexborHTMLParser(mine).css_first("main").text().lower()
    foreign = site.links.vote("nobody", ORDINARY.date, "p1", "more")
    assert httpx.post(site.at(foreign), data={"action": "vote"}).status_code == 404
    assert site.store.votes(["nobody"]) == {}


def test_fault_71_a_storm_of_one_click_leavings_is_one_leaving_and_keeps_nobody_else_waiting(site):
    way = site.at(site.links.unsubscribe("ada", TARGET, ORDINARY.date))
    form = {"List-Unsubscribe": "One-Click"}
    codes = [httpx.post(way, data=form).status_code for _ in range(40)]
    assert codes[0] == 200
    assert set(codes) <= {200, 429}
    assert codes[-1] == 429
    assert site.store.unsubscribed() == {"ada": {str(TARGET)}}
    other = site.at(site.links.unsubscribe("eve", TARGET, ORDINARY.date))
    assert httpx.post(other, data=form).status_code == 200, "the limit is that of the link"
    site.store.resubscribe("ada")
    site.store.resubscribe("eve")


def test_fault_71_a_replayed_vote_counts_once_and_an_undone_one_stays_undone_by_a_get(site):
    paper = ORDINARY.picks[0].change.paper.id
    url = site.at(site.links.vote("ada", ORDINARY.date, paper, "more"))
    for _ in range(5):
        assert httpx.post(url, data={"action": "vote"}).status_code == 200
    assert len(site.store.votes(["ada"])["ada"]) == 1
    httpx.post(url, data={"action": "undo"})
    for _ in range(5):
        httpx.get(url)
    assert site.store.votes(["ada"]) == {}


def test_a_guesser_of_tokens_is_limited_like_anybody(tmp_path):
    with a_site(tmp_path, per_minute=40) as small:
        codes = [httpx.get(f"{small.url}/t/guess{n}").status_code for n in range(30)]
        assert (codes[0], codes[-1]) == (404, 429)
