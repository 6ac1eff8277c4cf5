"""One dump that a person names: a file, standard input, or an address on the web."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import DumpRefused, SourceFailed
from digest.model import RawDump
from digest.sources.folder import MAX_BYTES, read_settled, too_large
from digest.text import without_login

if TYPE_CHECKING:
    import httpx

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
        return RawDump("-", "-", content, now, given_on)
    if where.startswith(("http://", "https://")):
        shown = without_login(where)
        return RawDump("url", shown, _fetch(where, shown, max_bytes, deadline), now, given_on, fetched_live=True)
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
    return RawDump("file", where, content, now, given_on, stamp=stamp)


def _fetch(address: str, url: str, max_bytes: int, deadline: float) -> bytes:
    """The body at *address* (*url* in errors), at most *max_bytes* over the wire, within *deadline* seconds in all."""
    import httpx  # a tenth of a second, spent only by who fetches

    headers = {"Accept-Encoding": "identity", "User-Agent": "paper-digest"}
    end = time.monotonic() + deadline  # a stopwatch, not a clock: nothing that is stored depends on it
    try:
        with (
            httpx.Client(timeout=min(20.0, deadline), headers=headers, trust_env=True) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise SourceFailed(url, f"the server answered {answer.status_code} {answer.reason_phrase}".rstrip())
            if answer.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}:
                raise SourceFailed(url, "the server sends compressed data that was not asked for")
            return _body(answer, url, max_bytes, end)
    except httpx.TimeoutException:
        raise SourceFailed(url, "the server did not answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        why = without_login(" ".join(str(error).split())) or type(error).__name__
        raise SourceFailed(url, f"cannot be fetched: {why}") from None


def _body(answer: httpx.Response, url: str, max_bytes: int, end: float) -> bytes:
    content = bytearray()
    for chunk in answer.iter_raw():
        content += chunk
        if len(content) > max_bytes:
            raise too_large(url, max_bytes)
        if time.monotonic() > end:
            raise SourceFailed(url, "the server sends too slowly")
    return bytes(content)
