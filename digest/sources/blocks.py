"""Any text -> blocks: paragraphs put together again where lines were wrapped, their markup taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest

from digest.sources.paragraphs import LEAD, paragraphs_of
from digest.sources.shapes import unescaped
from digest.sources.tidying import as_written, escapes_quotes

LONG = 240
"""More characters than any title has: such a line is prose."""
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)|\[image(?:: [^\[\]]{0,80})?\]", re.I)
LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,4000})\]\(\s?<?([^()\s<>]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?)>?"
    r"(?:\s+[\"'][^\"']{0,300}[\"'])?\s?\)(?:\{[^{}]{0,300}\})?"
)
_DANGLING = re.compile(r"\s?\]\(\s?([^()\s]{1,2000})\s?\)$")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000})>|(?<![(\[<\"'=\w])(https?://[^\s<>\"'|]{1,2000})")
_HEADING = re.compile(r"(#{1,6}|=={0,5}(?=\s)|\*{2,4}(?=\s))\s+(.*?)\s*[#=]*$")
_BOLD = re.compile(r"(\*\*|__)(.+)\1")
_ITALIC = re.compile(r"([*_])([^*_].*[^*_])\1")
_NUMBERED = re.compile(r"(?:#|\()?(\d{1,3})(?:[.)](?:\s+|(?=[\[*_\"“]))|:\s+)(?=\S)")
_LABELS = (
    r"(?:paper |arxiv |full |original )?title|abstract|summary|ai[ -]summary|tl;?dr|description|authors?"
    r"|num(?:ber of)?[ _]authors|author count|num_authors|published(?:[ _](?:on|at|date))?|date|publication date"
    r"|submitted(?: on)?|up-?votes?|votes|likes|(?:num[ _])?comments|arxiv(?:[ _-]?id)?|paper[ _]id|id|url|link"
    r"|paper(?:[ _]url| link)?|arxiv[ _](?:url|link)|pdf(?:[ _]url)?|code(?:[ _]url)?|github(?:[ _](?:repo|url))?"
    r"|repo(?:sitory)?|keywords|ai[ _]keywords|tags|organi[sz]ation|submitted by|submitter|project(?: page)?|stars"
    r"|github stars"
)
_LABEL = re.compile(
    rf"(?:\*\*|__|\*)?(?P<label>{_LABELS})(?:\*\*|__|\*)?\s?[:：](?:\*\*|__|\*)?(?P<rest>\s.*|)$",
    re.IGNORECASE | re.DOTALL,
)
_REFERENCE = re.compile(r"\s*(\d{1,5})\. ((?:https?|file)://\S{1,2000})")
_MARKED = re.compile(r"\[(?<![\w\]]\[)(\d{1,5})\](?=[^\s\[(])")
_RULE = re.compile(r"[-=_*~·•\s]{3,}|[-=]+")


@dataclass(slots=True)
class Block:
    """One line or paragraph without its markup; *level* 1 to 6 for a heading, 7 for a line all in bold, else 0."""

    line: int
    text: str
    level: int = 0
    bulleted: bool = False
    number: int | None = None
    label: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def prose(self) -> bool:
        """Whether this has the shape of an abstract."""
        return len(self.text) > LONG or (len(self.text) >= 100 and self.text[-1] == "." and " " in self.text)


def blocks_of(text: str) -> list[Block]:
    """Every block of *text* in order; addresses that a list at the end explains are put where they belong."""
    paragraphs = paragraphs_of(text)
    references = {}
    if "[2]" in text and (references := _references(text)):
        first = min(line for line, _ in references.values())
        paragraphs = [one for one in paragraphs if one[0] < first]
    blocks: list[Block] = []
    quotes = escapes_quotes(text)
    for line, words in paragraphs:
        words = as_written(words) if quotes else words
        if len(words) > LONG and words[0] == "[" and words[-1] == "]" and words.count("[") == 1:
            words = words[1:-1]  # a link whose address stood elsewhere
        links: list[tuple[str, str]] = []
        if references and "[" in words:
            words = _resolved(words, references, links)
        blocks += _parsed(line, words, links)
    return _underlined(blocks)


def _references(text: str) -> dict[str, tuple[int, str]]:
    """The numbered addresses that a text browser lists at the end: number -> (line, address)."""
    found = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if ". http" in line or ". file" in line:
            match = _REFERENCE.fullmatch(line.rstrip())
            if match is not None:
                found[match[1]] = (number, match[2])
    return _lost_references(text) | (found if len(found) >= 3 else {})


def _lost_references(text: str) -> dict[str, tuple[int, str]]:
    """The numbers of links whose list was cut off: many, and each greater than the one before."""
    numbers = [int(mark[1]) for mark in _MARKED.finditer(text[:50_000])]
    if len(numbers) < 4 or any(after <= before for before, after in pairwise(numbers)):
        return {}
    beyond = text.count("\n") + 2
    return {mark[1]: (beyond, "") for mark in _MARKED.finditer(text)}


def _resolved(words: str, references: dict[str, tuple[int, str]], links: list[tuple[str, str]]) -> str:
    """Take the numbers of links out of *words* into *links*, each with the words after it."""
    marks = [mark for mark in _MARKED.finditer(words) if mark[1] in references]
    for mark, after in zip_longest(marks, marks[1:]):
        anchor = words[mark.end() : after.start() if after else len(words)].strip()
        links.append((anchor, references[mark[1]][1]))
    return _MARKED.sub(lambda mark: "" if mark[1] in references else mark[0], words).strip()


def _parsed(line: int, words: str, links: list[tuple[str, str]]) -> list[Block]:
    """One paragraph as a block; as two where a title and its abstract share a line."""
    level = 0
    number = None
    lead = LEAD.match(words)
    bulleted = lead is not None
    words = words[lead.end() :] if lead is not None else words
    if words[:1] in "#=*" and (heading := _HEADING.fullmatch(words[:2000])) is not None and len(words) < 2000:
        level, words = min(len(heading[1]), 6), heading[2]
    counted = words
    if words[:1] in "#(0123456789" and (numbered := _NUMBERED.match(words)) is not None:
        number, words = int(numbered[1]), words[numbered.end() :]
    if len(words) > 6000:
        return [Block(line, words, level, bulleted, number, "", links)]
    label, words = _labelled(words)
    words, whole, rest = _unlinked(words, links)
    if whole or rest:
        pair = [Block(line, _plain(whole), level or 7, bulleted, number, label, links)]
        return [*pair, Block(line, rest)] if rest else pair
    bold = _BOLD.fullmatch(words)
    if bold is not None and "**" not in bold[2]:
        level, words = level or 7, bold[2]
    if number is not None and len(words) > LONG:
        number, words = None, counted
    return [Block(line, _plain(words), level, bulleted, number, label, links)]


def _labelled(words: str) -> tuple[str, str]:
    """The name that a line gives itself ("Title: …"), in lower case, and the rest without its images."""
    named = _LABEL.match(words) if ":" in words[:40] or "：" in words[:40] else None
    label, words = (named["label"].lower(), named["rest"].strip()) if named is not None else ("", words)
    if "![" in words or "[image" in words.lower():
        words = _IMAGE.sub("", words).strip()
    return label, words


def _plain(words: str) -> str:
    """*words* without the emphasis around them and without escapes."""
    words = words.strip()
    for shape in (_BOLD, _ITALIC):
        if words[:1] in {"*", "_"} and (found := shape.fullmatch(words)) is not None:
            words = found[2].strip()
    return unescaped(words)


_SPLIT = re.compile(r"(\*\*|__)([^*]{3,300}?)[.:]?\1\s*(?:[:.–—-]|<br ?/?>)?\s+(?=\S)")


def _unlinked(words: str, links: list[tuple[str, str]]) -> tuple[str, str, str]:
    """Take links out of *words*: the words left, or a title and the prose behind it in the same line."""
    split = _SPLIT.match(words) if words[:1] in {"*", "_"} else None
    if split is not None and len(words) - split.end() > LONG:
        title, _, _ = _unlinked(split[2], links)
        return "", title, words[split.end() :]
    if "](" in words:
        if (outer := _wrapped_link(words)) is not None:
            links.append(outer)
            return outer[0], "", ""
        first = LINK.match(words)
        if first is not None and len(words) - first.end() > LONG and 3 <= len(first[1]) <= LONG:
            links.append((first[1].strip(), first[2]))
            return "", _plain(first[1]), words[first.end() :].lstrip(" :.–—-")
        if first is not None and first.end() == len(words):
            links.append((first[1].strip(), first[2]))
            return first[1].strip(), "", ""
        if len(words) <= 2 * LONG:
            words = _DANGLING.sub(lambda link: _note("", link[1], links), words) if "[" not in words else words
            words = LINK.sub(lambda link: _note(link[1], link[2], links), words).strip()
    if "http" in words and len(words) <= 2 * LONG:
        for found in _AUTOLINK.finditer(words):
            links.append((found[0], found[1] or found[2]))
        if len(words) <= LONG:
            words = _AUTOLINK.sub("", words).strip()
    return words, "", ""


def _wrapped_link(words: str) -> tuple[str, str] | None:
    """The words and the address of a link that is the whole of a long line, whatever brackets stand in it."""
    cut = words.rfind("](")
    first = words.find("](")
    if len(words) <= LONG or words[0] != "[" or words[-1] != ")" or not (first == cut or first > LONG):
        return None
    url = words[cut + 2 : -1].strip()
    return None if any(map(str.isspace, url)) else (words[1:cut].strip(), url)


def _note(words: str, url: str, links: list[tuple[str, str]]) -> str:
    links.append((words.strip(), url))
    return words


def _underlined(blocks: list[Block]) -> list[Block]:
    """Turn a line above a rule of = or - into a heading, and leave rules and empty blocks out."""
    out: list[Block] = []
    for block in blocks:
        words = block.text
        if words and len(words) < 300 and _RULE.fullmatch(words) is not None:
            near = out and block.line - out[-1].line <= 1 and not out[-1].level and len(out[-1].text) < 300
            if near and words[0] in "=-" and len(set(words)) == 1:
                out[-1].level = 1 if words[0] == "=" else 2
        elif words or block.links or block.label:
            out.append(block)
    return out
