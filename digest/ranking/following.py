"""Authors and organisations that an interest follows, found in papers whatever the accents and middle names."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from digest.model import Interest, Paper
from digest.ranking.folding import folded

Person = tuple[tuple[str, ...], str]
"""Given names and surname."""


class Following:
    """Today's papers by who wrote them and where they come from."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._by: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._from: dict[str, set[int]] = defaultdict(set)
        for n, paper in enumerate(papers):
            for name in paper.authors or ():
                self._by[_person(name)[1]].append((n, name))
            if paper.organisation:
                self._from[_plain(paper.organisation)].add(n)

    @property
    def papers(self) -> int:
        """How many papers there are today."""
        return len(self._papers)

    def by(self, interest: Interest) -> set[int]:
        """The papers by an author whom *interest* follows, as `same_person` tells."""
        near = ((name, *one) for name in interest.authors for one in self._by.get(_person(name)[1], ()))
        return {n for wanted, n, shown in near if same_person(wanted, shown)}

    def coming_from(self, interest: Interest) -> set[int]:
        """The papers from an organisation that *interest* follows: all words of the name agree."""
        return {n for name in interest.organisations for n in self._from.get(_plain(name), ())}

    def authors(self, interest: Interest, n: int) -> tuple[str, ...]:
        """The followed authors of paper *n*, as it writes them."""
        shown = self._papers[n].authors or ()
        return _once(name for name in shown if any(same_person(wanted, name) for wanted in interest.authors))

    def organisation(self, interest: Interest, n: int) -> tuple[str, ...]:
        """The organisation of paper *n*, if it is followed."""
        shown = self._papers[n].organisation
        return (shown,) if shown and _plain(shown) in {_plain(name) for name in interest.organisations} else ()


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return folded("".join(letter for letter in letters if not unicodedata.combining(letter))).strip()


def same_person(wanted: str, shown: str) -> bool:
    """Whether *shown* may be the person *wanted*: the surname agrees, and the first given name.

    An initial is asked for as such ("M. Welling" is Max Welling); where only a paper shortens names, two initials
    must agree, since "J. Wang" may be anybody. A surname alone is nobody.
    """
    (mine, surname), (theirs, other) = _person(wanted), _person(shown)
    if surname != other or not mine or not theirs:
        return surname == other and mine == theirs
    if mine[0] == theirs[0]:
        return True
    initials = all(a[0] == b[0] for a, b in zip(mine, theirs, strict=False))
    return initials and (len(mine[0]) == 1 or (len(theirs[0]) == 1 and min(len(mine), len(theirs)) > 1))


@lru_cache(maxsize=100_000)
def _person(name: str) -> Person:
    """A name taken apart; "Hinton, Geoffrey" is read as "Geoffrey Hinton"."""
    last, comma, first = name.partition(",")
    words = _plain(f"{first} {last}" if comma else name).split() or [""]
    return tuple(words[:-1]), words[-1]
