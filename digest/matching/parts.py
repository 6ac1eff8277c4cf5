"""A title taken apart, its words in the form in which rewritten titles are compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.matching.forms import LONGEST, normal_words

_SHORT_FORMS = {
    "ai": "artificial intelligence",
    "cot": "chain of thought",
    "llm": "large language model",
    "lm": "language model",
    "lmm": "large multimodal model",
    "lvlm": "large vision language model",
    "mllm": "multimodal large language model",
    "moe": "mixture of expert",
    "rag": "retrieval augmented generation",
    "rl": "reinforcement learning",
    "t2i": "text to image",
    "t2v": "text to video",
    "vla": "vision language action",
    "vlm": "vision language model",
}
_LANGUAGE_MODEL = ("language", "model")  # large or not
_SILENT = frozenset({"a", "an", "the", "s"})
_NAME_ENDS = re.compile(r":|\?\s|\s[-–—]+\s")
_TRAILING = re.compile(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])[\s.\"”]*$")
_LEADING = re.compile(r"^\s*(?:\[([^\[\]]*)\]|\(([^()]*)\))\s*")
_ADVERT = re.compile(r"^\s*\d+[.)]\s+|\s+\|\s.*$|\s*[-–—]?\s*read more on\b.*$|\s*,\s*20\d\d$", re.IGNORECASE)
_COLUMN, _COLUMNS = re.compile(r",(?![ \d])"), 4
"""A line of a table: no title has three commas without a space."""
_MEANT = re.compile(
    r"v?\d+(?:\.\d+)*|[ivx]+|re|(?:part|version|vol|volume|chapter)\b.*|.*\bedition", re.IGNORECASE
)  # in brackets, but no decoration: "[Re] Title" is another paper about Title


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart: its *words* in comparison form, and the *rest* of them after the first colon.

    In comparison form short forms are written out, plurals folded, articles dropped. *bare* is the words without what
    lists add to titles: a name in brackets, "[Paper]", further columns; the same as *words* where nothing was added.
    *name* holds the plain words before the colon, none where there is no colon; *plain* those of the whole title.
    *name* and *rest* leave out what was added.
    """

    words: tuple[str, ...]
    bare: tuple[str, ...]
    rest: tuple[str, ...]
    name: tuple[str, ...]
    plain: tuple[str, ...]

    @property
    def head(self) -> tuple[str, ...]:
        """The name in comparison form."""
        return self.bare[: len(self.bare) - len(self.rest)]


@lru_cache(maxsize=8192)
def taken_apart(title: str) -> Title:
    """Take *title* apart; what is longer than `LONGEST` is cut there."""
    title = title[:LONGEST]
    whole, bare = _compared(title), _undecorated(title)
    name, rest = _split(bare if normal_words(bare) else title)
    return Title(
        whole,
        whole if bare == title else _compared(bare) or whole,
        _compared(rest),
        normal_words(name) if name else (),
        normal_words(title),
    )


def _split(title: str) -> tuple[str, str]:
    found = _NAME_ENDS.search(title)
    name, rest = (title[: found.start()], title[found.end() :]) if found else ("", title)
    return (name, rest) if normal_words(name) and normal_words(rest) else ("", title)


def _compared(title: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in normal_words(title):
        if word not in _SILENT:
            found += _singular(word)
    if "large" not in found:
        return tuple(found)
    return tuple(
        word for at, word in enumerate(found) if word != "large" or tuple(found[at + 1 : at + 3]) != _LANGUAGE_MODEL
    )


@lru_cache(maxsize=32_768)
def _singular(word: str) -> Sequence[str]:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return _SHORT_FORMS[word].split() if word in _SHORT_FORMS else (word,)


def _undecorated(title: str) -> str:
    columns = _COLUMN.split(title)
    bare = _ADVERT.sub("", max(columns, key=len) if len(columns) >= _COLUMNS else title)
    for bracket in (_TRAILING, _LEADING):
        if (found := bracket.search(bare)) and not _MEANT.fullmatch((found[1] or found[2] or "").strip()):
            bare = bare[: found.start()] + bare[found.end() :]
    return bare
