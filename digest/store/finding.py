"""Which known papers may a further sighting be? Few enough that `matching` can look at each.

The questions are plain SQL that every database understands, and nothing here needs SQLAlchemy, whose import alone
takes longer than finding a thousand titles among a million papers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from digest import matching
from digest.model import Known, Paper

T = TypeVar("T")

LONGEST_ALIAS = 512
"""Characters of a normalised title or a URL that are compared: PostgreSQL indexes at most 2,704 bytes."""

Ask = Callable[[str, Sequence[str]], Iterable[Sequence[Any]]]
"""Puts an SQL question with a "?" for each of the given texts, and returns the rows as the driver gives them."""

_AT_ONCE = 50
"""Papers whose keys are asked together: among a million known ones a paper meets hundreds that share one."""
_CHUNK = 500


def candidates(ask: Ask, papers: Sequence[Paper]) -> list[list[Known]]:
    """Find for each paper the known ones that it may be: by id, by title, then by shared keys.

    Where the arXiv id is known, it alone decides and no key is asked. Only what matching looks at is read: id, arXiv
    id, link, titles, names, and the abstract where the paper has one.
    """
    names = [aliases(paper, (matching.normal_title(paper.title),)) for paper in papers]
    named = numbers_by_alias(ask, {name for each in names for name in each if name[0] != "url"})
    numbers = [list(dict.fromkeys(no for name in sorted(each) for no in named.get(name, ()))) for each in names]
    asked = [i for i, each in enumerate(names) if not any(named.get(name) for name in each if name[0] == "arxiv")]
    for chunk in _chunks(asked, _AT_ONCE):
        alike = _alike(ask, [papers[i] for i in chunk])
        for i, more in zip(chunk, alike, strict=True):
            numbers[i] = list(dict.fromkeys([*numbers[i], *more]))
    known: dict[int, Known] = {}
    for column, wanted in _by_need(papers, numbers):
        known |= _to_compare(ask, wanted, column)
    return [[known[no] for no in each] for each in numbers]


def aliases(paper: Paper, titles: Iterable[str] = ()) -> set[tuple[str, str]]:
    """Every (kind, value) under which *paper* may be found, its normalised *titles* included.

    By name the kinds sort from the surest to the least sure: "arxiv", "name", "title"; "url" is for people.
    """
    names = {("title", title[:LONGEST_ALIAS]) for title in titles if title}
    names |= {("name", name) for name in matching.other_names(paper)}
    arxiv = matching.arxiv_id(paper.arxiv_id) if paper.arxiv_id else None
    if arxiv:
        names.add(("arxiv", arxiv[0]))
    if paper.url:
        names.add(("url", paper.url[:LONGEST_ALIAS]))
    return names


def numbers_by_alias(ask: Ask, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    """Find the papers that bear each (kind, value)."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, value in sorted(names):
        by_kind[kind].append(value)
    for kind, values in by_kind.items():
        for chunk in _chunks(values, _CHUNK):
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT value, paper FROM paper_aliases WHERE kind = ? AND value IN ({marks})"  # noqa: S608 marks
            for value, paper in ask(query, (kind, *chunk)):
                found[kind, value].append(paper)
    return found


def _alike(ask: Ask, papers: Sequence[Paper]) -> list[list[int]]:
    """The papers that share the rarest candidate keys with each of *papers*, best first, as far as they are like it."""
    keys = [matching.query_keys(paper.title, paper.abstract) for paper in papers]
    holders: dict[int, list[int]] = defaultdict(list)
    for key, paper in _rows(ask, "key, paper", "paper_keys", "key", {key for each in keys for key in each}):
        holders[key].append(paper)
    best = [matching.choose(holders, each) for each in keys]
    texts: dict[int, Paper] = {}
    for column, wanted in _by_need(papers, best):
        texts |= {no: Paper(*said) for no, *said in _rows(ask, f"no, title{column}", "papers", "no", wanted)}
    return [
        [no for no in each if matching.worth_comparing(paper, texts[no])]
        for each, paper in zip(best, papers, strict=True)
    ]


def _by_need(papers: Sequence[Paper], numbers: Sequence[Sequence[int]]) -> Iterator[tuple[str, set[int]]]:
    """Which of *numbers* are to be read with their abstract, because one of *papers* has one, and which without."""
    told = {no for each, paper in zip(numbers, papers, strict=True) if paper.abstract for no in each}
    yield ", abstract", told
    yield "", {no for each in numbers for no in each} - told


def _to_compare(ask: Ask, numbers: Iterable[int], abstract: str) -> dict[int, Known]:
    found: dict[int, Known] = {}
    columns = f"no, id, title, arxiv_id, url, titles, names{abstract}"
    for no, id_, title, arxiv_id, url, titles, names, *said in _rows(ask, columns, "papers", "no", numbers):
        paper = Paper(title, next(iter(said), None), arxiv_id=arxiv_id, url=url, id=id_)
        found[no] = Known(paper, titles=tuple(_listed(titles)), names=frozenset(_listed(names)))
    return found


def _listed(value: Any) -> list[str]:
    """A column of JSON: SQLite's driver gives the text, PostgreSQL's the list."""
    return list(json.loads(value) if isinstance(value, str) else value)


def _rows(ask: Ask, columns: str, table: str, number: str, wanted: Iterable[int]) -> Iterator[Sequence[Any]]:
    """The rows whose *number* is *wanted*; whole numbers stand in the question itself, which spares binding each."""
    for chunk in _chunks(sorted(wanted), _CHUNK):
        listed = ", ".join(map(str, chunk))
        yield from ask(f"SELECT {columns} FROM {table} WHERE {number} IN ({listed})", ())  # noqa: S608 numbers


def _chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[at : at + size] for at in range(0, len(values), size))
