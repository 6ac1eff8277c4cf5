"""Dumps -> damaged dumps. Everything comes from the generator that is passed in, so a seed tells a case again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LARGEST = 1 << 20
"""Bytes of a damaged dump."""
_NASTY = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xe2\x80\x8d", b"\r",
    b"\t" * 50, b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#0;", b"&#x110000;", b"&nbsp;", b"<script>",
    b"<div data-target=\"DailyPapers\"", b"data-props=\"{&quot;dailyPapers&quot;:[", b"[" * 500, b"{\"a\":" * 200,
    b"](", b"](http://", b"[1]", b"![", b"\n\n\n", b"|" * 40, b"| --- |\n", b"\n- ", b"\n# ", b"\n> ", b"**",
    b"`" * 30, b"\\" * 30, b"\"", b"'", b"''", b",", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"null", b"true",
    b"[]", b"{}", b"2024-13-45", b"Feb 30", b"0 authors", b"999999999999 authors", b"arXiv:9999.99999v99",
    b"https://huggingface.co/papers/", b"#community", b"Abstract:", b"Title:", b"=?utf-8?q?=0D=0ABcc:?=",
    b"<<" * 50, b"(" * 300, b"&amp;" * 30, b"\xf0\x9f\x91\x8d", b"$" * 40, b"References\n\n   1. http://x",
    b"</feed>", b"</rss>", b"\n---\n", b"\xc3",
)  # fmt: skip
Mutation = Callable[[bytearray, random.Random, Sequence[bytes]], bytearray]


def damaged(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Return *content* after one to eight mutations; *others* give what is spliced in."""
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        found = rng.choice(MUTATIONS)(found or bytearray(b" "), rng, others)[:LARGEST]
    return bytes(found)


def _flip(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    for _ in range(rng.randrange(1, 20)):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return found


def _cut(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    return found[: rng.randrange(len(found))]


def _drop(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    at = rng.randrange(len(found))
    del found[at : at + rng.choice((1, 2, 10, 100, 3000))]
    return found


def _put(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    for _ in range(rng.choice((1, 1, 5, 50))):
        at = rng.randrange(len(found) + 1)
        found[at:at] = rng.choice(_NASTY)
    return found


def _repeat(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    """Say a piece again and again: what takes time by the square of the length shows here."""
    at, size = rng.randrange(len(found)), rng.choice((1, 3, 20, 200, 4000))
    piece = bytes(found[at : at + size])
    times = min(rng.choice((2, 10, 300, 5000)), max(1, 300_000 // max(1, len(piece))))
    found[at:at] = piece * times
    return found


def _many(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    return (
        bytearray((rng.choice(_NASTY) * rng.choice((10, 1000)))[:100_000]) + found if rng.random() < 0.5 else found * 3
    )


def _splice(found: bytearray, rng: random.Random, others: Sequence[bytes]) -> bytearray:
    other = rng.choice(others)
    at, there = rng.randrange(len(found)), rng.randrange(len(other) or 1)
    return found[:at] + other[there : there + rng.choice((50, 2000, 50_000))] + found[at:]


def _lines(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    lines = bytes(found).split(b"\n")
    how = rng.randrange(4)
    if how == 0:
        rng.shuffle(lines)
    elif how == 1:
        lines = [line for line in lines if rng.random() < 0.9]
    elif how == 2:
        lines = [line for line in lines for _ in range(rng.choice((1, 1, 1, 2)))]
    return bytearray((b" " if how == 3 else b"\n").join(lines))


def _case(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    return bytearray(bytes(found).upper() if rng.random() < 0.5 else bytes(found).lower())


def _code(found: bytearray, rng: random.Random, _: Sequence[bytes]) -> bytearray:
    text = bytes(found).decode("utf-8", "replace")
    return bytearray(text.encode(rng.choice(("utf-16", "utf-16-le", "cp1252", "utf-7")), "replace"))


MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _cut,
    _drop,
    _put,
    _put,
    _repeat,
    _many,
    _splice,
    _splice,
    _lines,
    _case,
    _code,
)
