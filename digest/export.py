"""Papers for reference managers: BibTeX, RIS and CSL-JSON, as text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from digest.model import Paper
from digest.render.addresses import paper_link
from digest.render.latex import readable
from digest.text import clean

_TEX = str.maketrans(
    {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts braces, escaped ones too
    | {sign: "\\" + sign for sign in "$&%#_"}
)


def bibtex(papers: Sequence[Paper]) -> str:
    """One ``@misc`` entry per paper, in their order; keys such as ``frost2026counting`` are unique in the file.

    Titles keep their capitals (double braces); LaTeX is written out and escaped, so any file compiles
    with a Unicode engine. A field that is not known is left out.
    """
    taken: set[str] = set()
    return "\n".join(_bibtex(paper, _key(paper, taken)) for paper in papers)


def _bibtex(paper: Paper, key: str) -> str:
    fields = {
        "title": "{" + readable(paper.title).translate(_TEX) + "}",
        "author": " and ".join(_name_in_tex(name) for name in paper.authors or () if clean(name)),
        "year": str(paper.published.year) if paper.published else "",
        "month": f"{paper.published.month}" if paper.published else "",
        "eprint": _arxiv(paper),
        "archiveprefix": "arXiv" if _arxiv(paper) else "",
        "url": _url(paper),  # verbatim: an escape would become part of the address
        "abstract": readable(paper.abstract or "").translate(_TEX),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _key(paper: Paper, taken: set[str]) -> str:
    """Family name of the first author, year, first long word of the title; a letter more where that is taken."""
    family = _parts(paper.authors[0])[0] if paper.authors else ""
    words = (_plain(word) for word in readable(paper.title).split())
    long_word = next((word for word in words if len(word) > 3), "paper")
    key = f"{_plain(family) or 'anonymous'}{paper.published.year if paper.published else ''}{long_word}"
    unique, number = key, 1
    while unique in taken:
        number += 1
        unique = f"{key}-{number}"
    taken.add(unique)
    return unique


def _plain(text: str) -> str:
    """Lower-case ASCII letters and digits of *text*, accents dropped."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode())


def _name_in_tex(name: str) -> str:
    """A name for BibTeX; one that holds " and " or a comma is kept together by braces."""
    shown = clean(name).translate(_TEX)
    return "{" + shown + "}" if re.search(r"\band\b|,", shown) else shown


def _parts(name: str) -> tuple[str, str]:
    """Split a name into family and given name: "Ada Frost" and "Frost, Ada" alike."""
    name = clean(name)
    if "," in name:
        family, _, given = name.partition(",")
    else:
        given, _, family = name.rpartition(" ")
    return family.strip(), given.strip()


def _arxiv(paper: Paper) -> str:
    link, found = paper_link(paper)
    known = re.fullmatch(r"https?://arxiv\.org/abs/(\S+)", link.url) if found else None
    return known[1] if known else clean(paper.arxiv_id or "")


def _url(paper: Paper) -> str:
    link, found = paper_link(paper)
    return link.url if found else ""


def ris(papers: Sequence[Paper]) -> str:
    """One record per paper in their order, as reference managers read it (lines end with CR LF)."""
    return "".join(f"{tag}  - {value}\r\n" for paper in papers for tag, value in _ris(paper))


def _ris(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"
    yield "TI", readable(paper.title)
    for name in paper.authors or ():
        yield "AU", ", ".join(part for part in _parts(name) if part)
    if paper.published:
        yield "PY", str(paper.published.year)
        yield "DA", paper.published.strftime("%Y/%m/%d")
    if paper.abstract:
        yield "AB", readable(paper.abstract)
    for keyword in paper.keywords or ():
        yield "KW", clean(keyword)
    if _arxiv(paper):
        yield "AN", f"arXiv:{_arxiv(paper)}"
    if _url(paper):
        yield "UR", _url(paper)
    yield "ER", ""


def csl(papers: Sequence[Paper]) -> str:
    """A CSL-JSON array, one item per paper in their order; a field that is not known is left out."""
    return json.dumps([_csl(paper, number) for number, paper in enumerate(papers, 1)], indent=2, ensure_ascii=False)


def _csl(paper: Paper, number: int) -> dict[str, object]:
    day = paper.published
    item: dict[str, object] = {
        "id": paper.id or f"paper-{number}",
        "type": "article",
        "title": readable(paper.title),
        "author": [_csl_name(name) for name in paper.authors or ()],
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "archive": "arXiv" if _arxiv(paper) else None,
        "number": f"arXiv:{_arxiv(paper)}" if _arxiv(paper) else None,
        "URL": _url(paper),
        "abstract": readable(paper.abstract or ""),
        "keyword": ", ".join(clean(word) for word in paper.keywords or ()),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    family, given = _parts(name)
    return {"family": family, "given": given} if given else {"literal": family}


def files(papers: Sequence[Paper], formats: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The ending and the content of one file for each of *formats*; none without papers."""
    return tuple((ENDINGS[form], FORMATS[form](papers)) for form in formats if papers)


FORMATS: dict[str, Callable[[Sequence[Paper]], str]] = {"bibtex": bibtex, "ris": ris, "csl": csl}
"""Every format by the name that a person gives it."""
ENDINGS = {"bibtex": ".bib", "ris": ".ris", "csl": ".csl.json"}
"""How a file of each format ends."""
