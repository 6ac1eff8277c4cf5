"""Known papers in memory, found the way the store finds them: by arXiv id, by title, then by shared keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from digest.matching.choosing import choose, worth_comparing
from digest.matching.filing import keys, query_keys
from digest.matching.forms import normal_title
from digest.matching.names import other_names
from digest.model import Known, Paper


class Index:
    """Known papers, and which of them a further one may be."""

    def __init__(self, knowns: Iterable[Known]) -> None:
        self._knowns = tuple(knowns)
        self._named: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._keyed: dict[int, list[int]] = defaultdict(list)
        for number, known in enumerate(self._knowns):
            if known.paper.arxiv_id:
                self._named["arxiv", known.paper.arxiv_id].append(number)
            for name in known.names | other_names(known.paper):
                self._named["name", name].append(number)
            for title in {*known.titles, normal_title(known.paper.title)}:
                self._named["title", title].append(number)
            for key in keys(known.paper.title, known.paper.abstract):
                self._keyed[key].append(number)

    def candidates(self, paper: Paper) -> list[Known]:
        """Return the known papers that *paper* may be, likeliest first; where its arXiv id is known, that one alone."""
        if paper.arxiv_id and (same := self._named.get(("arxiv", paper.arxiv_id))):
            return [self._knowns[number] for number in same]
        best = [
            number
            for number in choose(self._keyed, query_keys(paper.title, paper.abstract))
            if worth_comparing(paper, self._knowns[number].paper)
        ]
        named = [n for name in sorted(other_names(paper)) for n in self._named.get(("name", name), ())]
        named += self._named.get(("title", normal_title(paper.title)), ())
        return [self._knowns[number] for number in dict.fromkeys([*named, *best])]
