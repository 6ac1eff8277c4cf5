"""Words of a text made comparable: what a term is, and how it is written in the paper.

A term is a stemmed word or a pair of neighbouring stemmed words ("lie group"). Stop words and
punctuation end a phrase, so no pair reaches across them.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A word may hold digits ("3d", "gpt4"); a hyphen, slash or underscore ends it. Each ideograph, kana or
# hangul syllable is a word of its own, so that languages without spaces have pairs of neighbours too.
WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{WIDE}]|[^\W_{WIDE}]+|[.,;:!?()\[\]{{}}\"“”|]")
_DEBRIS = re.compile(r"https?://\S+|\\[a-zA-Z]+|[$^]")
_TAIL = re.compile(r"-[^\W_]+")
_LONGEST = 24  # letters that a compound may add
_VOWEL = re.compile(r"[aeiouy]")

_STOP = """
a about above achieve achieved achieves across after again against al all almost also although always am among an
and any approach approaches are art as at available based be became because become becomes been before being below
between both but by can cannot code com could demonstrate demonstrated demonstrates did do does doing don down due
during each eg either else et etc even ever every existing few first for from further furthermore get gets github
given gives had has have having he hence her here herein him his how however http https i ie if in indeed into
introduce introduced introduces io is it its itself just last least less let like made mainly make makes many may me
method methods might mine more moreover most much must my namely neither new no nor not novel now of off often on
once one only onto or org other others our ours out outperform outperforming outperforms over own page paper papers
per perhaps present presented presents project propose proposed proposes rather re recent recently respectively
result results s same second see seen several she should show showed shown shows significant significantly since so
some state studies study such t than that the their theirs them themselves then there thereby therefore these they
this those though three through thus to together too toward towards two under until up upon us use used uses using
various very via vs was we well were what when where whereas whether which while who whom whose why will with within
without work works would www yet you your
"""
STOP_WORDS = frozenset(_STOP.split())


_SHORT = 4
_STEM = 7  # letters that are kept: measured best of 5…9 and of Porter's algorithm alone, on titles and on abstracts


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Fold a lower-case *word* to what its forms share: the plural and verb endings go, then all but seven letters.

    Words with digits, of other scripts or of three letters come back as they are.
    """
    if len(word) < _SHORT or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > _SHORT else word[:-1]
        word = word[:-1] if word.endswith(("sse", "xe", "che", "she")) else word
    for ending, rest in (("ization", "ize"), ("ational", "ate"), ("ing", ""), ("ed", "")):
        if word.endswith(ending):
            head = word[: -len(ending)] + rest
            return _tidied(head)[:_STEM] if len(head) > _SHORT - 2 and _VOWEL.search(head) else word[:_STEM]
    return _without_e(word)[:_STEM]


def _tidied(head: str) -> str:
    doubled = head[-1] == head[-2] and head[-1] not in "lsz"
    return head[:-1] if doubled else _without_e(head)


def _without_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > _SHORT else word


def words(text: str) -> list[str | None]:
    """The stems of *text* in order, None where a phrase ends (punctuation, a stop word, a bare number)."""
    return [stem(w) if _counts(w) else None for w in _TOKEN.findall(_DEBRIS.sub(" ", text).lower())]


def terms_of(text: str) -> list[str]:
    """Words and pairs of neighbours of *text*, with repeats: ["lie", "group", "lie group"]."""
    found: list[str] = []
    before: str | None = None
    for word in words(text):
        if word is not None:
            found.append(word)
            if before is not None:
                found.append(f"{before} {word}")
        before = word
    return found


def phrases(text: str) -> list[tuple[str, str]]:
    """Every term of *text* with the words as they stand there: [("lie", "Lie"), ("lie group", "Lie groups"), …].

    A word that is part of a compound shows all of it: "text-to-image".
    """
    blank = _DEBRIS.sub(lambda m: " " * len(m[0]), text)
    found: list[tuple[str, str]] = []
    before: tuple[str, int] | None = None
    for match in _TOKEN.finditer(blank):
        lower = match[0].lower()
        if not _counts(lower):
            before = None
            continue
        one = stem(lower)
        found.append((one, _compound(blank, match.start(), match.end())))
        if before is not None:
            found.append((f"{before[0]} {one}", _compound(blank, before[1], match.end())))
        before = (one, match.start())
    return found


def _compound(text: str, start: int, end: int) -> str:
    """The words at *start*…*end* with what hyphens join to them, unless that is very long."""
    first, last = start, end
    while first > 1 and text[first - 1] == "-" and text[first - 2].isalnum():
        first -= 2
        while first > 0 and text[first - 1].isalnum():
            first -= 1
    while (tail := _TAIL.match(text, last)) is not None:
        last = tail.end()
    if last - first > end - start + _LONGEST:
        first, last = start, end
    return " ".join(text[first:last].split())


@lru_cache(maxsize=200_000)
def _counts(word: str) -> bool:
    """Whether a lower-case token says what a text is about."""
    if word in STOP_WORDS or word.isdigit() or not word[0].isalnum():
        return False
    return len(word) > 1 or word > "\u3000"
