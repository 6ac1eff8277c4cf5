"""Style "page": the page's HTML. The JSON that it carries is read; without it, the elements that a person sees."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from digest.errors import DumpRefused
from digest.model import Listing, ShownDate
from digest.sources.api import listing_of
from digest.sources.jsontext import rows_of
from digest.sources.records import iso_day
from digest.sources.rows import Draft, Row
from digest.sources.shapes import arxiv_in, day_line
from digest.sources.tidying import is_markdown

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype html|html|head|body|main|div|section)\b",
    re.I | re.S,
)
_ROOTS = frozenset({"!doctype html", "html", "head", "body"})
_PAPER_LINK = re.compile(r"""href=["']?(?:https?://(?:www\.)?huggingface\.co)?/papers/\d{4}\.\d{4,5}""")
_PROPS = re.compile(r"""data-props=(?:"([^"]*)"|'([^']*)')""")
_DATE_STRING = re.compile(r'"(?:dateString|date)":\s*"(\d{4}-\d{2}-\d{2})')
_PLAIN_ENTITIES = (("&quot;", '"'), ("&#39;", "'"), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"))
_ENTITY = re.compile(r"&(?!amp;)[#\w]{1,32};")
_VISIBLE = frozenset({"title", "abstract", "num_authors", "published", "num_comments", "upvotes", "arxiv_id", "url"})
_AUTHORS = re.compile(r"(\d{1,5}) authors?\b")


def is_html(text: str) -> bool:
    """Whether *text* begins like an HTML file; Markdown may begin with a tag, too."""
    found = _HTML.match(text[:6000])
    return found is not None and (found[0].rsplit("<", 1)[-1].lower() in _ROOTS or not is_markdown(text))


def recognises(text: str) -> bool:
    """Whether *text* is HTML of a page that lists papers of this site."""
    return is_html(text) and ("DailyPapers" in text or _PAPER_LINK.search(text) is not None)


def check_closed(text: str, where: str) -> None:
    """Refuse HTML that was cut off: its root, or without one its last element, does not close."""
    tail = text[-2000:].rstrip().lower()
    while tail.endswith("-->"):
        tail = tail[: tail.rfind("<!--")].rstrip() if "<!--" in tail else tail[:-3]
    closed = tail.endswith("</html>") if re.search(r"<html\b", text[:6000], re.I) else tail.endswith(">")
    if not closed:
        raise DumpRefused(where, "cut off: the HTML does not close")


def read(text: str, where: str) -> Listing:
    """Read the rows that the page carries as JSON, else its articles. Refuses a page that does not close."""
    check_closed(text, where)
    for found in _PROPS.finditer(text):
        props = found[1] if found[1] is not None else found[2]
        if "apers" not in props or "title" not in props:
            continue
        listing = _carried(_unescaped(props), where)
        if listing is not None and listing.entries:
            return listing
    return _visible(text, where)


def _unescaped(props: str) -> str:
    """An attribute's value; the usual entities by plain replacement, which is ten times as fast."""
    if _ENTITY.search(props.replace("&quot;", "")) is not None:
        plain = props
        for entity, char in _PLAIN_ENTITIES:
            plain = plain.replace(entity, char)
        return html.unescape(props) if _ENTITY.search(plain) is not None else plain.replace("&amp;", "&")
    return props.replace("&quot;", '"').replace("&amp;", "&")


def _carried(props: str, where: str) -> Listing | None:
    """The listing in the JSON of the page, with the day that the page says it is of; None where there is none."""
    try:
        rows = rows_of(props, where)
    except DumpRefused:
        return None
    if not any(isinstance(row, Mapping) and _is_paper(row) for row in rows):
        return None
    listing = listing_of("page", rows, where)
    named = _DATE_STRING.search(props[-5000:]) or _DATE_STRING.search(props[:5000])
    day = iso_day(named[1]) if named else None
    if day is None:
        return listing
    header = ShownDate(day.month, day.day, day.year)
    return Listing("page", listing.entries, listing.rejects, header, listing.shows)


def _is_paper(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("paper"), Mapping) or ("title" in row and ("summary" in row or "abstract" in row))


def _visible(text: str, where: str) -> Listing:
    """The articles that a person sees on the page."""
    from selectolax.lexbor import LexborHTMLParser

    draft = Draft("page", where, _VISIBLE)
    tree = LexborHTMLParser(text)
    for number, article in enumerate(tree.css("article"), start=1):
        row = _row(article, number)
        if row is not None:
            draft.take(row)
    for node in tree.css("time, button, h2, span, div"):
        words = node.text(strip=True) if node.child is not None and node.css_first("*") is not None else ""
        day = day_line(words) if words else None
        if day is not None and day[1] is None and node.parent is not None and not _inside_article(node):
            draft.header = day[0]
            break
    return draft.listing()


def _inside_article(node: LexborNode) -> bool:
    parent: LexborNode | None = node
    while parent is not None:
        if parent.tag == "article":
            return True
        parent = parent.parent
    return False


def _row(article: LexborNode, number: int) -> Row | None:
    """One article: its linked heading, and what stands beside it."""
    link = next(
        (a for a in article.css("h1 a, h2 a, h3 a, h4 a") if "/papers/" in (a.attributes.get("href") or "")), None
    )
    if link is None:
        return None
    row = Row(link.text(), number, arxiv_id=arxiv_in(link.attributes.get("href") or ""))
    paragraphs = [text for p in article.css("p") if len(text := p.text()) > 100]
    row.abstract = paragraphs[:1]
    for node in article.css("a, time"):
        _beside(row, node)
    authors = _AUTHORS.search(article.text(separator=" "))
    row.num_authors = int(authors[1]) if authors else None
    return row


def _beside(row: Row, node: LexborNode) -> None:
    """Votes, comments, code and the day of one article, each by the address of its link."""
    href = node.attributes.get("href") or ""
    words = node.text(separator=" ").strip()
    if node.tag == "time":
        day = iso_day(node.attributes.get("datetime") or "")
        row.shown = ShownDate(day.month, day.day, day.year) if day else None
    elif "/login?next=" in href and words.isascii() and words.isdigit():
        row.upvotes = int(words[:9])
    elif href.endswith("#community") and words.isascii() and words.isdigit():
        row.num_comments = int(words[:9])
    elif href.startswith("https://github.com/"):
        row.code_url = href[:300]
