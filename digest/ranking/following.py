"""Authors and organisations that an interest follows, found in papers whatever the accents and middle names."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from digest.model import Interest, Paper
from digest.ranking.folding import folded

Person = tuple[str, str]


class Following:
    """Today's papers by who wrote them and where they come from."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._by: dict[Person, set[int]] = defaultdict(set)
        self._from: dict[str, set[int]] = defaultdict(set)
        for n, paper in enumerate(papers):
            for name in paper.authors or ():
                self._by[_person(name)].add(n)
            if paper.organisation:
                self._from[_plain(paper.organisation)].add(n)

    @property
    def papers(self) -> int:
        """How many papers there are today."""
        return len(self._papers)

    def by(self, interest: Interest) -> set[int]:
        """The papers by an author whom *interest* follows: first and last name agree."""
        return {n for name in interest.authors for n in self._by.get(_person(name), ())}

    def coming_from(self, interest: Interest) -> set[int]:
        """The papers from an organisation that *interest* follows: all words of the name agree."""
        return {n for name in interest.organisations for n in self._from.get(_plain(name), ())}

    def authors(self, interest: Interest, n: int) -> tuple[str, ...]:
        """The followed authors of paper *n*, as it writes them."""
        wanted = {_person(name) for name in interest.authors}
        return _once(name for name in self._papers[n].authors or () if _person(name) in wanted)

    def organisation(self, interest: Interest, n: int) -> tuple[str, ...]:
        """The organisation of paper *n*, if it is followed."""
        shown = self._papers[n].organisation
        return (shown,) if shown and _plain(shown) in {_plain(name) for name in interest.organisations} else ()


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return folded("".join(letter for letter in letters if not unicodedata.combining(letter))).strip()


def _person(name: str) -> Person:
    """First and last word of a name; "Hinton, Geoffrey" is read as "Geoffrey Hinton"."""
    last, comma, first = name.partition(",")
    words = _plain(f"{first} {last}" if comma else name).split() or [""]
    return words[0], words[-1]
