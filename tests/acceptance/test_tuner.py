"""The tuner: what a reader types is previewed, checked, and saved into their own file, whoever else writes there."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from digest.model import Letter
from digest.pipeline import Bot
from digest.pipeline.voice import Voice
from digest.render import Renderer
from tests.builders import NOW
from tests.website import PROFILE, TARGET, Served, a_site


@pytest.fixture
def site(tmp_path) -> Iterator[Served]:
    with a_site(tmp_path) as served:
        yield served


def form_of(page: str) -> dict[str, str]:
    """The fields of the tuner's form as a browser without scripts would send them."""
    form = page[page.index('class="tuner"') : page.index("</form>")]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and (not kind or kind[1] != "checkbox" or " checked" in tag):
            sent[name[1]] = html.unescape(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r"<option[^>]*>([^<]*)", options)
        sent[name] = html.unescape(chosen[1]) if chosen else ""
    return sent


def opened(site: Served) -> tuple[str, dict[str, str]]:
    """A fresh link, and the form behind it."""
    url = site.at(site.links.tune("ada", NOW))
    page = httpx.get(url, timeout=60)
    assert page.status_code == 200, page.text
    return url, form_of(page.text)


def press(url: str, form: dict[str, str], action: str = "save", **typed: str) -> httpx.Response:
    """Press a button of the form with some fields typed anew."""
    return httpx.post(url, data=form | {name.replace("__", "."): text for name, text in typed.items()} | {
        "action": action}, timeout=60)  # fmt: skip


def text(site: Served) -> str:
    return (site.folder / "profiles" / "ada.toml").read_text(encoding="utf-8")


def letters(site: Served) -> list[tuple[str, Letter]]:
    """What was posted: to whom, and the letter."""
    found = [one for one in site.store.deliveries("queued") if one.profile.startswith("letter:")]
    digests = [(str(one.target), site.store.digest(one.profile, one.date)) for one in reversed(found)]
    return [(target, Letter.of(digest.notes)) for target, digest in digests if digest]


# ---------------------------------------------------------------- saving


def test_what_is_saved_stands_in_the_file_with_comments_and_order_kept_and_counts_at_once(site: Served):
    url, form = opened(site)
    done = press(url, form, limit="7", i0__keywords="equivariant\r\nLie group", floor="0.4")
    assert "Saved. It counts" in done.text
    wanted = PROFILE.replace("limit = 5", "limit = 7").replace('    "group",\n', '    "Lie group",\n')
    assert text(site).splitlines() == [*wanted.splitlines()[:6], "floor = 0.4", *wanted.splitlines()[6:]]
    ada = site.site.profile("ada")
    assert ada is not None
    assert (ada.limit, ada.floor, ada.interests[0].keywords) == (7, 0.4, ("equivariant", "Lie group"))


def test_saving_what_is_there_already_touches_nothing(site: Served):
    url, form = opened(site)
    assert "Nothing was changed" in press(url, form).text
    assert text(site) == PROFILE


def test_a_preview_and_a_look_change_nothing(site: Served):
    url, form = opened(site)
    assert press(url, form, "preview", limit="1").status_code == 200
    assert httpx.head(url).status_code in {200, 405}
    assert text(site) == PROFILE
    assert letters(site) == []


def test_an_interest_is_added_and_another_one_removed(site: Served):
    url, form = opened(site)
    press(url, form, i1__name="Sea ice", i1__keywords="sea ice\r\nfloe", i1__weight="2")
    assert '[[interests]]\nname = "Sea ice"\nweight = 2.0\nkeywords = ["sea ice", "floe"]' in text(site)
    url, form = opened(site)
    assert form["i1.name"] == "Sea ice"
    press(url, form, i0__gone="1")
    assert [one.name for one in site.site.profile("ada").interests] == ["Sea ice"]  # type: ignore[union-attr]


def test_what_is_wrong_is_said_at_its_field_with_a_link_to_it_and_nothing_is_saved(site: Served):
    url, form = opened(site)
    answer = press(url, form, schedule="whenever", limit="many", i0__weight="99", timezone="Europe/Berlln")
    assert answer.status_code == 400
    for field in ("schedule", "limit", "i0.weight", "timezone"):
        assert f'<a href="#{field}">' in answer.text
        assert re.search(rf'id="{re.escape(field)}"[^>]*aria-invalid="true"', answer.text), field
    assert "Europe/Berlin" in answer.text, "the nearest"
    assert 'value="whenever"' in answer.text, "what was typed is still there"
    assert text(site) == PROFILE


def test_who_was_overtaken_is_told_where_and_loses_nothing(site: Served):
    url, form = opened(site)
    other = PROFILE.replace("limit = 5", "limit = 9").replace(
        "[[interests]]", '[[interests]]\nname = "First"\n[[interests]]'
    )
    (site.folder / "profiles" / "ada.toml").write_text(other, encoding="utf-8")
    answer = press(url, form, i0__keywords="equivariant\r\ngauge")
    assert answer.status_code == 409
    assert re.search(r'href="#limit">Papers at most</a>: 9', answer.text)
    assert text(site) == other
    again = form_of(answer.text)
    names = {again[f"i{n}.name"]: again[f"i{n}.keywords"].split() for n in range(2)}
    assert names == {"Equivariance": ["equivariant", "gauge"], "First": []}
    assert "Saved." in press(url, again, limit="9").text
    ada = site.site.profile("ada")
    assert ada is not None
    assert {one.name: one.keywords for one in ada.interests} == {"First": (), "Equivariance": ("equivariant", "gauge")}


def test_no_file_of_the_server_is_read_for_a_reader(site: Served):
    (site.folder / "profiles" / "secret.bib").write_text("@article{a, title={The secret title}}", encoding="utf-8")
    url, form = opened(site)
    for action in ("preview", "save"):
        answer = press(url, form, action, i0__like="secret.bib")
        assert "a file of references can only be named in the profile’s own file" in answer.text
        assert "secret title" not in answer.text
    assert text(site) == PROFILE


def test_a_profile_that_lies_in_the_store_is_saved_there(site: Served):
    profiles = site.site.profiles
    assert profiles is not None
    profiles.create('name = "flo"  # in the store\n' + PROFILE.replace("ada@", "flo@"), now=NOW)
    url = site.at(site.links.tune("flo", NOW))
    form = form_of(httpx.get(url, timeout=60).text)
    assert "Saved." in press(url, form, limit="3").text
    document = profiles.document("flo")
    assert document is not None
    assert document.stored
    assert "limit = 3" in document.text
    assert "# in the store" in document.text
    assert "limit = 5" in text(site)


# ---------------------------------------------------------------- the preview


def test_the_preview_shows_what_would_have_come_beside_what_came_and_what_each_keyword_does(site: Served):
    url, form = opened(site)
    answer = press(url, form, "preview", i0__keywords="equivariant\r\ndifusion\r\ngraph study", limit="2")
    would, was = answer.text[answer.text.index("Would have been sent") :].split("Was sent", 1)
    assert len(re.findall("Equivariant graph study", would)) == 2
    assert "Turning Molecules" in was
    rows = re.findall(r"<td>Equivariance</td><td>([^<]*)</td><td>(\d+)</td><td>(\d+)</td>", answer.text)
    found = {word: (int(papers), int(needed)) for word, papers, needed in rows}
    assert found["equivariant"][0] >= 30
    assert found["difusion"] == (0, 0)
    assert "no known paper has the keyword" in html.unescape(answer.text)


def test_what_is_muted_does_not_come_in_the_preview(site: Served):
    site.store.mute("ada", "topic", "graph study", NOW + timedelta(days=30), NOW)
    url, _ = opened(site)
    assert "Equivariant graph study" not in httpx.get(url).text


# ---------------------------------------------------------------- who may


def test_the_archive_sends_a_fresh_link_to_the_own_address_alone_and_a_few_an_hour(site: Served):
    url = f"{site.url}/p/{site.token}/tune"
    answers = [httpx.post(url) for _ in range(9)]
    assert len({re.sub(r"\s+", " ", answer.text) for answer in answers}) == 1, "nobody learns whether it was sent"
    sent = letters(site)
    assert [target for target, _ in sent] == ["email:ada@example.org"] * 4
    assert httpx.get(site.at(sent[0][1].url), timeout=60).status_code == 200
    assert site.token not in sent[0][1].url
    assert httpx.get(url).status_code == 404
    assert httpx.post(f"{site.url}/p/forged/tune").status_code == 404


def test_the_letter_has_its_link_in_both_parts_and_reaches_the_reader_as_a_mail(site: Served):
    httpx.post(f"{site.url}/p/{site.token}/tune")
    (delivery,) = [one for one in site.store.deliveries("queued") if one.profile.startswith("letter:")]
    bot = Bot(site.site.settings, site.store, Renderer(links=site.links), {}, lambda: NOW, random.Random(1))
    message = Voice(bot).render(delivery)
    link = letters(site)[0][1].url
    assert f'href="{link}"' in message.html
    assert f"\n{link}\n" in message.text
    assert message.subject == "Paper Digest: Your link to change “Ada’s reading”"
    assert (message.headers, message.stem) == ((), "2026-11-21.1")


def test_the_link_is_good_for_a_quarter_of_an_hour_and_for_nothing_else(site: Served):
    old = site.at(site.links.tune("ada", NOW - timedelta(minutes=16)))
    foreign = f"{site.url}/t/{site.token}"
    gone = httpx.get(f"{site.url}/t/forged").text
    for url in (old, foreign):
        for answer in (httpx.get(url), httpx.post(url, data={"action": "save", "limit": "9"})):
            assert (answer.status_code, answer.text) == (404, gone)
    token = site.links.tune("ada", NOW).rpartition("/")[2]
    assert httpx.get(f"{site.url}/p/{token}").status_code == 404
    assert text(site) == PROFILE


# ---------------------------------------------------------------- addresses


def test_a_new_address_must_press_its_own_link_and_the_old_one_is_told(site: Served):
    url, form = opened(site)
    answer = press(url, form, "move", **{"from": str(TARGET), "to": "new@example.org"})
    assert "A link is on its way to new@example.org" in answer.text
    ((target, letter),) = letters(site)
    assert target == "email:new@example.org"
    assert text(site) == PROFILE, "nothing changes before it is pressed"
    link = site.at(letter.url)
    assert "instead of ada@example.org" in httpx.get(link).text
    assert text(site) == PROFILE, "a scanner changes nothing"
    assert "Done." in httpx.post(link).text
    assert 'deliver = ["email:new@example.org"]' in text(site)
    told = letters(site)[-1]
    assert told[0] == "email:ada@example.org"
    assert "goes to new@example.org from now on" in " ".join(told[1].lines)
    assert "Done." in httpx.post(link).text, "once more does no harm"
    assert len(letters(site)) == 2


@pytest.mark.parametrize("address", ["", "nobody", "ada@example.org", "a@b.example\r\nBcc: x@y.example", "slack:C1"])
def test_an_address_that_is_none_gets_no_mail(site: Served, address: str):
    url, form = opened(site)
    answer = press(url, form, "move", **{"from": "", "to": address})
    assert answer.status_code == 400
    assert 'href="#to"' in answer.text
    assert letters(site) == []


def test_no_address_comes_in_by_the_form_itself(site: Served):
    url, form = opened(site)
    press(url, form, deliver="email:eve@example.org", deliver0="email:eve@example.org", limit="6")
    assert "eve@" not in text(site)


def test_the_last_target_stays_and_another_one_may_go(site: Served):
    url, form = opened(site)
    assert press(url, form, leave0="1").status_code == 400
    assert text(site) == PROFILE
    two = PROFILE.replace('["email:ada@example.org"]', '["email:ada@example.org", "email:bob@example.org"]')
    (site.folder / "profiles" / "ada.toml").write_text(two, encoding="utf-8")
    url, form = opened(site)
    press(url, form, leave1="1")
    assert text(site) == PROFILE


# ---------------------------------------------------------------- what was learned


def test_what_votes_taught_is_listed_and_forgotten_when_it_is_ticked(site: Served):
    digest = site.store.digest("ada", NOW.date() - timedelta(days=1))
    assert digest is not None
    liked, other = (pick.change.paper for pick in digest.picks[:2])
    site.store.vote("ada", liked.id, "more", NOW)
    site.store.vote("ada", other.id, "less", NOW, person="slack:U1")
    url, form = opened(site)
    page = html.unescape(httpx.get(url).text)
    assert "Learned from your votes" in page
    assert press(url, form, "preview", **{f"forget.{liked.id}": "1"}).status_code == 200
    assert len(site.store.votes(["ada"])["ada"]) == 2, "a preview forgets nothing"
    assert "Forgotten." in press(url, form, **{f"forget.{liked.id}": "1"}).text
    assert [vote.paper for vote in site.store.votes(["ada"])["ada"]] == [other.id]
    press(url, form, **{f"forget.{other.id}": "1"})
    assert site.store.votes(["ada"]) == {}
    assert text(site) == PROFILE


def test_a_word_that_votes_taught_is_struck_out_and_learned_from_again(site: Served):
    digest = site.store.digest("ada", NOW.date() - timedelta(days=1))
    assert digest is not None
    site.store.vote("ada", digest.picks[0].change.paper.id, "more", NOW)
    url, form = opened(site)
    page = html.unescape(httpx.get(url, timeout=60).text)
    taught = re.findall(r'name="strike\.([^"]*)"', page)
    assert taught
    assert "Forgotten." in press(url, form, **{f"strike.{taught[0]}": "1"}).text
    assert site.store.struck_terms(["ada"]) == {"ada": {taught[0]}}
    again = httpx.get(url, timeout=60).text
    assert f'name="strike.{taught[0]}"' not in html.unescape(again)
    press(url, form_of(again), **{f"restore.{taught[0]}": "1"})
    assert site.store.struck_terms(["ada"]) == {}
