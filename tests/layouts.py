# ruff: noqa: E501  layouts are easier to read in one line
"""One list of papers in many layouts, as real tools write the page down. Each function: rows -> text.

A row: title, abstract, arxiv_id, upvotes, num_comments, num_authors, published ("2024-06-17"), authors.
`LAYOUTS` holds those that nobody described, each with the fields that it shows (whatever else a reader says of it
must be None); `KNOWN` those that a reader of their own takes.
"""

from __future__ import annotations

import csv
import html
import io
import json
import textwrap
from collections.abc import Callable
from datetime import date
from typing import Any

Row = dict[str, Any]
SITE = "https://huggingface.co"
ALL = ("title", "abstract", "arxiv_id", "upvotes", "num_comments", "num_authors", "published")


def day(row: Row, form: str = "%b {} %Y") -> str:
    when = date.fromisoformat(row["published"])
    return when.strftime(form).format(when.day)


def jina(rows: list[Row]) -> str:
    out = ["Title: Daily Papers - Hugging Face", "URL Source: https://huggingface.co/papers", "Markdown Content:"]
    out += [
        "Daily Papers - Hugging Face\n===============",
        f"[![Image 1: Hugging Face's logo]({SITE}/l.svg) Hugging Face]({SITE}/)",
    ]
    out += [
        f"*   [Models]({SITE}/models)\n*   [Datasets]({SITE}/datasets)\n*   [Log In]({SITE}/login)",
        "new",
        "# Daily Papers",
    ]
    out += [f"by[![Image 2]({SITE}/x.png)AK]({SITE}/akhaliq) and the research community", "Jun 18"]
    for row in rows:
        url = f"{SITE}/papers/{row['arxiv_id']}"
        out += [
            f"[![Image 4](https://cdn/{row['arxiv_id']}.png)]({url})",
            "Submitted by",
            "![Image 5](https://cdn/a.svg)somebody",
        ]
        out += [f"[](%s/login?next=%%2Fpapers%%2F{row['arxiv_id']})" % SITE, str(row["upvotes"])]
        out += [
            f"### [{row['title']}]({url})",
            row["abstract"],
            f"*   ![Image 6](https://cdn/a.svg)\n*   {row['num_authors']} authors",
        ]
        out += ["·", day(row, "%b {}"), f"[{row['num_comments']}]({url}#community)"]
    return "\n\n".join(out) + "\n"


def html2text(rows: list[Row]) -> str:
    out = [
        "[ ![Hugging Face's logo](/front/assets/logo.svg) Hugging Face ](/)",
        "  * [ Models ](/models)\n  * [ Datasets ](/datasets)",
    ]
    out += ["#  Daily Papers", "##  by ![](/p.png)[AK](/akhaliq) and the research community", "Jun 18"]
    for row in rows:
        to = f"/papers/{row['arxiv_id']}"
        out += [
            f"[ {row['upvotes']} ](/login?next=%2Fpapers%2F{row['arxiv_id']})",
            textwrap.fill(f"###  [ {row['title']} ]({to})", 78),
        ]
        out += [
            textwrap.fill(f"[ {row['abstract']} ]({to})", 78, break_long_words=False),
            f"[ * ![](/a.svg)\n  * {row['num_authors']} authors ]({to})",
        ]
        out += ["·", f"{day(row, '%b {}')} [ {row['num_comments']} ]({to}#community)"]
    return "\n\n".join(out) + "\n"


def lynx(rows: list[Row]) -> str:
    links = [f"{SITE}/", f"{SITE}/models", f"{SITE}/datasets"]
    out = [
        "   [1]Hugging Face",
        "     * [2]Models\n     * [3]Datasets",
        "Daily Papers",
        "   by AK and the research community",
        "   Jun 18",
    ]

    def mark(url: str) -> str:
        links.append(url)
        return f"[{len(links)}]"

    def wrapped(text: str) -> str:
        return textwrap.fill(
            text, 76, initial_indent="   ", subsequent_indent="   ", break_long_words=False, break_on_hyphens=False
        )

    for row in rows:
        url = f"{SITE}/papers/{row['arxiv_id']}"
        out += [
            f"   {mark(f'{SITE}/login?next=%2Fpapers%2F' + row['arxiv_id'])}{row['upvotes']}",
            wrapped(mark(url) + row["title"]),
        ]
        out += [
            wrapped(mark(url) + row["abstract"]),
            f"     * {mark(url)}{row['num_authors']} authors",
            f"   ·\n   {day(row, '%b {}')}",
        ]
        out += [f"   {mark(url + '#community')}{row['num_comments']}"]
    refs = "\n".join(f"   {number}. {url}" for number, url in enumerate(links, 1))
    return "\n\n".join([*out, "References\n\n   Visible links:", refs]) + "\n"


def w3m(rows: list[Row]) -> str:
    out = [
        "Hugging Face's logo Hugging Face",
        "  • Models\n  • Datasets",
        "Daily Papers",
        "by AK and the research community",
        "Jun 18",
    ]
    for row in rows:
        out += [str(row["upvotes"]), textwrap.fill(row["title"], 79, break_on_hyphens=False)]
        out += [
            textwrap.fill(row["abstract"], 79, break_on_hyphens=False, break_long_words=False),
            f"  • {row['num_authors']} authors\n·\n{day(row, '%b {}')}\n{row['num_comments']}",
        ]
    return "\n\n".join(out) + "\n"


def inner_text(rows: list[Row]) -> str:
    out = [
        "new",
        "Get trending papers in your email inbox!",
        "Daily Papers",
        "byAK and the research community",
        "Jun 18",
    ]
    for row in rows:
        out += [
            str(row["upvotes"]),
            row["title"],
            row["abstract"],
            f"{row['num_authors']} authors",
            "·",
            f"{day(row, '%b {}')}",
            str(row["num_comments"]),
        ]
    return "\n".join(out) + "\n"


def trafilatura(rows: list[Row]) -> str:
    out = []
    for row in rows:
        out += [f"- {row['upvotes']}", row["title"], row["abstract"], f"- {row['num_authors']} authors"]
    return "\n".join(out) + "\n"


def labelled(rows: list[Row]) -> str:
    return "\n\n".join(
        f"Title: {row['title']}\nAuthors: {', '.join(row['authors'])}\nPublished: {row['published']}\nUpvotes: {row['upvotes']}\n"
        f"Comments: {row['num_comments']}\nURL: {SITE}/papers/{row['arxiv_id']}\nAbstract: {row['abstract']}"
        for row in rows
    )


def labelled_wrapped(rows: list[Row]) -> str:
    return "\n\n".join(
        textwrap.fill(f"Title: {row['title']}", 90)
        + f"\nPublished: {day(row, '{} %B %Y')}\narXiv ID: {row['arxiv_id']}v2\n\n"
        + "Abstract:\n"
        + textwrap.fill(row["abstract"], 90, break_long_words=False)
        for row in rows
    )


def numbered(rows: list[Row]) -> str:
    out = ["# Daily Papers – June 18, 2024", ""]
    for place, row in enumerate(rows, 1):
        out += [
            f"{place}. **[{row['title']}](https://arxiv.org/abs/{row['arxiv_id']})** (▲ {row['upvotes']})",
            "",
            f"   {row['abstract']}",
            "",
        ]
    return "\n".join(out)


def numbered_plain(rows: list[Row]) -> str:
    return "\n\n".join(f"{place}. {row['title']}\n\n{row['abstract']}" for place, row in enumerate(rows, 1))


def headings(rows: list[Row]) -> str:
    out = ["# Hugging Face Daily Papers", "*2024-06-18*", "---"]
    for row in rows:
        out += [
            f"## {row['title']}",
            f"- **Authors:** {', '.join(row['authors'])}\n- **Upvotes:** {row['upvotes']}\n- **Comments:** {row['num_comments']}\n"
            f"- **Published:** {row['published']}\n- **arXiv:** [{row['arxiv_id']}](https://arxiv.org/abs/{row['arxiv_id']})",
            f"> {row['abstract']}",
            "---",
        ]
    return "\n\n".join(out)


def meta_line(rows: list[Row]) -> str:
    out = []
    for row in rows:
        out += [
            f"### {row['title']}",
            f"👍 {row['upvotes']} · 💬 {row['num_comments']} · {row['num_authors']} authors · {day(row, '%B {}, %Y')} · [arXiv](https://arxiv.org/abs/{row['arxiv_id']})",
            row["abstract"],
        ]
    return "\n\n".join(out)


def bold_same_line(rows: list[Row]) -> str:
    return "\n".join(f"- **{row['title']}**: {row['abstract']}" for row in rows)


def link_same_line(rows: list[Row]) -> str:
    return "\n".join(f"* [{row['title']}]({SITE}/papers/{row['arxiv_id']}) - {row['abstract']}" for row in rows)


def pipes(rows: list[Row]) -> str:
    out = ["| # | Title | Upvotes | Abstract |", "|---|:------|---:|---|"]
    out += [
        f"| {place} | [{row['title']}]({SITE}/papers/{row['arxiv_id']}) | {row['upvotes']} | {row['abstract'].replace('|', chr(92) + '|')} |"
        for place, row in enumerate(rows, 1)
    ]
    return "\n".join(out)


def comma(rows: list[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["arxiv_id", "title", "abstract", "authors", "published", "upvotes", "num_comments"])
    for row in rows:
        writer.writerow(
            [
                row["arxiv_id"],
                row["title"],
                row["abstract"],
                "; ".join(row["authors"]),
                row["published"],
                row["upvotes"],
                row["num_comments"],
            ]
        )
    return file.getvalue()


def tabs(rows: list[Row]) -> str:
    return "Title\tURL\tVotes\tSummary\n" + "".join(
        f"{row['title']}\t{SITE}/papers/{row['arxiv_id']}\t{row['upvotes']}\t{row['abstract']}\n" for row in rows
    )


def other_json(rows: list[Row]) -> str:
    return json.dumps({"date": "2024-06-18", "papers": [
        {"paper_id": row["arxiv_id"], "paper_title": row["title"], "abstract": row["abstract"], "authors": row["authors"],
         "votes": row["upvotes"], "comment_count": row["num_comments"], "published_date": row["published"]} for row in rows]})  # fmt: skip


def json_lines(rows: list[Row]) -> str:
    return "".join(
        json.dumps(
            {"id": row["arxiv_id"], "title": row["title"], "summary": row["abstract"], "upvotes": row["upvotes"]}
        )
        + "\n"
        for row in rows
    )


def rss(rows: list[Row]) -> str:
    items = "".join(
        f"<item><title>{html.escape(row['title'])}</title><link>{SITE}/papers/{row['arxiv_id']}</link>"
        f"<description>{html.escape(row['abstract'])}</description><pubDate>{day(row, '%a, %d %b %Y')} 00:00:00 GMT</pubDate></item>"
        for row in rows
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Daily Papers</title>{items}</channel></rss>'


def bare_html(rows: list[Row]) -> str:
    items = "".join(
        f"<li><a href='https://arxiv.org/abs/{row['arxiv_id']}'><b>{html.escape(row['title'])}</b></a> <span>{row['upvotes']} upvotes</span>"
        f"<p>{html.escape(row['abstract'])}</p></li>"
        for row in rows
    )
    return f"<!doctype html><html><head><title>My list</title><style>p{{}}</style></head><body><h1>Papers</h1><ul>{items}</ul></body></html>"


def quoted_reply(rows: list[Row]) -> str:
    return "\n".join(f"> {row['title']}\n>\n> {row['abstract']}\n>" for row in rows)


def setext(rows: list[Row]) -> str:
    return "\n\n".join(
        f"{row['title']}\n{'-' * len(row['title'])}\n\n{row['abstract']}\n\n<https://arxiv.org/abs/{row['arxiv_id']}>"
        for row in rows
    )


def authors_between(rows: list[Row]) -> str:
    return "\n\n".join(f"{row['title']}\n{', '.join(row['authors'])}\n\n{row['abstract']}" for row in rows)


def snapshot(rows: list[Row]) -> str:
    out = ["- main [ref=e2]:", '  - heading "Daily Papers" [level=1] [ref=e3]']
    for place, row in enumerate(rows):
        url = f"/papers/{row['arxiv_id']}"
        out += [
            f"  - article [ref=e{place}0]:",
            f'    - link "{row["upvotes"]}" [ref=e{place}1]:',
            f"      - /url: /login?next=%2Fpapers%2F{row['arxiv_id']}",
        ]
        out += [
            f"    - heading {json.dumps(row['title'], ensure_ascii=False)} [level=3] [ref=e{place}2]:",
            f"      - link {json.dumps(row['title'], ensure_ascii=False)} [ref=e{place}3]:",
            f"        - /url: {url}",
        ]
        out += [
            f"    - paragraph [ref=e{place}4]: {row['abstract']}",
            f'    - link "{row["num_authors"]} authors" [ref=e{place}5]:',
            f"      - /url: {url}",
        ]
    return "\n".join(out) + "\n"


def ranked(rows: list[Row]) -> str:
    out = ["# Trending Papers", ""]
    for place, row in enumerate(rows, 1):
        out += [
            f"## {place}. {row['title']}",
            "",
            f"**Upvotes**: {row['upvotes']} | **Comments**: {row['num_comments']} | **Published**: {row['published']}",
            "",
        ]
        out += [
            row["abstract"],
            "",
            f"[Paper](https://huggingface.co/papers/{row['arxiv_id']}) | [PDF](https://arxiv.org/pdf/{row['arxiv_id']}) | [arXiv](https://arxiv.org/abs/{row['arxiv_id']})",
            "",
        ]
    return "\n".join(out)


def address_below(rows: list[Row]) -> str:
    return "\n\n".join(
        f"{row['title']} ({row['upvotes']} upvotes)\n{SITE}/papers/{row['arxiv_id']}\n{row['abstract']}" for row in rows
    )


def reader_view(rows: list[Row]) -> str:
    out = ["Daily Papers", "by AK and the research community", "Jun 18, 2024"]
    for row in rows:
        out += [
            "Submitted by",
            "somebody",
            row["title"],
            row["abstract"],
            f"{row['num_authors']} authors",
            f"Published on {day(row, '%b {}, %Y')}",
            f"Upvote {row['upvotes']}",
        ]
    return "\n\n".join(out) + "\n"


def yaml_list(rows: list[Row]) -> str:
    return "".join(
        f"- title: {json.dumps(row['title'], ensure_ascii=False)}\n  arxiv_id: '{row['arxiv_id']}'\n  upvotes: {row['upvotes']}\n  published: {row['published']}\n"
        f"  abstract: >-\n{textwrap.fill(row['abstract'], 80, initial_indent='    ', subsequent_indent='    ', break_on_hyphens=False, break_long_words=False)}\n"
        for row in rows
    )


def html_table(rows: list[Row]) -> str:
    cells = "".join(
        f"<tr><td>{place}</td><td><a href='{SITE}/papers/{row['arxiv_id']}'>{html.escape(row['title'])}</a></td><td>{row['upvotes']} votes</td><td>{html.escape(row['abstract'])}</td></tr>"
        for place, row in enumerate(rows, 1)
    )
    return f"<html><body><table><tr><th>#</th><th>Title</th><th>Votes</th><th>Abstract</th></tr>{cells}</table></body></html>"


def pandoc(rows: list[Row]) -> str:
    out = ["::: {.container}", "# Daily Papers {.text-2xl}", "Jun 18"]
    for row in rows:
        to = f"/papers/{row['arxiv_id']}"
        out += [
            f"[{row['upvotes']}](/login?next=%2Fpapers%2F{row['arxiv_id']}){{.flex}}",
            f"### [{row['title']}]({to}){{.line-clamp-3}} {{.mb-1}}",
        ]
        out += [
            row["abstract"],
            f"[{row['num_authors']} authors]({to}){{.flex}}",
            f"[{row['num_comments']}]({to}#community){{.flex}}",
        ]
    return "\n\n".join([*out, ":::"]) + "\n"


def chat(rows: list[Row]) -> str:
    return "\n\n".join(
        f"*{row['title']}*\n_{', '.join(row['authors'])}_\n{row['abstract']}\n🔗 https://arxiv.org/abs/{row['arxiv_id']}  ⬆️ {row['upvotes']}"
        for row in rows
    )


LAYOUTS: dict[Callable[[list[Row]], str], tuple[str, ...]] = {
    jina: ALL,
    html2text: ALL,
    lynx: ALL,
    w3m: ("title", "abstract", "upvotes", "num_comments", "num_authors", "published"),
    inner_text: ("title", "abstract", "upvotes", "num_comments", "num_authors", "published"),
    trafilatura: ("title", "abstract", "upvotes", "num_authors"),
    labelled: (*ALL[:5], "published", "authors"),
    labelled_wrapped: ("title", "abstract", "arxiv_id", "published"),
    numbered: ("title", "abstract", "arxiv_id", "upvotes"),
    numbered_plain: ("title", "abstract"),
    headings: (*ALL[:5], "published", "authors"),
    meta_line: ALL,
    bold_same_line: ("title", "abstract"),
    link_same_line: ("title", "abstract", "arxiv_id"),
    pipes: ("title", "abstract", "arxiv_id", "upvotes"),
    comma: (*ALL[:5], "published", "authors"),
    tabs: ("title", "abstract", "arxiv_id", "upvotes"),
    other_json: (*ALL[:5], "published", "authors"),
    json_lines: ("title", "abstract", "arxiv_id", "upvotes"),
    rss: ("title", "abstract", "arxiv_id", "published"),
    bare_html: ("title", "abstract", "arxiv_id", "upvotes"),
    quoted_reply: ("title", "abstract"),
    setext: ("title", "abstract", "arxiv_id"),
    authors_between: ("title", "abstract", "authors"),
    ranked: (*ALL[:5], "published"),
    address_below: ("title", "abstract", "arxiv_id", "upvotes"),
    reader_view: ("title", "abstract", "num_authors", "published", "upvotes"),
    yaml_list: ("title", "abstract", "arxiv_id", "upvotes", "published"),
    html_table: ("title", "abstract", "arxiv_id", "upvotes"),
    pandoc: ALL[:6],
    chat: ("title", "abstract", "arxiv_id", "upvotes", "authors"),
    snapshot: ("title", "abstract", "arxiv_id", "upvotes", "num_authors"),
}


HEAD = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nbyAK and the research community\n\nJun 18\n\n"


def card(rows: list[Row]) -> str:
    return HEAD + "\n\n".join(
        f"{one['title']}\n\n{one['abstract']}\n\n  • {one['num_authors']} authors\n·\nJun {one['published'][-2:].lstrip('0')}, 2023 {one['num_comments']}"
        for one in rows
    )


def plain(rows: list[Row]) -> str:
    return HEAD + "\n\n".join(f"{one['title']}\n\n{one['abstract']}" for one in rows)


def glued(rows: list[Row]) -> str:
    head = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
    return head + "\n".join(f"{one['title']}\n{one['abstract']}" for one in rows)


def firecrawl(rows: list[Row]) -> str:
    return "# Daily Papers\n\nJun 18\n\n" + "\n\n".join(
        f"[{one['upvotes']}]({SITE}/login?next=%2Fpapers%2F{one['arxiv_id']})\n\n### [{one['title']}]({SITE}/papers/{one['arxiv_id']})\n\n"
        f"[{one['abstract']}]({SITE}/papers/{one['arxiv_id']})\n\n[- {one['num_authors']} authors]({SITE}/papers/{one['arxiv_id']})\n\n·\n\n"
        f"Jun 17[{one['num_comments']}]({SITE}/papers/{one['arxiv_id']}#community)"
        for one in rows
    )


def barelinks(rows: list[Row]) -> str:
    return "Daily Papers\n\nJun 18\n\n" + "\n\n".join(
        f" [-] {one['upvotes']}\n\n{SITE}/login?next=%2Fpapers%2F{one['arxiv_id']}\n\n{one['title']}\n\n{SITE}/papers/{one['arxiv_id']}\n\n"
        f"{one['abstract']}\n\n{SITE}/papers/{one['arxiv_id']}\n\n[\n\n{one['num_authors']} authors]({SITE}/papers/{one['arxiv_id']})\n\n·\n\n"
        f"Jun 17\n\n{one['num_comments']}\n\n{SITE}/papers/{one['arxiv_id']}#community"
        for one in rows
    )


def trending(rows: list[Row]) -> str:
    return "# Trending Papers\n\n" + "\n\n".join(
        f"### [{one['title']}]({SITE}/papers/{one['arxiv_id']})\n\n\n{one['abstract']}\n\n\n-\n\n- {one['num_authors']} authors\n\n"
        f"· Published on Jun 17, 2024\n\n\n[Upvote\n\n{one['upvotes']}]({SITE}/login?next=%2Fpapers%2F{one['arxiv_id']})\n\n"
        f"[GitHub 1.3k](https://github.com/x/y) [arXiv Page](https://arxiv.org/abs/{one['arxiv_id']})"
        for one in rows
    )


def api(rows: list[Row]) -> str:
    return json.dumps(
        [
            {
                "paper": {
                    "id": one["arxiv_id"],
                    "title": one["title"],
                    "summary": one["abstract"],
                    "upvotes": one["upvotes"],
                    "publishedAt": one["published"] + "T10:00:00.000Z",
                    "authors": [{"name": name, "hidden": False} for name in one["authors"]],
                },
                "numComments": one["num_comments"],
            }
            for one in rows
        ]
    )


def page(rows: list[Row]) -> str:
    props = html.escape(json.dumps({"dailyPapers": json.loads(api(rows)), "dateString": "2024-06-18"}))
    links = "".join(
        f'<article><h3><a href="/papers/{one["arxiv_id"]}">{one["title"]}</a></h3></article>' for one in rows
    )
    return f'<!doctype html><html><body><div data-target="DailyPapers" data-props="{props}">{links}</div></body></html>'


KNOWN: dict[str, Callable[[list[Row]], str]] = {
    one.__name__: one for one in (card, plain, glued, firecrawl, barelinks, trending, api, page)
}

TOPICS = (
    ("Steerable Filters for Molecules: A Second Look", "molecular energies", "steerable filters"),
    ("Why Do Small Models Forget?", "forgetting in small language models", "replay of old examples"),
    ("Olmo 3", "open language models", "a fully open recipe"),
    ("3D Scenes from a Single Photo", "scene reconstruction", "a depth prior"),
    ("On the $L_2$ Norm of Keys & Values (Revisited)", "the cache of attention", "the norm of keys"),
    ("GPT-4o vs. 1-bit Students [A Reproduction]", "distillation", "one-bit weights"),
    ("Éliminer le bruit: Denoising μ-Parametrised Nets", "denoising", "a rescaled update"),
    ("Learning to Rank, Fast and Slow - What Matters?", "ranking", "two clocks of learning"),
)
PEOPLE = ("Ada Lovelace", "Alan M. Turing", "Érik van den Berg", "Grace Hopper", "Li Na", "Kurt Gödel")


def some_rows(count: int = 8) -> list[Row]:
    """Made-up papers whose titles have the shapes that mislead readers."""
    rows = []
    for place in range(count):
        title, field, idea = TOPICS[place % len(TOPICS)]
        abstract = (
            f"Much of the recent progress in {field} rests on choices that nobody has tested in isolation. In this paper we ask"
            f" what remains once they are removed, and propose {idea} as the one that matters. We train {place + 3} models"
            f" of growing size on public datasets, (1) with and (2) without {idea}, and compare their performance on"
            f" {place + 2} benchmarks at equal cost: the gap is 12.{place}% on average. An analysis of the learned"
            " representations explains when the method fails. Code is at https://github.com/example/project."
        )
        rows.append(
            {
                "title": title if place < len(TOPICS) else f"{title} Part {place}",
                "abstract": abstract,
                "arxiv_id": f"2406.{11000 + place}",
                "upvotes": 40 - place,
                "num_comments": place + 1,
                "num_authors": 2 + place % 3,
                "published": f"2024-06-{10 + place % 7}",
                "authors": list(PEOPLE[: 2 + place % 3]),
            }
        )
    return rows
