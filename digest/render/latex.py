r"""LaTeX made readable for people: "$10^{3}$" becomes "10³", "\textbf{fast}" becomes "fast".

Texts come in three kinds: with real LaTeX, as plain prose, and as pages show them that have dropped
the dollar signs and many backslashes ("360^circ", "mathcal{O}(n^2)"). Prose must survive: percent
signs, ampersands, prices, file_names, "~13%" and addresses are left as they are.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from digest.render.symbols import FORGOTTEN, GREEK, NAMED, SUBSCRIPTS, SUPERSCRIPTS
from digest.text import clean

MAX_CONVERTED = 5_000
"""Longer texts are shown as they are: no abstract has so many characters, and no input may cost much time."""

MAX_SMALL = 5
"""Longer powers and indices are easier to read at full size: "n^(1+o(1))"."""

_SUSPECT = re.compile(r"[\\$^{}~]|_|``")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.-])[\w.-]{1,100}\.(?:com|org|io|net|edu|ai|co|dev)/\S*", re.IGNORECASE
)
_MATH = re.compile(
    r"\\\((?P<round>[^\n]{1,300}?)\\\)|\\\[(?P<square>[^\n]{1,300}?)\\\]"
    r"|(?<![\\$])\$\$(?P<double>[^$\n]{1,300}?)\$\$"
    r"|(?<![\\$])\$(?=[^\s$])(?P<single>(?:\\.|[^$\n\\]){1,300}?)(?<=[^\s])\$(?![\d$])"
)
_PROSE = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,} |^\d[\d.,]*[a-z]? .*[A-Za-z]")
_BRACED = r"\{((?:[^{}]|\{[^{}]*\}){0,200})\}"
_COMMAND = re.compile(
    r"\\(?:[A-Za-z]+\*?(?:\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*"
    r"|[\"'`^~=.]\s*(?:\{\\?\w\}|\\?[A-Za-z])|[%&#_${}\\,;: !>@/-])"
)
_STYLE = re.compile(
    r"\\?(?<![A-Za-z])(?:text(?:bf|it|tt|sc|rm|sf)?|math(?:bf|cal|bb|rm|it|sf|frak|scr)|emph|boldsymbol"
    r"|operatorname|mbox|underline)\*?\s*" + _BRACED
)
_NAMES = "|".join(sorted((*GREEK, *NAMED), key=len, reverse=True))
_BARE_BASE = re.compile(rf"(?<![A-Za-z\\])({_NAMES})(?=[\^_])")
_BARE_SCRIPT = re.compile(rf"(?<=[\^_])\\?({_NAMES})(?![A-Za-z])")
_SCRIPT = re.compile(
    r"(?<=[\w)\]}|'’∞∇∂†ℓ])(?P<mark>[\^_])(?:\{(?P<group>[^{}]{1,40})\}|(?P<one>[+−-]?\d+|[\w*+°†∘∞])(?P<more>\w?))"
)
_TIMES = re.compile(r"\\?\btimes\b|(?<=\w)times(?=\s)")
_LONG_NAME = re.compile(r"[^\W\d_]{3}|[()]")
_TIE = re.compile(r"(?<=[A-Za-z.,)])~(?=[A-Za-z(\[])")
_BEFORE = (  # what must be settled before addresses are set aside
    (re.compile(r"\\url\s*\{([^{}\s]*)\}"), r"\1"),
    (re.compile(r"\\footnote\s*\{([^{}]*)\}"), r" (\1)"),
    (re.compile(r"(?<=[A-Za-z.,)])~(?=\\|https?:)"), " "),
    (re.compile(r"\\'(?=(?:s|t|re|ve|ll|d|m)\b)"), "'"),  # an apostrophe escaped by mistake
    (re.compile(r"\\(eg|ie|etc|etal)\b\.?"), r"\\\1"),
    (re.compile(r"\{\\(?:em|it|bf|rm|tt|sc|sf|small|large)\b\s*([^{}]*)\}"), r"\1"),
    (re.compile(r"\\(?:text)?color\s*\{[^{}]*\}"), ""),
    (re.compile(r"(?<![A-Za-z}^_])\{(\\[A-Za-z]+)\s*\}"), r"\1"),
)
_QUOTED = re.compile(r"``([^`']{1,200})''")


@lru_cache(maxsize=8192)
def readable(text: str) -> str:
    """Return *text* with its LaTeX written as a person would read it, cleaned to one line; never raises.

    What is not understood stays as it was written. Idempotent enough to be shown: what comes out
    holds no LaTeX that this function knows.
    """
    if _SUSPECT.search(text) and len(text) <= MAX_CONVERTED:
        try:
            text = _between_addresses(text)
        except Exception:  # a text is worth more raw than not at all, whatever the library meets in it
            return clean(text)
    return clean(text)


def _between_addresses(text: str) -> str:
    """Convert *text* except its web addresses, whose underscores and tildes mean themselves."""
    for pattern, instead in _BEFORE:
        text = pattern.sub(instead, text)
    done, start = [], 0
    for address in _ADDRESS.finditer(text):
        done += [_convert(text[start : address.start()]), address.group()]
        start = address.end()
    return "".join(done) + _convert(text[start:])


def _convert(text: str) -> str:
    text = _MATH.sub(_math, text)
    text = _STYLE.sub(r"\1", text)
    text = _STYLE.sub(r"\1", text)  # one style within another
    text = _COMMAND.sub(lambda found: _command(found.group()), text)
    text = _scripts(text, in_math=False)
    text = _TIE.sub(" ", text)
    return _QUOTED.sub("“\\1”", text)


def _math(found: re.Match[str]) -> str:
    """The inside of a formula, readable; "$5 and then some $" is a price in prose and stays."""
    inside = next(group for group in found.groups() if group is not None)
    if _PROSE.search(inside) and not re.search(r"[\\^_=]", inside):
        return found.group()
    inside = _STYLE.sub(r"\1", inside)
    inside = _COMMAND.sub(lambda command: _command(command.group()), inside)
    return _scripts(inside, in_math=True).replace("{", "").replace("}", "").replace("~", " ").strip()


def _command(latex: str) -> str:
    """One command with its arguments as text; of an unknown one its name, of a mere switch nothing."""
    name = re.match(r"\\([A-Za-z]+)", latex)
    if not name:
        return _by_library(latex)
    word = name.group(1)
    if word in FORGOTTEN:
        return FORGOTTEN[word] + _arguments(latex)
    if word in GREEK or word in NAMED:
        return (GREEK.get(word) or NAMED[word]) + _arguments(latex)
    if word == "frac" and (parts := re.fullmatch(rf"\\frac\s*{_BRACED}\s*{_BRACED}", latex)):
        return f"{_inner(parts[1])}/{_inner(parts[2])}"
    if word == "href":
        return _arguments(re.sub(rf"\\href\s*{_BRACED}", "", latex, count=1))
    if word in {"url", "footnote", "cite", "ref", "text", "texttt", "mathrm"}:
        return _arguments(latex)
    return _by_library(latex) or word + _arguments(latex)


def _inner(argument: str) -> str:
    return _COMMAND.sub(lambda found: _command(found.group()), argument)


def _arguments(latex: str) -> str:
    """What stands in the braces of a command, readable."""
    return "".join(_inner(argument) for argument in re.findall(_BRACED, latex))


@lru_cache(maxsize=2048)
def _by_library(latex: str) -> str:
    """*latex*, one command, as pylatexenc reads it; "" where it knows none. Its comment sign is a percent sign here."""
    protected = re.sub(r"(?<!\\)([%&#])", r"\\\1", latex)
    text = str(_library().latex_to_text(protected)).strip("\n")
    if "%s" in text:  # the library's own gap for an argument that is missing
        return ""
    return text or (" " if latex[1:2] in {" ", ",", ";", ":"} else "")


@lru_cache(maxsize=1)
def _library() -> Any:
    """The converter, loaded for the first text that needs it."""
    from pylatexenc.latex2text import LatexNodes2Text

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # what it says about strangers' texts helps nobody
    return LatexNodes2Text(math_mode="text", keep_comments=True)


def _scripts(text: str, *, in_math: bool) -> str:
    """Powers and indices in their small characters where Unicode has them: "10^{3}" is "10³", "L_2" is "L₂"."""
    text = _BARE_BASE.sub(lambda found: GREEK.get(found[1]) or NAMED[found[1]], text)
    text = _BARE_SCRIPT.sub(lambda found: GREEK.get(found[1]) or NAMED[found[1]], text)
    return _SCRIPT.sub(lambda found: _script(found, in_math=in_math), text)


def _script(found: re.Match[str], *, in_math: bool) -> str:
    mark, group, one, more = found["mark"], found["group"], found["one"], found["more"] or ""
    raised = mark == "^"
    if group is None and not raised and not in_math and not _is_index(found):
        return found.group()  # an underscore in prose: a file or a variable name
    body = _TIMES.sub("×", (group if group is not None else one).strip())
    if raised and body in {"°", "∘", "circ", "*"}:
        return ("*" if body == "*" else "°") + more
    small = body.translate(SUPERSCRIPTS if raised else SUBSCRIPTS)
    if len(body) <= MAX_SMALL and not _LONG_NAME.search(body) and all(a != b for a, b in zip(body, small, strict=True)):
        return small + more
    simple = group is None or len(body) == 1 or (not raised and re.fullmatch(r"[\w.,]+", body))
    return f"{mark}{body}{more}" if simple else f"{mark}({body}){more}"


def _is_index(found: re.Match[str]) -> bool:
    """Whether "x_i" is an index: one letter or symbol, one character, and nothing more on either side."""
    before = found.string[max(0, found.start() - 2) : found.start()]
    return not found["more"] and not ((len(before) == 2 and before[0].isalnum()) or before[-1:] == "_")
