"""What a profile will not see: words, phrases, authors and organisations that remove a paper."""

from __future__ import annotations

from collections.abc import Sequence

from digest.ranking.folding import folded


class Muting:
    """Finds muted words in today's folded texts; every distinct word is looked for once."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._found: dict[str, frozenset[int]] = {}

    def mutes(self, n: int, words: Sequence[str]) -> bool:
        """Whether paper *n* has one of *words*, whole, in either case, singular or plural."""
        return any(n in self._having(word) for word in words)

    def _having(self, word: str) -> frozenset[int]:
        if word not in self._found:
            wanted = folded(word)
            having = (n for n, text in enumerate(self._texts) if wanted.strip() and wanted in text)
            self._found[word] = frozenset(having)
        return self._found[word]
