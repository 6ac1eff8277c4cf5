"""The mail as a browser shows it: nothing runs over, all can be read and tapped, nothing is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.model import Digest, Letter, Section, Target
from digest.render import Renderer
from digest.render.samples import SAMPLES
from tests.builders import a_pick
from tests.golden.digests import ADA, DAY, GOLDEN

pytestmark = pytest.mark.browser

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8").split("\n", 1)[1]
BEYOND = """width => [...document.querySelectorAll("*")]
    .filter(node => node.getBoundingClientRect().right > width + 0.5)
    .map(node => node.outerHTML.slice(0, 80))"""
LETTER = Letter(
    "Your link to change “Ada’s reading”",
    ("It changes what you get.", "It is good for a while.", "Not you? Do nothing."),
    "You get this because somebody asked for it.", "https://digest.example.org/t/token", "Change what I get",
)  # fmt: skip
TWO_LINES = "Titles of Ordinary Length Take Two Lines of a Phone"
TEN = Digest("ada", DAY, (Section("", tuple(a_pick(f"{n} {TWO_LINES}") for n in range(10))),), considered=90)
MAILS = {
    "letter": Renderer().letter(Digest("letter:1", GOLDEN["ordinary"].date, notes=LETTER.notes), ADA.deliver[0]).html,
    **{name: Renderer().message(digest, ADA, ADA.deliver[0]).html for name, digest in GOLDEN.items()},
    "ten": Renderer().message(TEN, ADA, ADA.deliver[0]).html,
    "week": Renderer().message(*SAMPLES[-2], Target("email", "a@example.org")).html,
    "sample": Renderer().message(*SAMPLES[0], Target("email", "a@example.org")).html,
}


@pytest.fixture(params=MAILS)
def html(request):
    return MAILS[request.param]


def open_page(browser, html, *, width=360, height=740, scheme="light"):
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: page.asked.append(f"dialog {dialog.message}"))
    page.set_content(html, wait_until="load")
    return page


def luminance(colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [c / 255 for c in colour[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def inverted(colour) -> list[float]:
    return [255 - channel for channel in colour[:3]]


@pytest.mark.parametrize("width", [320, 360, 700])
def test_nothing_runs_over_the_edge(browser, html, width):
    page = open_page(browser, html, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wider = page.evaluate(BEYOND, width)
    assert wider == []


def test_it_is_never_wider_than_600_pixels(browser, html):
    page = open_page(browser, html, width=1200)
    assert page.locator("table.page").bounding_box()["width"] == 600


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_both_palettes_and_inverted(browser, html, scheme):
    seen = open_page(browser, html, scheme=scheme).evaluate(f"({MEASURE})()")
    assert len(seen) > 5
    for text in seen:
        assert text["size"] >= 13, text
        assert contrast(text["colour"], text["ground"]) >= 4.5, text
        assert contrast(inverted(text["colour"]), inverted(text["ground"])) >= 4.5, text


def test_the_palettes_differ(browser):
    grounds = [
        open_page(browser, MAILS["ordinary"], scheme=scheme).evaluate(f"({MEASURE})()")[0]["ground"]
        for scheme in ("light", "dark")
    ]
    assert luminance(grounds[0]) > 0.8
    assert luminance(grounds[1]) < 0.05


def test_nothing_is_loaded_and_nothing_runs(browser, html):
    page = open_page(browser, html)
    page.wait_for_timeout(50)
    assert page.asked == []


def test_links_under_a_paper_are_large_enough_for_a_thumb(browser, html):
    page = open_page(browser, html)
    for link in page.locator("td a").all():
        box = link.bounding_box()
        inside_a_title = link.evaluate("a => ['H2', 'H3'].includes(a.parentElement.tagName)")
        assert box["height"] >= (20 if inside_a_title else 44), link.inner_text()


def test_one_screen_of_a_phone_shows_every_title_of_the_day(browser):
    page = open_page(browser, MAILS["ten"])
    last = page.locator("ol li").last.bounding_box()
    assert page.locator("ol li").count() == 10
    assert last["y"] + last["height"] <= 740


def test_the_preheader_is_not_seen(browser, html):
    page = open_page(browser, html)
    assert page.locator("body > div").first.bounding_box() is None
