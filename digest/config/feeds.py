"""The sources of digest.toml, with the feeds that OPML files name for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from digest.config.across import host_of
from digest.config.faults import Document
from digest.config.opml import feeds_in, names_of
from digest.config.places import Door
from digest.config.schema import DigestFile
from digest.config.settings import source_settings
from digest.config.values import Wrong
from digest.model import SourceSettings


def sources_of(table: DigestFile, main: Document, door: Door) -> tuple[SourceSettings, ...]:
    """The sources, with each feed of an OPML file as one of its own, unless it is one already.

    A file that cannot be used is noted in *main*; what is odd in one is a warning.
    """
    found = [source_settings(one) for one in table.sources]
    taken, known = {one.name.casefold() for one in found}, {one.url for one in found if one.url}
    made: list[SourceSettings] = []
    for place, (one, source) in enumerate(zip(table.sources, found, strict=True)):
        if one.kind != "opml":
            made.append(source)
            continue
        try:
            feeds, odd = feeds_in(source.path)
        except Wrong as wrong:
            main.fault(("sources", place, "path"), str(wrong), wrong.hint)
            continue
        door.warnings += odd
        feeds = [feed for feed in feeds if feed[1] not in known]
        known |= {address for _, address in feeds}
        names = names_of(feeds, [host_of(address) for _, address in feeds], taken)
        made += [replace(source, path=Path(), name=name, url=url) for name, (_, url) in zip(names, feeds, strict=True)]
    return tuple(made)
