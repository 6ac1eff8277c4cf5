"""Bytes -> text, or a refusal that says what the bytes are instead."""

from __future__ import annotations

import codecs
import re

from digest.errors import DumpRefused

_MAGIC = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 1 << 16


def decoded(content: bytes, where: str) -> str:
    """The text of a dump, with line ends of one kind: UTF-8, UTF-16 with its mark, else Windows-1252.

    A character cut in two at the end is left out. Raises DumpRefused for an empty file and for binary data.
    """
    if not content.strip():
        raise DumpRefused(where, "the file is empty")
    for magic, name in _MAGIC:
        if content.startswith(magic):
            raise DumpRefused(where, f"not a text: this is {name}")
    text = _decode(content, where)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\ufeff\x00 \t\n"):
        raise DumpRefused(where, "the file is empty")
    return text.removeprefix("\ufeff")


def _decode(content: bytes, where: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[: len(content) // 2 * 2].decode("utf-16", "replace")
    sample = content[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > len(sample) // 50:
        raise DumpRefused(where, "not a text: binary data")
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3:
            return content[: error.start].decode("utf-8", "surrogatepass")
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise DumpRefused(where, "not a text in UTF-8") from None
