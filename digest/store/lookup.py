"""Which known papers may a further sighting be? Few enough that `matching` can look at each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import nsmallest

from sqlalchemy import Connection, select

from digest import matching
from digest.model import Known, Paper
from digest.store import rows, schema
from digest.store.papers import aliases, load_known_numbers, numbers_by_alias

MOST_CANDIDATES = 100
"""The best hundred by shared keys hold 99.5 % of what a comparison with every paper finds."""


def candidates(connection: Connection, papers: Sequence[Paper]) -> list[list[Known]]:
    """Find for each paper the known ones that it may be: by arXiv id, by title, then by shared keys.

    Where the arXiv id is known, it alone decides and no key is asked.
    """
    names = [aliases(paper, (matching.normal_title(paper.title),)) for paper in papers]
    named = numbers_by_alias(connection, {name for each in names for name in each if name[0] != "url"})
    numbers = [_named(named, each) for each in names]
    asked = [i for i, each in enumerate(names) if not any(named.get(name) for name in each if name[0] == "arxiv")]
    for i, more in zip(asked, _by_keys(connection, [papers[i] for i in asked]), strict=True):
        numbers[i] = list(dict.fromkeys([*numbers[i], *more]))
    known = load_known_numbers(connection, sorted({no for each in numbers for no in each}))
    return [[known[no] for no in each] for each in numbers]


def _named(named: Mapping[tuple[str, str], list[int]], names: set[tuple[str, str]]) -> list[int]:
    """The papers that bear one of *names*: "arxiv" sorts before "title"."""
    return list(dict.fromkeys(no for name in sorted(names) for no in named.get(name, ())))


def _by_keys(connection: Connection, papers: Sequence[Paper]) -> list[list[int]]:
    """The papers that share the most candidate keys with each of *papers*, most first."""
    keys = [matching.query_keys(paper.title, paper.abstract) for paper in papers]
    k = schema.paper_keys.c
    holders: dict[int, list[int]] = defaultdict(list)
    for chunk in rows.chunks(sorted({key for each in keys for key in each})):
        for key, paper in connection.execute(select(k.key, k.paper).where(k.key.in_(chunk))):
            holders[key].append(paper)
    return [_most_shared(holders, each) for each in keys]


def _most_shared(holders: Mapping[int, list[int]], keys: Sequence[int]) -> list[int]:
    shared = Counter(paper for key in dict.fromkeys(keys) for paper in holders.get(key, ()))
    best = nsmallest(MOST_CANDIDATES, shared.items(), key=lambda item: (-item[1], item[0]))
    return [paper for paper, _ in best]
