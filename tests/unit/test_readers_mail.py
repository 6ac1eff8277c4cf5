"""The mail, point by point, as a list of points for readers has them: samples, hostile papers and the real dumps.

The names carry the points: 1 text part, 2 language, 3 tables, 4 pictures, 5 size, 6 preheader, 7 subject, 8 width,
9 contrast (with a browser: tests/browser/test_mail_look.py), 10 palettes, 11 inline style, 12 escaping, 13 headings,
14 a paper, 15 links, 16 feedback (its pages: tests/faults/test_pages.py), 17 way out (its signature:
tests/unit/test_dkim.py), 18 footer, 19 odd days, 20 headers. Slack's points: tests/unit/test_render_slack.py and
tests/contract/test_channel_slack.py; those of pages: tests/browser/test_pages.py.
"""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest import sources
from digest.links import Links, Tokens
from digest.model import Change, Digest, Pick, Reason, Section, Target
from digest.render import Renderer, wording, wording_notes
from digest.render.mime import mime
from digest.render.samples import SAMPLES
from digest.render.size import encoded_size
from tests.golden.digests import ADA, DAY, GOLDEN
from tests.unit.test_render_mail import words

MAIL = Target("email", "ada@example.org")
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
TOKENS = Tokens(("a key of the tests, long enough",))
LINKS = Links("https://digest.example.org", TOKENS)
DIGESTS = [*((digest, ADA) for digest in GOLDEN.values()), *SAMPLES]
SEEDS = ("000", "001", "002", "003", "004")


def real(number: str) -> Digest:
    """The first ten papers of a real dump as an ordinary day."""
    seeds = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
    (path,) = seeds.glob(f"{number}_*.txt")
    papers = [
        replace(s.paper, id=f"r{n}") for n, s in enumerate(sources.read(sources.load(str(path), NOW), NOW).sightings)
    ]
    picks = tuple(Pick(Change(paper, "new"), 0.9, "", (Reason("words", ("model",)),)) for paper in papers[:15])
    return Digest("ada", DAY, (Section("Learning", picks[:10]),), also=picks[10:], considered=len(papers), left_out=2)


@pytest.fixture(
    scope="module",
    params=[*range(len(DIGESTS)), *(pytest.param(number, marks=pytest.mark.shared) for number in SEEDS)],
)
def sent(request):
    digest, profile = (real(request.param), ADA) if isinstance(request.param, str) else DIGESTS[request.param]
    message = Renderer(links=LINKS, unsubscribe="leave@example.org").message(digest, profile, MAIL)
    raw = mime(message, sender="Paper Digest <digest@example.org>", sent_at=NOW)
    return digest, message, email.message_from_bytes(raw, policy=policy.default), LexborHTMLParser(message.html)


def addresses(page: LexborHTMLParser) -> list[str]:
    return [str(a.attributes["href"]) for a in page.css("a")]


def paper_cells(page: LexborHTMLParser) -> list[LexborNode]:
    return [h.parent for h in page.css("h2, h3") if h.css("a") and h.parent is not None]


def test_point_1_the_text_part_is_first_and_has_every_link(sent):
    _, _, mail, page = sent
    assert isinstance(mail, EmailMessage)
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert (mail.get_content_type(), kinds) == ("multipart/alternative", ["text/plain", "text/html"])
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert [link for link in addresses(page) if f": {unescape(link)}\n" not in text] == []


def test_point_2_language_and_direction_stand_on_html_and_body(sent):
    for node in (sent[3].css_first("html"), sent[3].css_first("body")):
        assert (node.attributes["lang"], node.attributes["dir"]) == ("en", "ltr")


def test_point_3_every_table_is_for_layout_and_says_so(sent):
    assert {table.attributes.get("role") for table in sent[3].css("table")} == {"presentation"}


def test_point_4_no_picture_needs_to_be_loaded(sent):
    assert sent[3].css("img, svg, picture, video, object, embed") == []
    assert not re.search(r"data:|url\(", sent[1].html)


def test_point_5_it_is_far_below_what_mail_programs_cut(sent):
    assert encoded_size(sent[1].html) < 60_000


def test_point_6_the_preheader_adds_to_the_subject_and_a_spacer_follows(sent):
    hidden = sent[3].css_first("body > div").text()
    said = hidden.split("\u034f")[0].strip()
    assert 40 <= len(said) <= 110
    assert said not in sent[1].subject
    assert hidden.count("\u034f") >= 50


def test_point_7_the_subject_is_short_and_names_the_best(sent):
    digest, message, mail, page = sent
    assert 0 < len(message.subject) <= 70
    assert "".join(mail["Subject"].split()) == "".join(message.subject.split())
    if digest.picks:
        best = words(page.css_first("h2 a, h3 a"))
        assert message.subject.startswith(f"{len(digest.picks)} paper")
        assert message.subject.partition(": ")[2].rstrip("…")[:20] in best
    else:
        assert "November 2026" in message.subject


def test_point_8_it_is_600_pixels_wide_at_most_also_in_outlook(sent):
    assert "max-width:600px" in sent[1].html
    assert re.search(r'<!--\[if mso\]><table role="presentation" width="600"[^>]*table-layout:fixed', sent[1].html)


def test_point_10_both_palettes_are_declared_and_no_rule_of_the_dark_one_can_be_lost(sent):
    metas = {m.attributes.get("name"): m.attributes.get("content") for m in sent[3].css("meta")}
    assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
    (style,) = sent[3].css("style")
    dark = style.text().partition("prefers-color-scheme:dark")[2]
    rules = re.findall(r"([.\w,]+)\{([^}]*)\}", dark)
    assert len(rules) >= 8
    assert all("!important" in one for _, body in rules for one in body.split(";"))
    coloured = {c for node in sent[3].css("[style*=color]") for c in (node.attributes.get("class") or "?").split()}
    assert coloured - {"pad", "outer"} <= set(re.findall(r"[.](\w+)", dark)) | {"?"}


def test_point_11_styles_are_inline_and_nothing_runs(sent):
    html = sent[1].html
    assert sent[3].css("script, link, iframe, form, base, button, input") == []
    assert not re.search(r"@import|@font-face|display:\s*(flex|grid)|expression\(", html)
    assert [
        node.tag
        for node in sent[3].css("p, h1, h2, h3, td, a, li")
        if not node.attributes.get("style") and node.tag in {"p", "a"}
    ] == []


def test_point_12_no_paper_adds_markup(sent):
    expected = {"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "p", "h1", "h2"}
    assert {node.tag for node in sent[3].css("*")} <= expected | {"h3", "ol", "li", "a", "span"}
    assert all(link.startswith("https://") or link.startswith("http://") for link in addresses(sent[3]))


def test_point_13_one_heading_for_each_paper_in_the_order_of_rank(sent):
    digest, _, _, page = sent
    assert len(page.css("h1")) == 1
    levels = [int(h.tag[1]) for h in page.css("h1, h2, h3")]
    assert all(later <= before + 1 for before, later in pairwise(levels))
    numbers = [int(words(h).partition(".")[0]) for h in page.css("h2, h3") if h.css("a")]
    assert numbers == list(range(1, len(digest.picks) + 1))


def test_point_14_a_paper_has_all_that_is_known_of_it(sent):
    digest, _, _, page = sent
    for cell, pick in zip(paper_cells(page), digest.picks, strict=True):
        said, paper = words(cell), pick.change.paper
        assert "et al" not in said
        assert str(cell.css_first("h2 a, h3 a").attributes["href"]).startswith("http")
        if paper.published:
            assert wording.short_date(paper.published) in said.replace("\xa0", " ")
        if paper.upvotes:
            assert f"{paper.upvotes:,} upvote" in said.replace("\xa0", " ")
        if paper.code_url and paper.code_url.startswith("https://github.com"):
            assert "Code on GitHub" in said
        if pick.reasons:
            assert "Why: " in said
        for summary in cell.css("p.ink"):
            assert len(words(summary)) <= 300
            assert words(summary)[-1] in ".!?…)”\"'" or len(words(summary)) < 300


def test_point_15_a_link_says_where_it_goes(sent):
    for link in sent[3].css("a"):
        assert words(link).lower() not in {"pdf", "here", "link", "read", "more", "click here", "code", "arxiv"}
        assert len(words(link)) >= 7 or link.parent.tag in {"h2", "h3"}


def test_point_16_feedback_is_a_signed_link_to_a_form_and_to_nothing_else(sent):
    digest, _, _, page = sent
    votes = [link for link in addresses(page) if "/v/" in link]
    assert len(votes) == 3 * len([pick for pick in digest.picks if pick.change.paper.id])
    for link in votes:
        profile, day, paper, action = TOKENS.read("vote", link.rpartition("/")[2], NOW) or ("", "", "", "")
        assert (profile, day) == (digest.profile, digest.date.isoformat())
        assert paper in {pick.change.paper.id for pick in digest.picks}
        assert action in {"more", "less", "save"}


def test_point_17_the_way_out_is_in_the_header_for_one_click(sent):
    mail = sent[2]
    assert re.search(r"<https://digest\.example\.org/u/[^>]+>, <mailto:", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_point_18_the_footer_says_why_when_and_how_to_stop(sent):
    digest, _, _, page = sent
    said = words(page.body)
    for part in ("You get this because the profile", "It comes on weekdays at 08:30 (Europe/Berlin)."):
        assert part in said
    footer = {words(a): str(a.attributes["href"]) for a in page.css("td > p > a.link")}
    for way, kind in (("Unsubscribe", "u"), ("Read it in the browser", "e"), ("Past digests", "p")):
        assert any(way in said and f"/{kind}/" in link for said, link in footer.items()), way
    assert digest.profile


@pytest.mark.parametrize(
    ("digest", "said"),
    [
        (Digest("ada", DAY), "Nothing new came in since your last digest."),
        (Digest("ada", DAY, considered=7, left_out=7), "none fits your interests well enough"),
        (Digest("ada", DAY, notes=(wording_notes.late(date(2026, 11, 18)),)), "was due on Wednesday, 18 November 2026"),
        (Digest("ada", DAY, notes=(wording_notes.source_failing("arXiv", DAY),)), "“arXiv” could not be read since"),
    ],
)
def test_point_19_an_empty_late_or_partial_day_is_said_in_words(digest, said):
    message = Renderer().message(digest, ADA, MAIL)
    for part in (words(LexborHTMLParser(message.html).body), " ".join(message.text.split())):
        assert said in part


def test_point_20_headers_are_stable_and_nobody_is_watched(sent):
    digest, message, mail, page = sent
    again = mime(message, sender="Paper Digest <digest@example.org>", sent_at=NOW.replace(hour=9))
    assert mail["Message-ID"] == email.message_from_bytes(again, policy=policy.default)["Message-ID"]
    assert f"{digest.profile}.paper-digest" in mail["List-Id"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert page.css("img") == []
