"""Markdown as converters write it, made plain: links where they belong, no attributes, no tags, no empty brackets.

Pandoc keeps tags and attributes, html2text and Turndown may list addresses at the end, readability dumps put them in
brackets behind the words. What a reader of blocks needs is the same in all of them.
"""

from __future__ import annotations

import html
import re

_DEFINED = re.compile(
    r"^ {0,3}\[([^\[\]\n]{1,300})\]:[ \t]+<?([^\s<>]{1,2000})>?[ \t]*(?:\n[ \t]+)?(?:[\"'(][^\n]{0,300})?$", re.M
)
_REFERRED = re.compile(r"\](?:[ \n]?\[([^\[\]\n]{1,300})\])(?!\()")
_SHORTCUT = re.compile(r"^(#{1,6}[ \t]+)\[([^\[\]]{3,300})\](?![\[(:])", re.M)
_FENCE = re.compile(r"^[ \t>*-]*:{3,}[^\n]{0,300}$", re.M)
_ATTRIBUTES = re.compile(
    r"(?<=[\])}\w.?!*])[ \t]?\{(?:[#.][\w:-]+|[\w-]+=\"[^\"\n]{0,300}\")"
    r"(?:\s+[^{}\n]{1,300}|\n[ \t]*[#.][^{}\n]{1,300})?\}"
)
_TAGGED = re.compile(
    r"</?(?:a|b|br|button|code|div|em|h[1-6]|i|img|li|ol|p|section|span|strong|svg|time|ul)\b[^<>]{0,3000}>", re.I
)
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,2000}?\bhref=[\"']([^\"'<>\s]{1,2000})[\"'][^<>]{0,2000}>((?:(?!</?a\b).){0,4000}?)</a>", re.S | re.I
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|[-*+] {1,3}\S|\d+\. \S)|\]\((?:https?:/)?/|\]\[\d", re.M)
_EMPTY = re.compile(r"(?<![\w\])!])\[[ \t]?\](?![(\[:\w])")
_ALONE = re.compile(r"^[ \t]*\[[ \t]*\n(?=[ \t]*\n)|(?<=\n)[ \t]*\n[ \t]*\]\([^()\s]{1,2000}\)[ \t]*$", re.M)
_BEHIND = re.compile(r"^(.{0,5000}?)[ \t]?\((https?://[^()\s]{1,2000})\)[ \t]*$", re.M)
_BARE = re.compile(r"(?<![\\\w])'|(?<=\w)'s\b")
_QUOTED = re.compile(r"\\(['\"^$@<>])")
_FOREIGN = (
    ("][", re.compile(r"\[\[(?P<url>https?://[^\[\]\s]{1,2000})\]\[(?P<words>[^\[\]]{1,5000})\]\]")),  # Org
    ("|", re.compile(r"\[\[(?P<url>https?://[^\[\]\s|]{1,2000})\|(?P<words>[^\[\]|]{1,5000})\]\]")),  # DokuWiki
    ("|http", re.compile(r"\[(?P<words>[^\[\]|]{1,5000})\|(?P<url>https?://[^\[\]\s|]{1,2000})(?:\|[^\[\]]{0,99})?\]")),
    ("[http", re.compile(r"(?<!\[)\[(?P<url>https?://[^\[\]\s]{1,2000}) (?P<words>[^\[\]]{1,5000})\]")),  # MediaWiki
    ("]\n", re.compile(r"(?<![(<\w])(?:link:)?(?P<url>https?://[^\[\]\s()]{1,2000})\[(?P<words>[^\[\]]{1,5000})\]")),
    (">`_", re.compile(r"`(?P<words>[^`<>]{1,5000}?)\s+<(?P<url>https?://[^<>\s]{1,2000})>`__?")),  # reStructuredText
)
"""How other formats write a link: by what they are told and their shape; the third is Jira, the fifth AsciiDoc."""
_AT_END = re.compile(r"\((https?://[^()\s]{1,2000})\)[ \t]*$", re.M)
LEAST = 3
"""So many times a habit must show before it is one."""


def is_markdown(text: str) -> bool:
    """Whether *text*, which begins with a tag, is Markdown that kept some tags rather than HTML."""
    return len(_MARKDOWN.findall(text[:20_000])) >= LEAST


def tidied(text: str) -> str:
    """Return *text* with its lines where they were, as far as they still hold anything."""
    if ":::" in text or "{." in text or "{#" in text:
        text = _ATTRIBUTES.sub("", _FENCE.sub("", text))
    if "]:" in text:
        text = _with_links(text)
    if "](" not in text[:20_000] and text.count("http") >= LEAST:
        for mark, shape in _FOREIGN:
            if text.count(mark) >= LEAST:
                text = shape.sub(lambda found: f"[{' '.join(found['words'].split())}]({found['url']})", text)
    if "</" in text and len(_TAGGED.findall(text[:50_000])) >= LEAST:
        text = _without_tags(text)
    if "[]" in text or "[ ]" in text:
        text = _EMPTY.sub("", text)
    if "\n[\n" in text or "\n](" in text:
        text = _ALONE.sub("\n", text)
    return _links_before(text) if "](" not in text[:20_000] and "(http" in text else text


def escapes_quotes(text: str) -> bool:
    """Whether the writer of *text* leaves no apostrophe as it is."""
    return text.count("\\'") >= LEAST and _BARE.search(text) is None


def as_written(words: str) -> str:
    """Undo the escapes of such a writer; only in whole paragraphs, since lines were wrapped with them."""
    return _QUOTED.sub(r"\1", words)


def _with_links(text: str) -> str:
    """Put the addresses that are defined somewhere, each on a line of its own, to the words that refer to them."""
    defined = {name.casefold(): url for name, url in _DEFINED.findall(text)}
    if len(defined) < LEAST:
        return text

    def named(found: re.Match[str]) -> str:
        url = defined.get(found[1].casefold())
        return found[0] if url is None else f"]({url})"

    def alone(found: re.Match[str]) -> str:
        url = defined.get(" ".join(found[2].split()).casefold())
        return found[0] if url is None else f"{found[1]}[{found[2]}]({url})"

    return _SHORTCUT.sub(alone, _REFERRED.sub(named, _DEFINED.sub("", text)))


def _without_tags(text: str) -> str:
    """Turn anchors into links and take the other tags away."""

    def link(found: re.Match[str]) -> str:
        words = html.unescape(" ".join(_TAGGED.sub(" ", found[2]).split()))
        return f"[{words}]({found[1]})" if words else ""

    return _TAGGED.sub(" ", _ANCHOR.sub(link, text))


def _links_before(text: str) -> str:
    """Turn "words (address)" at the ends of lines into links, where that is how the text shows what leads to papers."""
    led = [url for url in _AT_END.findall(text) if "/papers/" in url or "arxiv.org/" in url]
    if len(led) < 2 * LEAST:
        return text
    return _BEHIND.sub(lambda found: f"[{found[1].strip()}]({found[2]})" if found[1].strip() else f"<{found[2]}>", text)
