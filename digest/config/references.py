"""Papers out of a file of references: BibTeX, RIS or CSL-JSON, as Zotero exports them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digest.config import bibtex
from digest.config.across import tables_in
from digest.config.faults import Document
from digest.config.places import Door, folder_path
from digest.config.stamps import Stamp, stamp_of
from digest.config.values import Wrong, nearest
from digest.matching import arxiv_id, doi_link
from digest.model import Paper, Profile
from digest.text import clean

ENDINGS = (".bib", ".ris", ".json")
MOST_BYTES = 64 * 2**20
ZOTERO = "zotero:"
NO_FILES = "arXiv ids, links or titles; a file can only be added in the profile's own file"
_SHOWN = 3
_RIS = re.compile(r"^([A-Z][A-Z0-9])  ?- ?(.*)$")
_IN_ABSTRACT_KEYS = ("N2", "AB")

Row = tuple[str, Paper | str]
"""Where in the file ("line 12"), and the paper or why there is none."""


class Shelf:
    """The files of references that profiles like: each is read when it is first asked for, and when it has changed.

    With *only* no other files are read: who edits a profile from afar may not look at the files of this machine.
    *libraries* are files of what was fetched from Zotero, by the names of the libraries; one may not be there yet.
    """

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str],
        only: Collection[str] | None = None,
        libraries: Mapping[str, Path] | None = None,
    ) -> None:
        self.folder, self._env, self._only, self._libraries = folder, env, only, libraries or {}
        self._read: dict[Path, _Read] = {}

    def papers(self, name: str) -> Sequence[Paper]:
        """The papers of the file *name*, in its order and each title once; *name* is relative to the profiles.

        An entry that cannot be used becomes a warning; a file without any that can is refused: raises Wrong.
        """
        return self._file(name).papers

    def warnings(self, names: Iterable[str]) -> list[str]:
        """What is wrong with entries of these files, which can be used."""
        return [self._file(name).warning for name in names if self._file(name).warning]

    def _file(self, name: str) -> _Read:
        if self._only is not None and name not in self._only:
            raise Wrong(f'"{name}" is a file of this machine, which is not read here', NO_FILES)
        fetched = name.startswith(ZOTERO)
        path = self._library(name) if fetched else folder_path(name, Door(self._env, self.folder))
        try:
            stamp = stamp_of(path.stat())
        except OSError as error:
            if fetched:
                return _NOTHING
            raise Wrong(f"cannot read {path}: {error.strerror}") from None
        known = self._read.get(path)
        if known is None or known.stamp != stamp:
            known = self._read[path] = _Read(stamp, *(_fetched(path) if fetched else _papers_in(path)))
        return known

    def _library(self, name: str) -> Path:
        library = name.removeprefix(ZOTERO)
        if library not in self._libraries:
            hint = nearest(library, self._libraries) or "digest.toml says which there are"
            raise Wrong(f'no [[zotero]] of digest.toml has the name "{library}"', hint)
        return self._libraries[library]


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: Stamp
    papers: tuple[Paper, ...]
    warning: str


_NOTHING = _Read((0, 0, 0, 0), (), "")


def is_file(like: str) -> bool:
    """Whether a like names a file of references, or a library, rather than a paper."""
    return like.startswith(ZOTERO) or (like.lower().endswith(ENDINGS) and "://" not in like)


def files_of(profile: Profile) -> tuple[str, ...]:
    """The files of references that *profile* likes, each once."""
    return tuple(dict.fromkeys(like for one in profile.interests for like in one.like if is_file(like)))


def expanded(profile: Profile, shelf: Shelf) -> Profile:
    """*profile* with each file of references among its likes replaced by the titles in it. Raises Wrong."""
    interests = []
    for one in profile.interests:
        found: dict[str, None] = {}
        for like in one.like:
            found |= dict.fromkeys([paper.title for paper in shelf.papers(like)] if is_file(like) else [like])
        interests.append(replace(one, like=tuple(found)))
    return replace(profile, interests=tuple(interests))


def check_files(document: Document, shelf: Shelf) -> None:
    """Note what is wrong with the files of references that a profile's text names."""
    for place, interest in tables_in(document.raw or {}, "interests"):
        likes = interest.get("like")
        for like in likes if isinstance(likes, list) else ():
            try:
                if isinstance(like, str) and is_file(like):
                    shelf.papers(like)
            except Wrong as wrong:
                document.fault((*place, "like"), str(wrong), wrong.hint)


def _fetched(path: Path) -> tuple[tuple[Paper, ...], str]:
    """The papers of a library; one without any that can be used is no fault of who likes it."""
    try:
        return _papers_in(path)[0], ""
    except Wrong:
        return (), ""


def _papers_in(path: Path) -> tuple[tuple[Paper, ...], str]:
    """The papers, and what is wrong with other entries; a file without any paper is refused."""
    found: dict[str, Paper] = {}
    faults = []
    for where, paper in _rows(path, _text_of(path)):
        if isinstance(paper, str):
            faults.append(f"{where} {paper}")
        else:
            found.setdefault(paper.title, paper)
    if not found:
        raise Wrong(f"{path} names no paper" + (f": {faults[0]}" if faults else ""), "export it anew as BibTeX")
    more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    return tuple(found.values()), f"{path}: {'; '.join(faults[:_SHOWN])}{more}: not used" if faults else ""


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Wrong(f"{path} is larger than 64 MB")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise Wrong(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Wrong(f"{path} is not text in UTF-8", "export it anew with the character encoding UTF-8") from None


def _rows(path: Path, text: str) -> Iterator[Row]:
    match path.suffix.lower():
        case ".bib":
            return (
                (f"line {line}", entry if isinstance(entry, str) else _of_bibtex(entry))
                for line, entry in bibtex.entries(text)
            )
        case ".ris":
            return _of_ris(text)
        case _:
            return _of_csl(path, text)


# ---------------------------------------------------------------- the three forms


def _of_bibtex(entry: bibtex.Entry) -> Paper | str:
    names = tuple(_in_order(name) for name in entry.get("author", "").split(" and ") if name.strip())
    links = [entry.get(key, "") for key in ("eprint", "archiveid", "doi", "url", "note", "journal")]
    return _paper(entry.get("title", ""), entry.get("abstract"), names, links)


def _of_ris(text: str) -> Iterator[Row]:
    """Read references, each from a TY line to its ER line."""
    fields: dict[str, list[str]] = {}
    begun = last = 0
    key = ""
    for number, line in enumerate(text.split("\n"), 1):
        match = _RIS.match(line.rstrip())
        if match is None:
            if key and line.strip() and fields.get(key):
                fields[key][-1] += f" {line.strip()}"  # some write long abstracts on several lines
            continue
        key, last = match[1], number
        if key == "TY":
            if begun:
                yield f"line {begun}", "has no ER line"
            fields, begun = {}, number
        elif key == "ER":
            yield f"line {begun or last}", _of_reference(fields)
            fields, begun, key = {}, 0, ""
        else:
            fields.setdefault(key, []).append(match[2].strip())
    if begun:
        yield f"line {begun}", "has no ER line"


def _of_reference(fields: Mapping[str, Sequence[str]]) -> Paper | str:
    first = {key: values[0] for key, values in fields.items()}
    title = first.get("TI") or first.get("T1") or ""
    abstract = next((first[key] for key in _IN_ABSTRACT_KEYS if key in first), None)
    names = tuple(_in_order(name) for name in fields.get("AU", fields.get("A1", ())))
    links = [value for key in ("DO", "UR", "AN", "M1", "N1", "C7", "JO", "T2") for value in fields.get(key, ())]
    return _paper(title, abstract, names, links)


def _of_csl(path: Path, text: str) -> Iterator[Row]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{path} is not JSON: {str(error)[:100]}") from None
    items = items.get("items", [items]) if isinstance(items, dict) else items
    for number, item in enumerate(items if isinstance(items, list) else [], 1):
        yield f"item {number}", _of_item(item) if isinstance(item, dict) else "is not a reference"


def _of_item(item: Mapping[str, Any]) -> Paper | str:
    people = item.get("author") if isinstance(item.get("author"), list) else []
    names = tuple(
        " ".join(str(one[key]) for key in ("given", "family", "literal") if one.get(key))
        for one in people or ()
        if isinstance(one, dict)
    )
    links = [
        str(item.get(key) or "") for key in ("DOI", "URL", "number", "note", "archive_location", "container-title")
    ]
    abstract = item.get("abstract")
    return _paper(str(item.get("title") or ""), abstract if isinstance(abstract, str) else None, names, links)


def _in_order(name: str) -> str:
    """A name that may stand as "Frost, Ada", given name first."""
    family, comma, given = name.partition(",")
    return " ".join(f"{given} {family}".split()) if comma else " ".join(name.split())


def _paper(title: str, abstract: str | None, names: tuple[str, ...], links: Sequence[str]) -> Paper | str:
    title = clean(re.sub(r"</?[a-z]+>", "", title))  # Zotero keeps italics of titles as HTML
    if not title:
        return "has no title"
    found = next((found for link in links if (found := arxiv_id(link))), None)
    return Paper(
        title=title,
        abstract=clean(abstract) or None if abstract else None,
        authors=names or None,
        arxiv_id=found[0] if found else None,
        url=None if found else next((doi for link in links if (doi := doi_link(link))), None),
    )
