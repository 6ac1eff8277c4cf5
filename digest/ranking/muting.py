"""What a profile will not see: words, phrases, authors and organisations that remove a paper."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model import Paper
from digest.ranking.folding import folded
from digest.ranking.following import same_person


class Muting:
    """Finds muted words and names in today's papers, of folded *texts*; every distinct one is looked for once."""

    def __init__(self, papers: Sequence[Paper], texts: Sequence[str]) -> None:
        named = (folded(paper.organisation or "") for paper in papers)
        self._texts = [f"{text}|{organisation}" for text, organisation in zip(texts, named, strict=True)]
        self._authors = [paper.authors or () for paper in papers]
        self._found: dict[str, frozenset[int]] = {}

    def mutes(self, n: int, words: Sequence[str]) -> bool:
        """Whether paper *n* has one of *words* in its texts or organisation, or an author whose name it is.

        Words are whole, in either case, singular or plural; a surname alone is no name.
        """
        return any(n in self._having(word) for word in words)

    def _having(self, word: str) -> frozenset[int]:
        if word not in self._found:
            wanted = folded(word)
            having = {n for n, text in enumerate(self._texts) if wanted.strip() and wanted in text}
            by = {n for n, names in enumerate(self._authors) if any(same_person(word, name) for name in names)}
            self._found[word] = frozenset(having | by)
        return self._found[word]
