"""What readers do on the pages, asked for as a browser without scripts asks."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from digest.pipeline.profiles import RECENT
from tests.builders import NOW
from tests.website import Served, a_site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with a_site(tmp_path_factory.mktemp("site")) as served:
        yield served


def options(page: str, name: str) -> list[str]:
    """The values of the options of one field."""
    field = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'value="([^"]*)"', field[0]) if field else []


# ---------------------------------------------------------------- muting


def test_an_author_of_a_paper_is_muted_for_a_month_and_heard_again(site: Served):
    paper = httpx.get(site.url + site.pages["own paper"]).text
    offered = options(paper, "both")
    author = next(value for value in offered if value.startswith("author:"))
    assert any(value.startswith("topic:") for value in offered)
    done = httpx.post(f"{site.url}/p/{site.token}/muted", data={"both": author, "action": "mute"})
    assert "Noted: no papers of" in done.text
    (mute,) = site.store.mutes(["ada"], NOW)["ada"]
    assert (mute.kind, mute.what, mute.until) == ("author", author.partition(":")[2], NOW + timedelta(days=30))
    listed = httpx.get(f"{site.url}/p/{site.token}/muted").text
    assert mute.what in listed
    httpx.post(f"{site.url}/p/{site.token}/muted", data={"kind": "author", "what": mute.what, "action": "unmute"})
    assert site.store.mutes(["ada"], NOW) == {}


@pytest.mark.parametrize("form", [{}, {"kind": "topic", "what": " - "}, {"kind": "planet", "what": "x"}])
def test_a_mute_that_says_nothing_mutes_nothing(site: Served, form: dict[str, str]):
    answer = httpx.post(f"{site.url}/p/{site.token}/muted", data=form | {"action": "mute"})
    assert answer.status_code == 400
    assert site.store.mutes(None, NOW) == {}


def test_the_paper_page_of_everybody_offers_no_mute(site: Served):
    assert "muted" not in httpx.get(site.url + site.pages["paper"]).text
    assert httpx.post(f"{site.url}/p/forged/muted", data={"kind": "topic", "what": "x"}).status_code == 404


def test_a_profile_that_is_edited_elsewhere_is_seen(tmp_path):
    with a_site(tmp_path) as site:
        page = f"{site.url}/p/{site.token}"
        assert "Ada’s reading" in httpx.get(page).text
        file = site.folder / "profiles" / "ada.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("Ada’s reading", "Ada reads on"), encoding="utf-8")
        site.tick(RECENT + 1)
        assert "Ada reads on" in httpx.get(page).text


# ---------------------------------------------------------------- a paper


def test_whom_a_paper_was_offered_to_is_for_the_operator_alone(site: Served):
    paper = site.pages["paper"]
    said = "Who was offered it"
    assert said not in httpx.get(site.url + paper).text
    assert httpx.get(f"{site.url}/operator{paper}").status_code == 404
    assert httpx.get(f"{site.url}/operator{paper}", cookies={"operator": "forged"}).status_code == 404
    cookie = {"operator": site.links.tokens.sign("operator", "operator", at=NOW)}
    page = httpx.get(f"{site.url}/operator{paper}", cookies=cookie).text
    assert said in page
    assert re.search(r"Ada’s reading, Friday, 20 November 2026: your keyword", page)


def test_a_paper_s_page_speaks_to_reference_managers(site: Served):
    page = httpx.get(site.url + site.pages["paper"]).text
    assert '<meta name="citation_title" content="Turning Molecules' in page
    (coins,) = re.findall(r'<span class="Z3988" title="([^"]*)"', page)
    assert "rft.atitle=Turning+Molecules" in coins
    assert "ctx_ver=Z39.88-2004&amp;" in coins


def test_the_operator_sees_how_many_votes_a_hundred_papers_get(site: Served):
    digest = site.store.digest("ada", NOW.date() - timedelta(days=1))
    assert digest is not None
    site.store.vote("ada", digest.picks[0].change.paper.id, "more", NOW)
    cookie = {"operator": site.links.tokens.sign("operator", "operator", at=NOW)}
    page = httpx.get(f"{site.url}/operator", cookies=cookie).text
    site.store.unvote("ada", digest.picks[0].change.paper.id)
    shown = sum(site.store.shown_by_day(NOW.date() - timedelta(days=7)).values())
    assert f"votes per hundred: at most {100 / shown:.1f}".rstrip("0").rstrip(".") in page
