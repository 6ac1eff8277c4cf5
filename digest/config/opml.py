"""Feeds out of an OPML file, as feed readers export them: nested as they like, each feed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from digest.config.places import source_url
from digest.config.values import Wrong
from digest.text import clean

MOST_BYTES = 16 * 2**20
MOST_FEEDS = 5000

Feed = tuple[str, str]
"""What it is called ("" where the file does not say) and its address."""


def feeds_in(path: Path) -> tuple[list[Feed], list[str]]:
    """The feeds that the file names, each address once and in its order, and what is wrong with other entries.

    Nothing that the file names is fetched, and entities of its own are refused. Raises Wrong for a file that is no
    OPML or names no feed.
    """
    found: dict[str, str] = {}
    odd = []
    for line, title, address in _outlines(path, _bytes(path)):
        try:
            found.setdefault(source_url(address), title)
        except Wrong as wrong:
            odd.append(f"{path}:{line}: the feed {title or clean(address)[:80]} {wrong}: not used")
    if not found:
        raise Wrong(f"{path} names no feed" + (f": {odd[0]}" if odd else ""), "export it anew from the feed reader")
    if len(found) > MOST_FEEDS:
        raise Wrong(f"{path} names more than {MOST_FEEDS:,} feeds")
    return [(title, address) for address, title in found.items()], odd


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Wrong(f"{path} is larger than 16 MB")
        return path.read_bytes()
    except OSError as error:
        raise Wrong(f"cannot read {path}: {error.strerror}") from None


def _outlines(path: Path, content: bytes) -> Iterator[tuple[int, str, str]]:
    """The line, the title and the address of every outline that has one."""
    found: list[tuple[int, str, str]] = []
    seen: list[str] = []
    parser = expat.ParserCreate()

    def begin(name: str, attributes: dict[str, str]) -> None:
        seen.append(name.lower()) if not seen else None
        said = {key.lower(): value for key, value in attributes.items()}
        if name.lower() == "outline" and said.get("xmlurl", "").strip():
            title = clean(said.get("title") or said.get("text") or "")[:80]
            found.append((parser.CurrentLineNumber, title, said["xmlurl"].strip()))

    def refuse(*_: object) -> NoReturn:
        raise Wrong(f"{path} declares entities of its own, which no feed list needs")

    parser.StartElementHandler = begin
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Wrong(f"{path}:{error.lineno} is not XML: {expat.ErrorString(error.code)}") from None
    if seen != ["opml"]:
        raise Wrong(f"{path} is not OPML: it begins with <{seen[0][:40]}>")
    yield from found


def names_of(feeds: Sequence[Feed], hosts: Sequence[str], taken: set[str]) -> list[str]:
    """What each feed is called as a source: by its title or its host, and by a number where that is *taken*."""
    names = []
    for (title, _), host in zip(feeds, hosts, strict=True):
        name, number = title or host, 1
        while name.casefold() in taken:
            number += 1
            name = f"{title or host} {number}"
        taken.add(name.casefold())
        names.append(name)
    return names
