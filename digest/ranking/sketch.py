"""How much of their wording two papers share, in under a microsecond once both were seen: for spreading a page.

A paper becomes 2,048 bits, one for each stem of title and abstract (CRC-32 chooses it, the same on any machine);
two papers are as near as their bits' cosine. `near` weighs how often a word stands; this only asks whether.
"""

from __future__ import annotations

import math
import zlib
from functools import lru_cache

from digest.model import Paper
from digest.ranking.terms import words

_BITS = 2048


def kinship(a: Paper, b: Paper) -> float:
    """How near two papers are, from 0 (no word in common) to 1 (the same words)."""
    one, many = _sketch(a.title, a.abstract)
    other, more = _sketch(b.title, b.abstract)
    return (one & other).bit_count() / math.sqrt(many * more) if many and more else 0.0


@lru_cache(maxsize=8192)
def _sketch(title: str, abstract: str | None) -> tuple[int, int]:
    """The bits of a text, and how many they are."""
    bits = 0
    for word in {*words(title), *words(abstract or "")}:
        if word is not None:
            bits |= 1 << zlib.crc32(word.encode("utf-8", "surrogatepass")) % _BITS
    return bits, bits.bit_count()
