"""Web addresses that may stand in a message, and the words that say where they lead."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlsplit

from digest.model import Paper
from digest.render import wording
from digest.render.latex import readable
from digest.render.symbols import GREEK
from digest.text import clean

MAX_URL = 2_000
_PLACES = {
    "arxiv.org": "arXiv",
    "huggingface.co": "Hugging Face",
    "hf.co": "Hugging Face",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "openreview.net": "OpenReview",
    "doi.org": "doi.org",
    "aclanthology.org": "ACL Anthology",
}
_ARXIV = re.compile(r"(?:[a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?")
_SYMBOLS = frozenset(GREEK.values())
_QUERY_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class Link:
    """An http(s) address and the words that say where it leads."""

    url: str
    words: str


@lru_cache(maxsize=8192)
def safe_url(url: str | None) -> str:
    """Return *url* if it may be linked, else "": http or https, a host without user name, ≤ 2,000 characters.

    Characters outside ASCII, quotes and brackets come back percent-encoded, so the result stands
    unchanged in HTML attributes, in text and in Slack's ``<url|text>``.
    """
    url = clean(url or "")
    if not re.match(r"https?://", url, re.IGNORECASE) or re.search(r"[\s\\]", url):
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host) or "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    path = quote(parts.path, safe="/%:@!$&()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&()*+,;=~-._?") if parts.query else ""
    fragment = "#" + quote(parts.fragment, safe="/%:@!$&()*+,;=~-._?") if parts.fragment else ""
    whole = f"{parts.scheme.lower()}://{host}{port}{path}{query}{fragment}"
    return whole if len(whole) <= MAX_URL else ""


def place(url: str) -> str:
    """The name of the site that *url*, a safe one, leads to: "arXiv", "GitHub", "example.org"."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return _PLACES.get(host) or next((name for site, name in _PLACES.items() if host.endswith("." + site)), host)


def paper_link(paper: Paper) -> tuple[Link, bool]:
    """The link to *paper*, and whether it is the paper itself (not only a search for its title)."""
    url = safe_url(paper.url)
    if not url and paper.arxiv_id and _ARXIV.fullmatch(paper.arxiv_id):
        url = f"https://arxiv.org/abs/{paper.arxiv_id}"
    if url:
        return Link(url, wording.read_at(place(url))), True
    return Link(search_url(paper.title), wording.SEARCH), False


def search_url(title: str) -> str:
    """A search for *title* on arXiv.

    arXiv and not a general engine: the listings that show no link list arXiv papers, arXiv finds
    them on the day they appear, asks for no consent and does not follow the reader. Only the words
    are sent, since its search reads signs as operators, and none with symbols or powers, which it files otherwise.
    """
    found = re.findall(r"[^\W_]+", readable(title))
    words = " ".join(word for word in found if word not in _SYMBOLS and word == unicodedata.normalize("NFKC", word))
    if len(words) > _QUERY_CHARACTERS:
        words = words[:_QUERY_CHARACTERS].rsplit(" ", 1)[0]
    return f"https://arxiv.org/search/?query={quote_plus(words)}&searchtype=all"


def code_link(paper: Paper) -> Link | None:
    """The link to the code of *paper*, if it has one that may be linked."""
    url = safe_url(paper.code_url)
    return Link(url, wording.code_at(place(url), paper.stars)) if url else None
