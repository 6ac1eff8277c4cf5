# ruff: noqa: E501  layouts are easier to read in one line
"""The list in the forms that converters give the page: pandoc, html2text, resiliparse, wide text browsers.

`CONVERTED` holds them like `tests.layouts.LAYOUTS`, each with the fields that it shows.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable

from tests.layouts import ALL, SITE, Row, day

NO_ID = ("title", "abstract", "upvotes", "num_comments", "num_authors", "published")


def _wrapped(text: str, width: int = 72) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def pandoc_plain(rows: list[Row]) -> str:
    """Paragraphs are wrapped, headings are not; an image without words is a pair of brackets."""
    out = [
        "Hugging Face's logo Hugging Face",
        "-   Models\n-   Datasets",
        "Daily Papers",
        "by []AK and the research community",
    ]
    for row in rows:
        out += [
            "[]",
            "Submitted by",
            "[] someone",
            str(row["upvotes"]),
            row["title"],
            _wrapped(row["abstract"]),
            "-   []",
        ]
        out += [f"-   {row['num_authors']} authors", "·", f"{day(row, '%b {}')} [] {row['num_comments']}"]
    return "\n\n".join(out) + "\n"


def pandoc_gfm(rows: list[Row]) -> str:
    """Markdown between the tags that Markdown cannot say."""
    out = ['<div class="contents">', "# Daily Papers", f"-   [Models]({SITE}/models)\n-   [Datasets]({SITE}/datasets)"]
    for row in rows:
        url = f"{SITE}/papers/{row['arxiv_id']}"
        out += [
            '<div class="flex">',
            f'<a href="{url}" class="block"><img\nsrc="https://cdn/{row["arxiv_id"]}.png" /></a>',
        ]
        out += ['<div class="mb-1">', "Submitted by", "</div>", f"[![](https://cdn/a.jpeg) someone]({SITE}/someone)"]
        out += [
            f'<a href="{SITE}/login?next=%2Fpapers%2F{row["arxiv_id"]}"\nclass="self-start"></a>',
            '<div class="font">',
            str(row["upvotes"]),
            "</div>",
        ]
        out += [
            _wrapped(f'### <a href="{url}" class="line-clamp-3">{html.escape(row["title"])}</a>'),
            _wrapped(f"[{row['abstract']}]({url})"),
        ]
        out += [
            f'<a href="{url}" class="flex"></a>',
            f'-   <div class="text-xs">\n\n    {row["num_authors"]} authors\n\n    </div>',
            "·",
        ]
        out += [
            f'{day(row, "%b {}")} <a href="{url}#community"\nclass="ml-auto"><img src="data:image/svg+xml;base64,PHN2" />\n{row["num_comments"]}</a>',
            "</div>",
        ]
    return "\n\n".join([*out, "</div>"]) + "\n"


def pandoc_references(rows: list[Row]) -> str:
    """Attributes in braces, fences of colons, and the addresses at the end."""
    links: list[str] = []

    def to(url: str) -> str:
        links.append(url)
        return str(len(links))

    out = ["::::: contents", "# Daily Papers {.text-2xl}"]
    for row in rows:
        url = f"{SITE}/papers/{row['arxiv_id']}"
        title, abstract = (row[name].replace("'", "\\'").replace('"', '\\"') for name in ("title", "abstract"))
        out += ["::: font-semibold", str(row["upvotes"]), ":::", f"### [{title}][{to(url)}] {{#a-slug-of-it .mb-1}}"]
        out += [
            f"[{abstract}][{to(url)}]",
            f"-   ::: text-xs\n    {row['num_authors']} authors\n    :::",
            "::: ml-2\n·\n:::",
        ]
        out += [f"{day(row, '%b {}')} [{row['num_comments']}][{to(url + '#community')}]{{.ml-auto}}"]
    return "\n\n".join(out) + "\n:::::\n\n" + "\n".join(f"  [{n}]: {url}" for n, url in enumerate(links, 1)) + "\n"


def html2text_lists(rows: list[Row]) -> str:
    """Unwrapped, with links that begin and end on lines of their own around a list."""
    out = [f"[ ![Hugging Face's logo]({SITE}/l.svg) Hugging Face ]({SITE}/)", "# Daily Papers", "Jun 18"]
    for row in rows:
        url = f"{SITE}/papers/{row['arxiv_id']}"
        out += [
            f"[![](https://cdn/x.png)]({url})",
            "Submitted by",
            f"[![](https://cdn/a.jpeg) someone]({SITE}/someone)",
        ]
        out += [
            f"[{row['upvotes']}]({SITE}/login?next=%2Fpapers%2F{row['arxiv_id']})",
            f"### [{row['title']}]({url})",
            f"[{row['abstract']}]({url})",
        ]
        out += [
            f"[\n\n  * ![](https://cdn/b.jpeg)\n  * {row['num_authors']} authors\n\n]({url})",
            "·",
            f"{day(row, '%b {}')} [ {row['num_comments']}]({url}#community)",
        ]
    return "\n\n".join(out) + "\n"


def addresses_behind(rows: list[Row]) -> str:
    """Each address in brackets behind the words that it belongs to."""
    out = [
        f"Subscribe ({SITE}/login?next=%2Fpapers)",
        "",
        "Daily Papers",
        "",
        f"Trending Papers ({SITE}/papers/trending)",
    ]
    for row in rows:
        url = f"{SITE}/papers/{row['arxiv_id']}"
        out += [
            f" ({url})",
            "Submitted by",
            f" someone ({SITE}/someone)",
            str(row["upvotes"]),
            f" ({SITE}/login?next=%2Fpapers%2F{row['arxiv_id']})",
            "",
        ]
        out += [
            f"{row['title']} ({url})",
            "",
            f"{row['abstract']} ({url})",
            "",
            f"  • {row['num_authors']} authors",
            f" ({url})",
            "·",
        ]
        out += [f"{day(row, '%b {}')} {row['num_comments']} ({url}#community)"]
    return "\n".join(out) + "\n"


def wide_browser(rows: list[Row]) -> str:
    """A text browser that was told to be 400 columns wide: long paragraphs are cut all the same."""
    out = ["Daily Papers", "   by AK and the research community"]
    for row in rows:
        out += [
            f"   {row['upvotes']}",
            row["title"],
            textwrap.indent(_wrapped(row["abstract"], 400), "   ") + f"\n     *\n     * {row['num_authors']} authors",
        ]
        out += [f"   ·\n   {day(row, '%b {}')} {row['num_comments']}"]
    return "\n\n".join(out) + "\n"


CONVERTED: dict[Callable[[list[Row]], str], tuple[str, ...]] = {
    pandoc_plain: NO_ID,
    pandoc_gfm: ALL,
    pandoc_references: ALL,
    html2text_lists: ALL,
    addresses_behind: ALL,
    wide_browser: NO_ID,
}
