"""What a mail must be to be read anywhere: structure, links, sizes, words. Points as in the guides of mail senders."""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from itertools import pairwise

import pytest
from selectolax.lexbor import LexborHTMLParser

from digest.compose import compose
from digest.model import Change, Digest, Pick, Reason, Section, Target
from digest.render import MAX_HTML, Renderer
from digest.render.samples import SAMPLES
from digest.render.size import encoded_size, larger_than
from digest.render.view import view
from tests.builders import a_digest, a_paper, a_pick, a_profile
from tests.golden.digests import ADA, DAY, GOLDEN, HOSTILE, ORDINARY, QUIET_DAY, SMALL_DAY

MAIL = Target("email", "ada@example.org")
DIGESTS = [*((digest, ADA) for digest in GOLDEN.values()), *SAMPLES]


def mail(digest: Digest, profile=ADA, **options):
    return Renderer(**options).message(digest, profile, MAIL)


def page_of(digest: Digest, profile=ADA) -> LexborHTMLParser:
    return LexborHTMLParser(mail(digest, profile).html)


def views(digest, profile):
    return view(digest, profile).picks


def words(node) -> str:
    return " ".join(node.text().split())


def many(count: int, *, also: int = 0) -> Digest:
    picks = tuple(
        a_pick(f"Paper {n} " + "ünïcode wörds " * 10, abstract="Ein längerer Satz über Eis. " * 20)
        for n in range(count + also)
    )
    return Digest("ada", DAY, (Section("All", picks[:count]),), also=picks[count:], considered=1000, left_out=7)


@pytest.mark.parametrize(("digest", "profile"), DIGESTS)
class TestEveryMail:
    def test_it_states_language_and_direction(self, digest, profile):
        page = page_of(digest, profile)
        for node in (page.css_first("html"), page.css_first("body")):
            assert (node.attributes["lang"], node.attributes["dir"]) == ("en", "ltr")

    def test_every_table_is_for_layout_and_says_so(self, digest, profile):
        html = mail(digest, profile).html
        assert html.count("<table") == html.count('<table role="presentation"') >= 2

    def test_it_is_at_most_600_pixels_wide_also_in_outlook(self, digest, profile):
        html = mail(digest, profile).html
        assert "max-width:600px" in html
        assert '<!--[if mso]><table role="presentation" width="600"' in html
        assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 2

    def test_both_palettes_are_declared_and_the_dark_rules_are_there(self, digest, profile):
        page = page_of(digest, profile)
        metas = {m.attributes.get("name"): m.attributes.get("content") for m in page.css("meta")}
        assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
        assert "prefers-color-scheme:dark" in page.css_first("style").text()
        assert len(page.css_first("style").text()) < 16_000, "Gmail drops a longer style sheet"

    def test_nothing_is_loaded_and_nothing_runs(self, digest, profile):
        page = page_of(digest, profile)
        assert page.css("script, img, link, iframe, object, embed, form, svg, video, base") == []
        assert not re.search(r"@import|url\(|@font-face|display:\s*flex|expression\(", mail(digest, profile).html)
        assert not [a for n in page.css("*") for a in n.attributes if a.startswith("on")]

    def test_only_http_links_stand_in_it(self, digest, profile):
        links = [a.attributes["href"] for a in page_of(digest, profile).css("a")]
        assert all(link.startswith(("https://", "http://")) for link in links)

    def test_every_link_says_where_it_goes(self, digest, profile):
        for a in page_of(digest, profile).css("a"):
            assert len(words(a)) >= 8 or a.parent.tag in {"h2", "h3"}
            assert words(a).lower() not in {"pdf", "here", "link", "read", "more"}
            if "arxiv.org/search" in a.attributes["href"]:
                assert "Search arXiv for this title" in f"{words(a)} {a.attributes.get('title')}"

    def test_one_heading_per_paper_in_the_order_of_rank(self, digest, profile):
        page = page_of(digest, profile)
        assert len(page.css("h1")) == 1
        titles = [words(h.css_first("a")) for h in page.css("h2, h3") if h.css("a")]
        assert titles == [p.paper.title for p in views(digest, profile)]
        numbers = [int(re.match(r"(\d+)\.", words(h))[1]) for h in page.css("h2, h3") if h.css("a")]
        assert numbers == list(range(1, len(titles) + 1))

    def test_no_heading_level_is_left_out(self, digest, profile):
        levels = [int(h.tag[1]) for h in page_of(digest, profile).css("h1, h2, h3, h4")]
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))

    def test_the_preheader_adds_to_the_subject_and_a_spacer_follows(self, digest, profile):
        message = mail(digest, profile)
        hidden = LexborHTMLParser(message.html).css_first("body > div")
        assert "display:none" in hidden.attributes["style"]
        preheader = hidden.text().split("\u034f")[0].strip()
        assert 40 <= len(preheader) <= 110
        assert preheader not in message.subject
        assert hidden.text().count("\u034f") >= 50

    def test_the_subject_is_short_and_plain(self, digest, profile):
        subject = mail(digest, profile).subject
        assert 0 < len(subject) <= 70
        assert subject.isprintable()
        assert "=?" not in subject

    def test_it_ends_with_why_when_and_how_to_stop(self, digest, profile):
        message = mail(digest, profile)
        for part in (words(LexborHTMLParser(message.html).body), " ".join(message.text.split())):
            assert "You get this because the profile" in part
            assert "on weekdays at 08:30 (Europe/Berlin)" in part
            assert "To change or stop it" in part
            assert profile.name in part

    def test_it_is_small(self, digest, profile):
        assert encoded_size(mail(digest, profile).html) < 40_000

    def test_it_is_the_same_twice(self, digest, profile):
        assert mail(digest, profile) == mail(digest, profile)


# ---------------------------------------------------------------- what stands in it


def test_the_subject_has_the_count_and_the_best_title():
    assert mail(ORDINARY).subject == "5 papers: Turning Molecules: Networks that Respect Every Rotation"
    assert mail(SMALL_DAY).subject.startswith("3 papers: ")
    assert mail(a_digest("Only One")).subject == "1 paper: Only One"


def test_subjects_differ_from_day_to_day_even_when_nothing_is_shown():
    other = replace(QUIET_DAY, date=DAY.replace(day=19))
    assert mail(QUIET_DAY).subject != mail(other).subject


def test_fault_40_a_title_cannot_smuggle_a_header():
    digest = a_digest("Nice =?utf-8?q?a=0D=0ABcc:_evil@example.org?=\r\nBcc: evil@example.org\x85X: y\u2028Z: z")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = mail(digest).subject
    assert "\n" not in mail(digest).subject
    assert "=?" not in mail(digest).subject
    assert not re.search(rb"(?m)^(Bcc|X|Z):", message.as_bytes())


def test_fault_13_what_cannot_be_seen_or_sent_is_gone_from_every_part():
    message = Renderer().message(HOSTILE, ADA, Target("folder", "ada"))
    everything = message.subject + message.html + message.text + str(message.posts)
    for bad in ("\x00", "\u2028", "\u202e", "\ufeff", "\r"):
        assert bad not in everything.replace("\\u200b", "")
    everything.encode()


def test_a_paper_shows_all_that_is_known_of_it():
    first = words(page_of(ORDINARY).css_first("h3").parent)
    for part in (
        "Turning Molecules: Networks that Respect Every Rotation",
        "Mara Lindqvist, Tomás Ortega, Wei Zhang and 2 more",
        "Polar Institute · 18 November 2026 · arXiv · 48 upvotes, 3 comments",
        "Why: your keywords “rotation” and “equivariant”; resembles “Lie Group Decompositions",
        "We build layers whose answers turn with their input",
        "Read on arXiv",
        "Code on GitHub",
    ):
        assert part in first


def test_what_is_not_known_of_a_paper_leaves_no_trace():
    text = mail(Digest("ada", DAY, (Section("", (Pick(Change(a_paper("Bare", abstract=None), "new"), 0.9),)),))).text
    assert "None" not in text
    assert "author" not in text
    assert "0 upvotes" not in text
    assert "Why" not in text


def test_a_summary_is_cut_at_a_sentence_or_a_word():
    digest = a_digest("T")
    paper = a_paper(
        "T", abstract="First sentence stands here and is long enough to matter a bit more. " + "wordy " * 200
    )
    digest = replace(digest, sections=(Section("", (Pick(Change(paper, "new"), 0.9),)),))
    (view,) = views(digest, ADA)
    assert len(view.paper.summary) <= 300
    assert view.paper.summary.endswith(("more.", "wordy…"))


def test_an_update_says_that_it_is_one_and_what_changed():
    paper = a_paper("Known")
    changes = (
        (Change(paper, "updated", "code", ("code_url",)), "Updated: code is out now"),
        (Change(paper, "updated", "surge", ("upvotes",)), "Updated: taking off, many readers found it since"),
        (Change(paper, "updated", "text", ("title", "abstract")), "Updated: title and abstract revised"),
    )
    for change, said in changes:
        digest = Digest("ada", DAY, (Section("", (Pick(change, 0.9),)),), considered=1)
        message = Renderer().message(digest, ADA, Target("folder", "ada"))
        assert said in message.html
        assert said in message.text
        assert said in str(message.posts)
        assert "1 updated paper for you" in message.html


def test_an_update_that_is_only_named_is_marked_too():
    digest = Digest("ada", DAY, (), (Pick(Change(a_paper("Known"), "updated", "code", ("code_url",)), 0.6),))
    message = Renderer().message(digest, ADA, Target("folder", "ada"))
    for part in (message.html, message.text, str(message.posts)):
        assert "Updated: code is out now" in part


def test_reasons_of_every_kind_are_said_in_words():
    kinds = {
        "words": "mentions “x”",
        "keywords": "your keyword “x”",
        "like": "resembles “x”, which you like",
        "author": "by x, whom you follow",
        "organisation": "from x",
        "popular": "many readers recommend it (x)",
        "update": "x",
        "surprise": "something different",
    }
    for kind, said in kinds.items():
        pick = Pick(Change(a_paper("T"), "new"), 0.9, "", (Reason(kind, ("x",)),))
        assert said in mail(Digest("ada", DAY, (Section("", (pick,)),))).text
        mail(Digest("ada", DAY, (Section("", (replace(pick, reasons=(Reason(kind),)),)),)))


def test_a_liked_paper_does_not_resemble_itself():
    pick = Pick(Change(a_paper("Mine"), "new"), 0.9, "", (Reason("like", ("mine",)), Reason("words", ("x",))))
    text = mail(Digest("ada", DAY, (Section("", (pick,)),))).text
    assert "Why: it is among the papers you like; mentions “x”." in text


def test_what_was_considered_and_left_out_is_said_in_words():
    assert "Chosen from 146 papers that came in. 2 more fit and are named at the end; 139 were left out." in " ".join(
        mail(ORDINARY).text.split()
    )
    assert "12 papers came in, and none fits your interests well enough." in mail(QUIET_DAY).text
    assert "Nothing new came in since your last digest." in mail(Digest("ada", DAY)).text


def test_the_digest_of_compose_is_what_is_shown():
    digest = compose(a_profile(limit=2), DAY, [a_pick(t, s) for t, s in (("A a", 0.9), ("B b", 0.8), ("C c", 0.7))], 9)
    assert "Chosen from 9 papers that came in. 1 more fits and is named at the end; 6 were left out." in " ".join(
        mail(digest, a_profile()).text.split()
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("daily 07:05", "every day at 07:05 (Asia/Tokyo)"),
        ("weekdays 8:30", "on weekdays at 08:30"),
        ("mon,thu 18:00", "on Monday and Thursday at 18:00"),
        ("30 8 * * 1-5", "on the schedule “30 8 * * 1-5”"),
        ("nonsense 08:00", "on the schedule “nonsense 08:00”"),
    ],
)
def test_the_schedule_is_said_in_words(rule, said):
    assert said in " ".join(mail(ORDINARY, a_profile(schedule=rule, timezone="Asia/Tokyo")).text.split())


def test_right_to_left_titles_find_their_own_direction():
    for node in page_of(HOSTILE).css("h3"):
        assert node.attributes["dir"] == "auto"


# ---------------------------------------------------------------- size


def test_fault_44_a_mail_too_large_says_what_it_left_out_and_keeps_its_footer():
    for digest in (many(60), many(200, also=15), many(1, also=600)):
        message = mail(digest)
        assert MAX_HTML * 0.5 < encoded_size(message.html) <= 90_000
        assert "To change or stop it" in message.html
        dropped = re.search(r"([\d,]+) more papers did not fit into this mail\.", message.html)
        named = len(LexborHTMLParser(message.html).css("td h3, td a[dir=auto]"))
        total = len(digest.picks) + len(digest.also)
        assert named + (int(dropped[1].replace(",", "")) if dropped else 0) == total
        assert not dropped or dropped[0] in message.text
        shown = len(LexborHTMLParser(message.html).css("td h3"))
        assert message.subject.startswith(f"{shown} paper")
        assert words(LexborHTMLParser(message.html).css_first("h1")).startswith(f"{shown} paper")


def test_papers_lose_their_summary_before_they_are_left_out():
    message = mail(many(60))
    assert "did not fit" not in message.html
    assert len(LexborHTMLParser(message.html).css("td a[dir=auto]")) > 10


def test_one_paper_never_makes_a_mail_too_large():
    digest = a_digest("T" * 100_000)
    assert encoded_size(mail(digest).html) < 20_000


@pytest.mark.parametrize("text", ["", "a = b\n" * 50, "深度" * 500, "é" * 333, "x" * 76 + "=\n"])
def test_the_encoded_size_is_that_of_the_shorter_encoding(text):
    raw = text.encode().replace(b"\n", b"\r\n")
    sizes = len(base64.encodebytes(raw).replace(b"\n", b"\r\n")), len(quopri.encodestring(raw))
    assert abs(encoded_size(text) - min(sizes)) <= 4
    for limit in (0, encoded_size(text) - 1, encoded_size(text), encoded_size(text) + 1, 10_000):
        assert larger_than(text, limit) is (encoded_size(text) > limit)


# ---------------------------------------------------------------- targets


def test_each_target_gets_its_own_parts():
    renderer = Renderer()
    email, slack, folder = (renderer.message(ORDINARY, ADA, target) for target in ADA.deliver)
    assert email.html
    assert email.text
    assert not email.posts
    assert slack.posts
    assert not slack.html
    assert (folder.html, folder.text, folder.posts) == (email.html, email.text, slack.posts)
    assert email.key == "ada/2026-11-20/email:ada@example.org"
    assert email.subject == slack.subject == folder.subject
