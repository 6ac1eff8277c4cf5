"""Links that stand in an abstract: where the code, the data, the model or the project page of a paper is."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from digest.model import Paper
from digest.render import wording
from digest.render.addresses import Link, code_link, place, safe_url

MAX_FOUND = 3
"""More links than these beside the paper itself are no help."""
MAX_READ = 20_000

_URL = re.compile(
    r"(?:https?://|(?<![\w/.@-])(?:www\.)?(?:(?:github|gitlab)\.com/|huggingface\.co/|[\w-]{1,60}\.github\.io\b))"
    r"[^\s<>\"'`“”‘’|\[\]{}]{0,500}",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\(?=[_%#&~])")
_GLUED = re.compile(r"[.,;](?:Our|We|The|In|To|This|These|It|Code|Project|Data|Dataset|Models?|and)$")
_PAPERS = re.compile(r"(?:[\w.-]+\.)?(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org)")
_DATA = re.compile(r"(?:[\w.-]+\.)?(?:zenodo\.org|figshare\.com|kaggle\.com|osf\.io|physionet\.org|dataverse\.[\w.]+)")
_CODE = re.compile(r"(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|anonymous\.4open\.science|gitee\.com)")
_VIDEO = re.compile(r"(?:[\w.-]+\.)?(?:youtube\.com|youtu\.be|vimeo\.com|bilibili\.com)")
_PAGES = re.compile(r"[\w-]+\.(?:github|gitlab)\.io")
_TELLS_PAGE = re.compile(r"project|web ?(?:page|site)|home ?page|demo", re.IGNORECASE)


def paper_links(paper: Paper, own: Link) -> tuple[Link, ...]:
    """*own*, the link to the paper, then its code and its project's page, then those that its abstract names.

    At most three more than its own.

    No address stands twice, and no two links have the same words.
    """
    links = [own] + ([code] if (code := code_link(paper)) else [])
    page = safe_url(paper.project_url)
    pages = [Link(page, wording.found_at("page", place(page)))] if page else []
    for link in [*pages, *links_in(paper.abstract or "")]:
        taken = any(_same(link.url, known.url) or link.words == known.words for known in links)
        if not taken and len(links) <= MAX_FOUND:
            links.append(link)
    return tuple(links)


def links_in(text: str) -> list[Link]:
    """The http(s) links that *text* names, with what they lead to; other papers are left out.

    An address may be in braces, in LaTeX, in brackets, at the end of a sentence, or without its scheme.
    """
    text = text[:MAX_READ]
    if "http" not in text and "." not in text:
        return []
    found = []
    for match in _URL.finditer(text):
        url = safe_url(_trimmed(match[0]))
        words = _words(url, text[max(0, match.start() - 60) : match.start()]) if url else ""
        if words:
            found.append(Link(url, words))
    return found


def _trimmed(url: str) -> str:
    """*url* with its scheme and without what belongs to the sentence around it."""
    url = _GLUED.sub("", _ESCAPED.sub("", url))
    while url and (url[-1] in ".,;:!?*…\\$~" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url if url[:4].lower() == "http" else f"https://{url}"


def _words(url: str, before: str) -> str:
    """Where *url* leads, in words; "" for what is no link of the paper's own."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.strip("/")
    if "." not in host or _PAPERS.fullmatch(host):
        return ""
    kind = _kind(host, path, before)
    return wording.found_at(kind, place(url)) if kind else ""


def _kind(host: str, path: str, before: str) -> str:
    if host in {"huggingface.co", "hf.co"}:
        return _on_the_hub(path)
    if _CODE.fullmatch(host):
        return "code" if path else ""
    if _DATA.fullmatch(host):
        return "data"
    if _VIDEO.fullmatch(host):
        return "video"
    return "page" if _PAGES.fullmatch(host) or _TELLS_PAGE.search(before) else "more"


def _on_the_hub(path: str) -> str:
    kinds = {"datasets": "data", "spaces": "demo", "collections": "more", "papers": ""}
    first = path.partition("/")[0]
    return kinds.get(first, "model" if "/" in path else "more" if path else "")


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|\.git$|/$", "", url.lower())
