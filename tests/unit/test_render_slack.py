"""Slack takes every post, and nothing in a title can mention, format or link."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.links import Tokens
from digest.model import Digest, Post, Section, Target
from digest.render import Renderer, plain_post, slack
from digest.render.samples import SAMPLES
from tests.builders import a_pick
from tests.golden.digests import ADA, DAY, GOLDEN, HOSTILE, ORDINARY, QUIET_DAY, SMALL_DAY
from tests.slackd import fault_of

CHANNEL = Target("slack", "C0123456789")
DIGESTS = [*((digest, ADA) for digest in GOLDEN.values()), *SAMPLES]
LINK = re.compile(r"<(https?://[^<>|]+)\|([^<>]*)>")
GUARD = "\u200b"


def posts(digest: Digest) -> tuple[Post, ...]:
    return Renderer().message(digest, ADA, CHANNEL).posts


def texts(post: Post) -> list[tuple[str, str]]:
    """Each text of the blocks of *post*, as (kind of block, text)."""
    found = []
    for block in post.blocks:
        for holder in (block.get("text"), *block.get("elements", ())):
            if holder:
                found.append((block["type"], holder["text"]))
    return found


def many(count: int, title: str = "A title of which there are many ") -> Digest:
    picks = tuple(a_pick(f"{title}{n}", abstract="Sentences about ice and kites, " * 40) for n in range(count))
    return Digest("ada", DAY, (Section("All of it", picks[: count // 2]), Section("Rest", picks[count // 2 :])), picks)


def assert_slack_takes(post: Post) -> None:
    """The limits of the Web API, the undocumented total included."""
    assert 1 <= len(post.blocks) <= 50
    assert 0 < slack.size(post.text) <= 4_000
    for kind, text in texts(post):
        limit = {"header": 150, "section": 3_000, "context": 3_000}[kind]
        assert 1 <= slack.size(text) <= limit
        assert "\ud83d" not in text
    for block in post.blocks:
        assert len(block.get("elements", ())) <= 10
    assert len(json.dumps(list(post.blocks), ensure_ascii=False)) + len(post.text) <= 10_100
    json.dumps(list(post.blocks)).encode()


@pytest.mark.parametrize(
    "digest", [*GOLDEN.values(), *(d for d, _ in SAMPLES), many(60), many(200, "深度👩🏽‍🚀 " * 30)]
)
def test_fault_56_every_post_keeps_slacks_limits(digest):
    made = posts(digest)
    assert made
    for post in made:
        assert_slack_takes(post)


@pytest.mark.parametrize("digest", [*GOLDEN.values(), *(d for d, _ in SAMPLES), many(3), many(200, "深度👩🏽‍🚀 " * 30)])
def test_fault_56_with_the_app_each_paper_shown_in_full_has_buttons_within_slacks_limits(digest):
    made = Renderer(buttons=Tokens(("a-key-that-is-long-enough",))).message(digest, ADA, CHANNEL).posts
    buttons = 0
    for post in made:
        body = {"channel": CHANNEL.address, "text": post.text, "blocks": list(post.blocks)}
        assert fault_of(body) is None
        assert fault_of({**body, "blocks": list(slack.ordinary(post).blocks)}) is None
        assert len(json.dumps(body, ensure_ascii=False)) <= 10_300
        buttons += sum(block["type"] == "context_actions" for block in post.blocks)
    assert buttons == sum(bool(pick.change.paper.id) for pick in digest.picks)


def test_fault_55_no_title_mentions_formats_or_links():
    for post in posts(HOSTILE):
        for kind, text in [*texts(post), ("section", post.text)]:
            if kind == "header":
                continue
            rest = LINK.sub(lambda found: found[2], text)
            assert not re.search(r"[<>]", rest), "only our own links stand in angle brackets"
            assert not re.search(r"&(?!amp;|lt;|gt;)", rest)
            assert not re.search(rf"(?<!{GUARD})[~`]|[~`](?!{GUARD})", rest)
            assert ":tada:" not in rest


def test_fault_55_a_channel_mention_in_a_title_is_plain_text():
    shown = slack.mrkdwn("<!channel> <@U1> & *b* _i_ ~s~ `c` snake_case > q")
    assert shown.startswith("&lt;!channel&gt; &lt;@U1&gt; &amp; ")
    assert shown.endswith("snake_case &gt; q")
    for mark in "*~`":
        assert f"{GUARD}{mark}{GUARD}" in shown
    assert f"{GUARD}_{GUARD}i{GUARD}_{GUARD}" in shown


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=80))
def test_a_text_shown_in_slack_reads_as_it_was_written(text):
    shown = slack.mrkdwn(text)
    assert html.unescape(shown).replace(GUARD, "") == html.unescape(
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ).replace(GUARD, "")
    assert not set(shown) & set("<>")
    assert not shown.startswith("&gt;"), "Slack would show a quotation"


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_link_is_one_link_or_none(url, words):
    for address in (url, f"https://example.org/{url}"):
        shown = slack.link(address, words)
        assert LINK.fullmatch(shown) or not set(shown) & set("<>")


def test_a_link_keeps_its_query():
    assert slack.link("https://e.org/?a=1&b=|x", "A | B") == "<https://e.org/?a=1&amp;b=%7Cx|A | B>"


def test_the_parent_has_the_ranked_titles_and_the_thread_the_papers():
    parent, *thread = posts(ORDINARY)
    listed = " ".join(text for _, text in texts(parent))
    assert re.findall(r"(\d)\. ", listed) == ["1", "2", "3", "4", "5"]
    assert "Reasons, summaries and links are in the thread." in listed
    assert "We build layers whose answers turn" not in listed
    assert len(thread) == 5 + 1, "a post for each paper, one for what else there is"
    first = " ".join(text for _, text in texts(thread[0]))
    for part in (
        "*1. <https://arxiv.org/abs/2611.01234|Turning",
        "We build layers",
        "_Why: your keywords",
        "|Code on GitHub>",
    ):
        assert part in first
    assert "Also today" in texts(thread[-1])[0][1]


def test_three_papers_need_no_thread():
    (only,) = posts(SMALL_DAY)
    said = " ".join(text for _, text in texts(only))
    assert "We build layers whose answers turn" in said
    assert "thread" not in said


def test_a_paper_without_a_link_is_linked_only_where_the_words_say_that_it_is_a_search():
    for post in posts(ORDINARY):
        for _, text in texts(post):
            for url, label in LINK.findall(text):
                assert ("arxiv.org/search" in url) == (label == "Search arXiv for this title")


def test_the_text_of_a_post_says_what_its_blocks_say():
    parent, first, *_ = posts(ORDINARY)
    assert parent.text.splitlines()[0] == "Paper Digest for Ada’s reading, 20 November 2026: 5 papers for you:"
    assert parent.text.splitlines()[1:3] == [
        "1. Turning Molecules: Networks that Respect Every Rotation",
        "2. Frames for Free: Averaging over SO(3) in 10³ Steps",
    ]
    assert first.text.startswith("1. Turning Molecules: Networks that Respect Every Rotation – We build layers")
    assert "Why: your keywords" in first.text


def test_an_empty_day_is_said_in_one_post():
    (only,) = posts(QUIET_DAY)
    assert "none fits your interests" in str(only.blocks)
    assert only.text == "Paper Digest for Ada’s reading, 20 November 2026: No papers for you today."


def test_what_a_parent_has_no_room_for_follows_and_is_announced():
    parent, following, *_ = posts(many(200))
    assert "Continued in the thread." in str(parent.blocks[-1])
    assert following.text == "Continued in the thread."


def test_fault_54_a_plain_post_says_what_the_blocks_said():
    for digest in (ORDINARY, HOSTILE, many(60)):
        for post in posts(digest):
            bare = plain_post(post)
            assert bare.blocks == ()
            assert 0 < slack.size(bare.text) <= 4_000
    bare = plain_post(posts(ORDINARY)[1])
    assert "<https://arxiv.org/abs/2611.01234|Turning Molecules" in bare.text
    assert "We build layers whose answers turn" in bare.text


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet=st.sampled_from("ab é👩🏽\u200d🚀🇩🇪🇫\u0301\ufe0f<>|&lt;深"), max_size=60), st.integers(2, 40))
def test_a_cut_never_splits_a_visible_character(text, limit):
    cut = slack.cut(text, limit)
    assert slack.size(cut) <= limit
    if cut == text:
        return
    kept = cut[:-1].rstrip()
    assert cut.endswith("…")
    assert text.startswith(kept)
    assert kept.rfind("<") <= kept.rfind(">"), "no link is left open"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("ab👩🏽‍🚀cd", 6, "ab…"),
        ("ab🇩🇪cd", 5, "ab…"),
        ("🇩🇪🇫🇷🇮🇹", 10, "🇩🇪🇫🇷…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("one &lt;two", 8, "one…"),
        ("see <https://e.org/|x> now", 12, "see…"),
        ("short", 5, "short"),
    ],
)
def test_a_cut_ends_before_what_would_break(text, limit, cut):
    assert slack.cut(text, limit) == cut


@pytest.mark.parametrize("source", ["", "{}", "[]", "[1]", '[{"text": "x"}]', '[{"text": 1, "blocks": []}]', "[{]"])
def test_a_template_that_yields_no_posts_is_refused(source):
    with pytest.raises(ValueError, match=r"Slack|JSON|Expecting"):
        slack.posts(source)


def test_fault_56_blocks_of_a_users_template_are_fitted_too():
    def mrkdwn(text):
        return {"type": "mrkdwn", "text": text}

    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "h" * 151}},
        {"type": "section", "text": mrkdwn("line of text\n" * 500)},
        {"type": "section", "text": mrkdwn("x" * 3_001)},
        {"type": "section", "text": mrkdwn("")},
        {"type": "context", "elements": [mrkdwn("e" * 4_000)] * 12},
        *({"type": "section", "text": mrkdwn(str(n))} for n in range(60)),
        {"type": "divider"},
    ]
    made = slack.posts(json.dumps([{"text": "t" * 50_000, "blocks": blocks}]))
    assert len(made) > 1
    assert "".join(text for post in made for _, text in texts(post)).count("line of text") == 500
    for post in made:
        assert len(post.blocks) <= 50
        assert slack.size(post.text) <= 4_000
        for kind, text in texts(post):
            assert 1 <= slack.size(text) <= {"header": 150, "section": 3_000, "context": 3_000}[kind]


def test_the_order_of_papers_is_that_of_the_digest():
    numbers = [re.match(r"\*(\d+)\.", texts(post)[0][1]) for post in posts(replace(ORDINARY, also=()))[1:]]
    assert [int(found[1]) for found in numbers] == [1, 2, 3, 4, 5]
