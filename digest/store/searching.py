"""Searching all papers by words, phrases, authors and dates, through the index that the database keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table

from digest.model import Paper
from digest.store import rows, schema
from digest.store.asking import Term
from digest.store.engine import Access

_d, _f, _o, _p, _s = schema.dumps.c, schema.profiles.c, schema.offers.c, schema.papers.c, schema.sightings.c
_FTS5 = table("paper_words", column("rowid"))
_VECTORS = table("paper_words", column("paper"), column("words"))
MOST_SCORED = 2000
"""Scoring reads every hit: beyond so many one search would keep a core for longer than 5 ms."""
_SPARE = 4
"""So many times more papers are scored than are shown, since some may be part of another one."""
_WEIGHTS = (6.0, 1.0, 3.0)
"""How much a hit counts in title, abstract and authors where the best match comes first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: all *terms*, and at least one of *one_of* where there are any.

    *first*, *last* and *source* ask for papers that a dump of these days or of that source shows, *since* and *until*
    for the day of publication; with *offered_to* only what that profile was shown, and the days are those of its
    editions.
    """

    terms: tuple[Term, ...] = ()
    one_of: tuple[Term, ...] = ()
    first: date | None = None
    last: date | None = None
    source: str | None = None
    since: date | None = None
    until: date | None = None
    offered_to: str | None = None

    @property
    def asks_for_words(self) -> bool:
        """Whether there is a word that must stand in a paper."""
        return any(not term.absent for term in (*self.terms, *self.one_of))


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; *next* continues it (`Searching.find` takes it), None at the end."""

    papers: tuple[Paper, ...]
    next: int | None = None


class Searching:
    """The part of the store that searches."""

    _access: Access

    def find(self, wanted: Wanted, limit: int = 20, *, after: int | None = None) -> Found:
        """Papers that are *wanted*, first seen last first: at most *limit* of them, after the place *after*."""
        with self._access.reading() as connection:
            kind = connection.dialect.name
            query = _query(kind, wanted)
            # FTS5 gives its rows in this order by itself, and then it stops at the limit.
            number = _FTS5.c.rowid if wanted.asks_for_words and kind == "sqlite" else _p.no
            query = query.where(number < after) if after is not None else query
            found = connection.execute(query.order_by(number.desc()).limit(limit + 1)).all()
        papers = tuple(rows.paper_of(row) for row in found[:limit])
        return Found(papers, found[limit - 1][-1] if len(found) > limit else None)

    def best(self, wanted: Wanted, limit: int = 20) -> tuple[Paper, ...]:
        """The *limit* papers that fit the words that are *wanted* best, the best first; () when no word is wanted.

        Of more than `MOST_SCORED` that have the words the newest are compared.
        """
        if not wanted.asks_for_words:
            return ()
        with self._access.reading() as connection:
            kind = connection.dialect.name
            query = _query(kind, wanted)
            number = _FTS5.c.rowid if kind == "sqlite" else _p.no
            newest = query.with_only_columns(number).order_by(number.desc())
            oldest = connection.execute(newest.offset(MOST_SCORED).limit(1)).scalar()
            if kind == "sqlite" and not _conditions(wanted):
                query = _scored_alone(wanted, oldest or 0, limit)
            else:
                query = query.where(number > oldest) if oldest is not None else query
                query = query.order_by(_score(kind, wanted), _p.no.desc())
            found = connection.execute(query.limit(limit)).all()
        return tuple(rows.paper_of(row) for row in found)

    def source_names(self) -> tuple[str, ...]:
        """Every source that a dump was ever taken from, by name."""
        with self._access.reading() as connection:
            return tuple(connection.execute(select(_d.source).distinct().order_by(_d.source)).scalars())


def _query(kind: str, wanted: Wanted) -> Select[Any]:
    query = select(*rows.PAPER_COLUMNS, _p.no).where(_p.part_of.is_(None), *_conditions(wanted))
    if not wanted.asks_for_words:
        return query
    if kind == "sqlite":
        match = literal_column("paper_words").op("MATCH")(_for_sqlite(wanted))
        return query.select_from(_FTS5).join(schema.papers, _p.no == _FTS5.c.rowid).where(match)
    match = _VECTORS.c.words.op("@@")(func.to_tsquery("simple", _for_postgresql(wanted)))
    return query.select_from(_VECTORS).join(schema.papers, _p.no == _VECTORS.c.paper).where(match)


def _scored_alone(wanted: Wanted, oldest: int, limit: int) -> Select[Any]:
    """The best matches first, of those after the number *oldest*; only theirs are read from the table of papers."""
    match = literal_column("paper_words").op("MATCH")(_for_sqlite(wanted))
    score, number = _score("sqlite", wanted).label("score"), _FTS5.c.rowid
    hits = select(number.label("no"), score).select_from(_FTS5).where(match, number > oldest)
    hit = hits.order_by(score, number.desc()).limit(_SPARE * limit).subquery().c
    query = select(*rows.PAPER_COLUMNS, _p.no).join_from(schema.papers, hit.no.table, hit.no == _p.no)
    return query.where(_p.part_of.is_(None)).order_by(hit.score, _p.no.desc())


def _score(kind: str, wanted: Wanted) -> ColumnElement[Any]:
    """What puts the best match first, ascending."""
    if kind == "sqlite":
        return func.bm25(literal_column("paper_words"), *_WEIGHTS)
    # Of D, C, B and A, in the proportions of `_WEIGHTS`.
    weights: ColumnElement[Any] = literal_column("CAST('{0, 0.5, 0.17, 1}' AS real[])")
    return -func.ts_rank(weights, _VECTORS.c.words, func.to_tsquery("simple", _for_postgresql(wanted)))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since:
        found.append(_p.published >= wanted.since)
    if wanted.until:
        found.append(_p.published <= wanted.until)
    days = () if wanted.offered_to is not None else _between(_d.captured_on, wanted)
    if days or wanted.source is not None:
        shown = select(_s.paper).join(schema.dumps, _d.no == _s.dump).where(*days)
        found.append(_p.no.in_(shown.where(_d.source == wanted.source) if wanted.source is not None else shown))
    if wanted.offered_to is not None:
        offered = select(_o.paper).join(schema.profiles, _f.no == _o.profile).where(_f.name == wanted.offered_to)
        found.append(_p.no.in_(offered.where(*_between(_o.day, wanted))))
    return found


def _between(day: ColumnElement[date], wanted: Wanted) -> list[ColumnElement[bool]]:
    first, last = wanted.first, wanted.last
    return [*([day >= first] if first else ()), *([day <= last] if last else ())]


def _for_sqlite(wanted: Wanted) -> str:
    """The query in FTS5's own language (https://www.sqlite.org/fts5.html, 3); every word stands quoted in it."""

    def phrase(term: Term) -> str:
        said = '"' + term.text.replace('"', '""') + '"' + (" *" if term.begins else "")
        return f"authors : {said}" if term.author else said

    asked = " AND ".join(_alternatives(wanted, phrase, " OR "))
    absent = [phrase(term) for term in wanted.terms if term.absent]
    return f"({asked}) NOT ({' OR '.join(absent)})" if absent else asked


def _for_postgresql(wanted: Wanted) -> str:
    """The query as `to_tsquery` reads it; words are made as the function `plain_words` of the database makes them."""

    def phrase(term: Term) -> str:
        plain = unicodedata.normalize("NFKD", term.text)
        words = re.findall(r"[^\W_]+", "".join(char for char in plain if not unicodedata.combining(char)).lower())
        marks = ("*" if term.begins else "") + ("C" if term.author else "")
        author = ":C" if term.author else ""
        return (
            "("
            + " <-> ".join([*(f"{w}{author}" for w in words[:-1]), f"{words[-1]}{':' if marks else ''}{marks}"])
            + ")"
        )

    asked = " & ".join(_alternatives(wanted, phrase, " | "))
    return " & ".join([asked, *(f"!{phrase(term)}" for term in wanted.terms if term.absent)])


def _alternatives(wanted: Wanted, phrase: Callable[[Term], str], either: str) -> list[str]:
    """What must all hold: each term, and one of several."""
    asked = [phrase(term) for term in wanted.terms if not term.absent]
    return [*asked, f"({either.join(map(phrase, wanted.one_of))})"] if wanted.one_of else asked
