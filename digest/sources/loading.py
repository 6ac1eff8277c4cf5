"""One dump that a person names: a file, standard input, or an address on the web."""

from __future__ import annotations

import sys
from datetime import date, datetime
from http import HTTPStatus
from itertools import islice
from pathlib import Path

from digest.errors import DumpRefused, SourceFailed
from digest.model import RawDump
from digest.sources.folder import MAX_BYTES, read_settled, too_large
from digest.sources.unpacking import is_packed, unpacked
from digest.text import without_login

DEADLINE = 60.0
"""Seconds that a fetch may take as a whole."""


def load(
    where: str,
    now: datetime,
    *,
    given_on: date | None = None,
    max_bytes: int = MAX_BYTES,
    deadline: float = DEADLINE,
) -> RawDump:
    """Read a path, "-" or an http(s) address. Raises SourceFailed or DumpRefused, one line each."""
    if where == "-":
        content = sys.stdin.buffer.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise too_large("standard input", max_bytes)
        return RawDump("-", "-", _whole("standard input", content, max_bytes), now, given_on)
    if where.startswith(("http://", "https://")):
        shown = without_login(where)
        content = _whole(shown, _fetch(where, max_bytes, deadline), max_bytes)
        return RawDump("url", shown, content, now, given_on, fetched_live=True)
    path = Path(where)
    try:
        if path.is_dir():
            raise SourceFailed(where, "this is a folder; name its files")
        content, stamp = read_settled(path, max_bytes)
    except OSError as error:
        raise SourceFailed(where, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise SourceFailed(where, "this is not a path") from None
    if stamp is None:
        raise DumpRefused(where, "is still being written; try again when it is whole")
    return RawDump("file", where, _whole(where, content, max_bytes), now, given_on, stamp=stamp)


def _fetch(url: str, max_bytes: int, deadline: float) -> bytes:
    """The body at *url*. Who names an address may mean one of the own network; where it redirects to must be public."""
    from digest.sources.web import Manners, Web  # a tenth of a second, spent only by who fetches

    web = Web()
    try:
        answer = web.get(url, Manners(deadline, max_bytes, allow_private=True, named=True, tries=1))
    finally:
        web.close()
    if answer.status != HTTPStatus.OK:
        raise SourceFailed(without_login(url), answer.said)
    return answer.content


def _whole(where: str, content: bytes, max_bytes: int) -> bytes:
    """What *content* holds when it is packed; an archive of several files is refused: which one is meant?"""
    if not is_packed(content):
        return content
    pieces = list(islice(unpacked(where, content, max_bytes), 2))
    if len(pieces) != 1:
        raise DumpRefused(where, "an archive of several files, or of none; unpack it and name one of them")
    found = pieces[0][1]
    if isinstance(found, DumpRefused):
        raise found
    return found
