"""Text made safe and comparable: every string that enters the house passes `clean` once, at the reader."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls (white space is folded separately), zero-width joiner and space, word joiner, BOM,
# soft hyphen, bidirectional marks, overrides and isolates, interlinear marks, lone surrogates, noncharacters.
# The zero-width non-joiner stays: Persian and several Indic scripts spell with it.
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """Return *text* in NFC on one line, without control, direction and other invisible characters.

    Idempotent. White space of every kind, U+2028 and U+2029 included, folds to single spaces.
    """
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub("", text)
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def shorten(text: str, limit: int) -> str:
    """Cut *text* to at most *limit* characters at the end of a sentence, else of a word, ending in "…" if cut.

    A sentence end is taken only when it keeps at least half of the room.
    """
    if len(text) <= limit:
        return text
    room = text[:limit]
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s)", room)]
    if ends and ends[-1] >= limit // 2:
        return room[: ends[-1]]
    head = text[: limit - 1]
    space = head.rfind(" ")
    head = head[:space] if space > limit // 2 else _whole_characters(text, limit - 1)
    return head.rstrip(" ,;:–—-") + "…"


def _whole_characters(text: str, limit: int) -> str:
    """The first at most *limit* code points of *text*, not split inside a character and its combining marks."""
    end = limit
    while end > 0 and end < len(text) and (unicodedata.combining(text[end]) or "\ufe00" <= text[end] <= "\ufe0f"):
        end -= 1
    return text[:end]


def without_login(url: str) -> str:
    """*url* without the user and password that may stand before its host."""
    return re.sub(r"(?<=://)[^/\s@]*@", "", url)


def plural(count: int, noun: str, plural_noun: str = "") -> str:
    """Say "1 paper", "2 papers", "1,204 papers"."""
    return f"{count:,} {noun if count == 1 else plural_noun or noun + 's'}"


_REFERENCE = re.compile(
    r"(?:arxiv:)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?|https?://\S+|(?:doi:)?10\.\d{4,9}/\S+",
    re.IGNORECASE,
)


def is_reference(text: str) -> bool:
    """Whether *text* only names a paper (an arXiv id, a link, a DOI) and so says nothing of what it is about."""
    return _REFERENCE.fullmatch(text.strip().replace("arXiv: ", "arXiv:")) is not None
