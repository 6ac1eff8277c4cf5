"""Which known papers may a further sighting be? Few enough that `matching` can look at each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, select

from digest import matching
from digest.model import Known, Paper
from digest.store import rows, schema
from digest.store.papers import aliases, numbers_by_alias

_k, _p = schema.paper_keys.c, schema.papers.c
_AT_ONCE = 50
"""Papers whose keys are asked together: among a million known ones a paper meets hundreds that share one."""


def candidates(connection: Connection, papers: Sequence[Paper]) -> list[list[Known]]:
    """Find for each paper the known ones that it may be: by id, by title, then by shared keys.

    Where the arXiv id is known, it alone decides and no key is asked. Only what matching looks at is read: id, arXiv
    id, link, titles, names, and the abstract where the paper has one.
    """
    names = [aliases(paper, (matching.normal_title(paper.title),)) for paper in papers]
    named = numbers_by_alias(connection, {name for each in names for name in each if name[0] != "url"})
    numbers = [_named(named, each) for each in names]
    asked = [i for i, each in enumerate(names) if not any(named.get(name) for name in each if name[0] == "arxiv")]
    for i, more in zip(asked, _by_keys(connection, [papers[i] for i in asked]), strict=True):
        numbers[i] = list(dict.fromkeys([*numbers[i], *more]))
    told = {no for each, paper in zip(numbers, papers, strict=True) if paper.abstract for no in each}
    known = _to_compare(connection, sorted(told), _p.abstract)
    known |= _to_compare(connection, sorted({no for each in numbers for no in each} - told))
    return [[known[no] for no in each] for each in numbers]


def _named(named: Mapping[tuple[str, str], list[int]], names: set[tuple[str, str]]) -> list[int]:
    """The papers that bear one of *names*: "arxiv" sorts before "name" and "title"."""
    return list(dict.fromkeys(no for name in sorted(names) for no in named.get(name, ())))


def _by_keys(connection: Connection, papers: Sequence[Paper]) -> list[list[int]]:
    """The papers that share the rarest candidate keys with each of *papers*, best first."""
    return [best for chunk in rows.chunks(papers, _AT_ONCE) for best in _chosen(connection, chunk)]


def _chosen(connection: Connection, papers: Sequence[Paper]) -> list[list[int]]:
    keys = [matching.query_keys(paper.title, paper.abstract) for paper in papers]
    holders: dict[int, list[int]] = defaultdict(list)
    for chunk in rows.chunks(sorted({key for each in keys for key in each})):
        for key, paper in connection.execute(select(_k.key, _k.paper).where(_k.key.in_(chunk))):
            holders[key].append(paper)
    return [matching.choose(holders, each) for each in keys]


def _to_compare(connection: Connection, numbers: Sequence[int], *more: ColumnElement[str]) -> dict[int, Known]:
    found: dict[int, Known] = {}
    for chunk in rows.chunks(numbers):
        query = select(_p.no, _p.id, _p.title, _p.arxiv_id, _p.url, _p.titles, _p.names, *more)
        for no, id_, title, arxiv_id, url, titles, names, *abstract in connection.execute(
            query.where(_p.no.in_(chunk))
        ):
            paper = Paper(title, next(iter(abstract), None), arxiv_id=arxiv_id, url=url, id=id_)
            found[no] = Known(paper, titles=tuple(titles), names=frozenset(names))
    return found
