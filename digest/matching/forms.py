"""A title in the form in which titles are compared, and the arXiv id that a text names.

Case, accents, punctuation, spacing, hyphens and LaTeX mark-up are form; letters, digits, "+", a dot between
two digits carry meaning. A raised two is a two, and so is the word "squared".
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

LONGEST = 512
"""How many characters of a title are compared at most: rapidfuzz takes seconds on 200,000 (FAULTS 12)."""

_GREEK = {chr(n): unicodedata.name(chr(n)).split()[-1].lower().replace("lamda", "lambda") for n in range(0x3B1, 0x3CA)}
_SIGNS = {
    **_GREEK,
    "×": "x",
    "∞": "infty",
    "&": " and ",
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
}
_SIGN = re.compile("[" + "".join(_SIGNS) + "]")
_SAID = {"squared": "2", "cubed": "3"}
_STYLE = re.compile(
    r"\\?\b(?:text(?:bf|it|tt|sc|rm|sf|sl|up|md|normal|superscript|subscript)|math(?:bf|it|tt|rm|sf|cal|bb|frak|scr)|boldsymbol|operatorname)"
    r"\s*(?=\{)|\\(?:text|emph|mbox|bm|bf|it|tt|rm|sf|sc|em|left|right|ensuremath|protect|xspace)\b"
)
_ACCENT = re.compile(r"\\(?:[\"'`^~=.]\s*|[cvuHkrbdt]\s*(?=\{)|[cvuHkrbdt]\s)\{?\\?(\w)\}?")
_NAMED = re.compile(r"\\([a-zA-Z]+)")
_NAMES = {"times": "x", "varepsilon": "epsilon", "varphi": "phi", "to": " ", "rightarrow": " "}
_TORN = re.compile(r"(?<=[a-z]\d)\. (?=\d)")  # "V1. 5"
_PIECE = re.compile(r"[^\W_]+(?:\.(?=\d)(?<=\d\.)[^\W_]+)*|\+")


@lru_cache(maxsize=4096)
def _of_a_title(title: str) -> tuple[str, ...]:
    return words(title)


def normal_words(title: str) -> tuple[str, ...]:
    """Split *title* as `words` does; the last few thousand titles are remembered."""
    return _of_a_title(title) if len(title) <= LONGEST else words(title)


def words(title: str) -> tuple[str, ...]:
    """Split *title*, or a longer text, into the lower-case pieces that carry meaning; a "+" is a piece of its own."""
    if "\\" in title or "$" in title or "{" in title or "^" in title:
        title = _without_latex(title)
    if "&" in title:
        title = html.unescape(title)
    if not title.isascii():
        title = unicodedata.normalize("NFKD", title.casefold())
        title = "".join(c for c in title if not unicodedata.combining(c))
    title = _SIGN.sub(lambda m: _SIGNS[m[0]], title.casefold())
    if ". " in title:
        title = _TORN.sub(".", title)
    return tuple(_SAID.get(piece, piece) for piece in _PIECE.findall(title))


def _without_latex(title: str) -> str:
    title = _STYLE.sub("", title)
    title = _ACCENT.sub(r"\1", title)
    title = _NAMED.sub(lambda m: _NAMES.get(m[1], m[1]), title)
    return re.sub(r"[$\\{}^]", "", title)


def normal_title(title: str) -> str:
    """Return *title* without anything that is only form, without spaces; equal results are the same title.

    "" for a title without letters and digits, which equals no other. Never raises.
    """
    return "".join(normal_words(title))


_ID = (
    r"(?:(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})|(?P<old>[a-z]{2,}(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7}))"
    r"(?:v(?P<version>[1-9]\d{0,2}))?"
)
_WHOLE = re.compile(rf"\s*(?:arxiv\s*:\s*)?{_ID}\s*", re.IGNORECASE)
_WITHIN = re.compile(
    rf"(?:arxiv\.org/(?:abs|pdf|html|format|src|e-print)/|arxiv\s*:\s*|10\.48550/arxiv\.|huggingface\.co/papers/|hf\.co/papers/"
    rf"|(?:alphaxiv|ar5iv(?:\.labs\.arxiv)?)\.org/(?:abs|html|pdf)/){_ID}(?![\d])",
    re.IGNORECASE,
)


def arxiv_id(text: str) -> tuple[str, int | None] | None:
    """Return the arXiv id that *text* is, or names in a link or after "arXiv:", and its version if stated."""
    found = _WHOLE.fullmatch(text[:4096]) or _WITHIN.search(text[:4096])
    if not found:
        return None
    name = found["new"] or re.sub(r"\.[a-z]{2}(?=/)", "", found["old"].lower())
    return name, int(found["version"]) if found["version"] else None
