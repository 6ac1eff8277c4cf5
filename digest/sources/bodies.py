"""A body from the line, unpacked within a limit: a bomb is stopped before it has room (FAULTS 8)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

STEP = 1 << 18


class TooLargeError(Exception):
    """More bytes than allowed, packed or unpacked."""


class UnreadableError(Exception):
    """A body that is not what its headers say."""


def body(chunks: Iterator[bytes], encoding: str, limit: int) -> bytes:
    """Gather *chunks* as they come over the wire, at most *limit* bytes packed and unpacked."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return _plain(chunks, limit)
    if encoding in {"gzip", "x-gzip"}:
        return unzipped(chunks, limit)
    raise UnreadableError(f"the server sends data compressed as {encoding[:20]!r}, which was not asked for")


def _plain(chunks: Iterator[bytes], limit: int) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > limit:
            raise TooLargeError
    return bytes(found)


def unzipped(chunks: Iterator[bytes], limit: int) -> bytes:
    """Unpack gzip data, also of several members; never holds more than *limit* and a step."""
    found = bytearray()
    inflate = zlib.decompressobj(wbits=31)
    packed = 0
    for chunk in chunks:
        packed += len(chunk)
        rest = chunk
        while True:
            if inflate.eof:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                inflate = zlib.decompressobj(wbits=31)
            piece, rest = _step(inflate, rest)
            found += piece
            if len(found) > limit or packed > limit:
                raise TooLargeError
            if not rest and len(piece) < STEP:
                break
    if not inflate.eof:
        raise UnreadableError("the compressed data is cut off")
    return bytes(found)


def _step(inflate: zlib._Decompress, data: bytes) -> tuple[bytes, bytes]:
    """At most a step of what *data* unpacks to, and what is still to be unpacked."""
    try:
        piece = inflate.decompress(data, STEP)
    except zlib.error:
        raise UnreadableError("the compressed data is damaged") from None
    return piece, inflate.unused_data if inflate.eof else inflate.unconsumed_tail
