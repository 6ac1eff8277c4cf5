"""Every page in a real browser: narrow and wide, light and dark, by keyboard, without scripts, for a screen reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.website import PASSWORD, TARGET, Served, a_site

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NAMES = [
    "search", "nothing", "paper", "own paper", "own search", "archive", "own edition", "edition", "hostile", "leave",
    "muted", "tuner", "move", "vote", "login", "gone", "operator", "operator paper",
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with a_site(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        if os.environ.get("CI"):
            pytest.fail("CI must have axe-core: npm install --no-save axe-core@4")
        pytest.skip("needs axe-core: npm install --no-save axe-core@4")
    return AXE.read_text(encoding="utf-8")


def opened(browser, site: Served, name: str, *, width: int = 360, scheme: str = "light", scripts: bool = True):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts, bypass_csp=scripts
    )
    page = context.new_page()
    page.errors, page.asked = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("dialog", lambda dialog: page.errors.append(f"dialog {dialog.message}"))
    page.on("request", lambda request: page.asked.append(request.url))
    if name.startswith("operator"):
        page.goto(f"{site.url}/operator")
        cookie = site.links.tokens.sign("operator", "operator", at=NOW)
        context.add_cookies([{"name": "operator", "value": cookie, "url": f"{site.url}/operator"}])
        page.goto(site.url + site.pages[name])
    else:
        page.goto(site.url + site.pages[name])
    return page


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1200, "light")])
def test_a_page_fits_loads_nothing_foreign_and_axe_finds_nothing_serious(browser, site, axe, name, width, scheme):
    page = opened(browser, site, name, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    assert page.errors == []
    assert {url for url in page.asked if not url.startswith(site.url)} == set()
    page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    grave = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]
             if one["impact"] in {"serious", "critical"}]  # fmt: skip
    assert grave == []
    page.context.close()


def test_a_reader_unsubscribes_and_returns_by_keyboard_without_scripts(browser, site):
    page = opened(browser, site, "leave", scripts=False)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Unsubscribe"
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert site.store.unsubscribed() == {"ada": {str(TARGET)}}
    page.get_by_role("button", name="Send me digests again").press("Enter")
    page.get_by_text("Welcome back").wait_for()
    assert site.store.unsubscribed() == {}


def test_a_reader_pauses_and_wakes_without_scripts(browser, site):
    page = opened(browser, site, "leave", scripts=False)
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("is paused: it comes again").wait_for()
    assert str(site.store.rests()["ada"].until) == "2026-12-05"
    page.get_by_role("button", name="Send me digests again").click()
    page.get_by_text("Welcome back").wait_for()
    assert site.store.rests() == {}


def test_a_vote_is_given_and_taken_back_without_scripts(browser, site):
    page = opened(browser, site, "vote", scripts=False)
    assert site.store.votes(["ada"]) == {}, "looking changes nothing"
    page.get_by_role("button", name="More like this").click()
    page.get_by_text("Noted").wait_for()
    assert [one.opinion for one in site.store.votes(["ada"])["ada"]] == ["more"]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back").wait_for()
    assert site.store.votes(["ada"]) == {}


def test_a_search_leads_to_a_paper_and_from_the_archive_to_an_edition(browser, site):
    page = opened(browser, site, "search", scripts=False)
    page.get_by_role("searchbox").fill("turning molecules")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Turning Molecules").click()
    page.get_by_role("heading", name="Abstract").wait_for()
    assert "why" not in page.content().lower(), "who was offered it is nobody else's business"
    page = opened(browser, site, "archive", scripts=False)
    page.get_by_role("link", name="20 November 2026").click()
    page.get_by_role("link", name="Turning Molecules").click()
    page.get_by_text("your keywords").wait_for()


def test_the_operator_logs_in_and_out(browser, site):
    page = opened(browser, site, "login", scripts=False)
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("not the password").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Sources").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Password").wait_for()
    assert "Sources" not in page.content()


def test_a_reader_tunes_by_keyboard_without_scripts_and_sees_it_in_the_preview_and_in_the_file(browser, site):
    page = opened(browser, site, "tuner", scripts=False)
    keywords = page.get_by_label("Keywords").first
    keywords.focus()
    keywords.press("Control+A")
    page.keyboard.type("dust")
    page.get_by_label("Name").first.focus()
    page.keyboard.press("Enter")  # the first button of a form is pressed: the preview
    page.get_by_role("cell", name="dust").wait_for()
    preview = page.locator("#preview").inner_text()
    assert "Equivariant graph study" not in preview
    assert "dust" not in (site.folder / "profiles" / "ada.toml").read_text(encoding="utf-8")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_role("status").wait_for()
    written = (site.folder / "profiles" / "ada.toml").read_text(encoding="utf-8")
    assert 'keywords = [\n    "dust"' in written or 'keywords = ["dust"' in written
    assert "# what I read" in written
    assert "# after the first coffee" in written


def test_a_fault_is_reached_from_the_summary_by_keyboard(browser, site):
    page = opened(browser, site, "tuner", scripts=False)
    page.get_by_label("When it comes").fill("whenever")
    page.get_by_role("button", name="Save").click()
    link = page.get_by_role("alert").get_by_role("link", name="When it comes")
    link.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("id") in {"schedule", "timezone"}
    assert page.locator(":target").get_attribute("id") == "schedule"


@pytest.mark.parametrize("width", [360, 1200])
def test_no_field_that_has_the_focus_is_hidden_by_the_buttons_below(browser, site, width):
    page = opened(browser, site, "tuner", width=width, scripts=False)
    for _ in range(30):
        page.keyboard.press("Tab")
        focused, bar = page.locator(":focus").bounding_box(), page.locator(".actions").bounding_box()
        inside = page.locator(":focus").evaluate("node => !!node.closest('.actions')")
        assert inside or focused["y"] + min(focused["height"], 24) <= bar["y"] + 1 or bar["y"] >= 800
