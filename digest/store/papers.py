"""Reading papers: by id, by any of their names, by words, and as what a further sighting is merged with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, select

from digest import matching
from digest.model import Known, Paper, Seen
from digest.store import rows, schema
from digest.store.engine import Access
from digest.store.finding import LONGEST_ALIAS, numbers_by_alias
from digest.store.values import Event, Offer

_p, _a, _d, _s, _o, _f = (
    schema.papers.c, schema.paper_aliases.c, schema.dumps.c, schema.sightings.c, schema.offers.c, schema.profiles.c,
)  # fmt: skip


class Papers:
    """The part of the store that answers questions about papers and dumps."""

    _access: Access

    def stamps(self, source: str) -> dict[str, str]:
        """Say for each file of *source* the stamp under which it was last read, taken or refused."""
        s = schema.stamps.c
        with self._access.reading() as connection:
            return {
                where: stamp for where, stamp in connection.execute(select(s.where, s.stamp).where(s.source == source))
            }

    def refusals(self, source: str) -> dict[str, str]:
        """Say for each file of *source* that was refused, and not replaced since, why."""
        s = schema.stamps.c
        query = select(s.where, s.refused).where(s.source == source, s.refused != "").order_by(s.where)
        with self._access.reading() as connection:
            return {where: why for where, why in connection.execute(query)}

    def first_seen(self, dump_id: str) -> datetime | None:
        """The instant at which the dump was first taken; None for one that was not."""
        with self._access.reading() as connection:
            return connection.execute(select(_d.first_seen).where(_d.id == dump_id)).scalar()

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """Find papers by our ids; unknown ones are left out."""
        found = {}
        with self._access.reading() as connection:
            for chunk in rows.chunks(ids):
                for row in connection.execute(select(*rows.PAPER_COLUMNS).where(_p.id.in_(chunk))):
                    found[row.id] = rows.paper_of(row)
        return found

    def newest_papers(self, limit: int) -> list[Paper]:
        """The *limit* papers that were first seen last, newest first."""
        query = select(*rows.PAPER_COLUMNS).where(_p.part_of.is_(None))
        with self._access.reading() as connection:
            found = connection.execute(query.order_by(_p.first_seen.desc(), _p.no.desc()).limit(limit))
            return [rows.paper_of(row) for row in found]

    def without_id(self, since: datetime, limit: int = 1000) -> list[Paper]:
        """Papers first seen after *since* of which neither an arXiv id nor an address is known, newest first."""
        lacking = (_p.arxiv_id.is_(None), _p.url.is_(None), _p.part_of.is_(None), _p.first_seen >= since)
        query = select(*rows.PAPER_COLUMNS).where(*lacking).order_by(_p.first_seen.desc(), _p.no.desc())
        with self._access.reading() as connection:
            return [rows.paper_of(row) for row in connection.execute(query.limit(limit))]

    def find_papers(self, refs: Iterable[str]) -> dict[str, Paper]:
        """Find papers by what people write: our id, an arXiv id or URL, another URL, a title.

        Of two papers with one title the one with the smaller id is taken; what is not known is left out.
        """
        refs = list(dict.fromkeys(refs))
        with self._access.reading() as connection:
            names = {ref: _names_in(ref) for ref in refs}
            by_alias = numbers_by_alias(rows.asking(connection), {name for each in names.values() for name in each})
            by_id = _numbers_by_id(connection, refs)
            hits = {ref: [by_id[ref]] if ref in by_id else _first(by_alias, names[ref]) for ref in refs}
            papers = _papers_by_number(connection, {no for nos in hits.values() for no in nos})
        return {ref: min((papers[no] for no in nos), key=lambda paper: paper.id) for ref, nos in hits.items() if nos}

    def known(self, paper_id: str) -> Known | None:
        """All that is remembered of one paper, its sightings oldest first."""
        with self._access.reading() as connection:
            return next(iter(load_known(connection, _p.id == paper_id).values()), None)

    def paper_history(self, paper_id: str) -> tuple[tuple[Seen, ...], tuple[Event, ...], tuple[Offer, ...]]:
        """Where one paper was seen, what was news about it, and to whom it was shown; each oldest first."""
        c, o, f = schema.changes.c, schema.offers.c, schema.profiles.c
        events = select(c.id, c.kind, c.cause, c.fields, c.at).join(schema.papers, _p.no == c.paper)
        offers = select(f.name, o.day, o.cause).join(schema.profiles, f.no == o.profile)
        with self._access.reading() as connection:
            known = load_known(connection, _p.id == paper_id)
            of_paper = select(_p.no).where(_p.id == paper_id).scalar_subquery()
            return (
                tuple(seen for each in known.values() for seen in each.seen),
                tuple(
                    Event(id_, kind, cause, tuple(fields), at)
                    for id_, kind, cause, fields, at in connection.execute(
                        events.where(_p.id == paper_id).order_by(c.id)
                    )
                ),
                tuple(
                    Offer(*row) for row in connection.execute(offers.where(o.paper == of_paper).order_by(o.day, f.name))
                ),
            )


# ---------------------------------------------------------------- for the other parts of the store


def load_known(connection: Connection, condition: ColumnElement[bool]) -> dict[int, Known]:
    """Read the papers under *condition* with their sightings, by number."""
    found = {row[-1]: row for row in connection.execute(select(*rows.KNOWN_COLUMNS, _p.no).where(condition))}
    seen: dict[int, list[Seen]] = defaultdict(list)
    for chunk in rows.chunks(found):
        query = select(*rows.SEEN_COLUMNS, _s.paper).join(schema.dumps, _d.no == _s.dump).where(_s.paper.in_(chunk))
        for row in connection.execute(query.order_by(_d.captured_on.nulls_first(), _d.id, _s.position)):
            seen[row[-1]].append(rows.seen_of(row))
    return {no: rows.known_of(row, seen[no]) for no, row in found.items()}


def load_known_numbers(connection: Connection, numbers: Iterable[int]) -> dict[int, Known]:
    """Read the papers of these numbers with their sightings."""
    found: dict[int, Known] = {}
    for chunk in rows.chunks(numbers):
        found |= load_known(connection, _p.no.in_(chunk))
    return found


def numbers_of(connection: Connection, table_id: Column[str], ids: Iterable[str]) -> dict[str, int]:
    """Find the numbers behind ids; *table_id* is the column that holds them."""
    no = table_id.table.c.no
    found: dict[str, int] = {}
    for chunk in rows.chunks(ids):
        found |= {id_: number for id_, number in connection.execute(select(table_id, no).where(table_id.in_(chunk)))}
    return found


def _names_in(ref: str) -> list[tuple[str, str]]:
    """What *ref* may mean, the surest first."""
    arxiv = matching.arxiv_id(ref)
    names = [("arxiv", arxiv[0])] if arxiv else []
    ref = matching.doi_link(ref) or ref
    if ref.startswith(("http://", "https://")):
        names += [("name", name) for name in sorted(matching.other_names(Paper("", url=ref)))]
        return [*names, ("url", ref[:LONGEST_ALIAS])]
    title = matching.normal_title(ref)[:LONGEST_ALIAS]
    return [*names, ("title", title)] if title else names


def _first(by_alias: Mapping[tuple[str, str], list[int]], names: Sequence[tuple[str, str]]) -> list[int]:
    return next((by_alias[name] for name in names if by_alias.get(name)), [])


def _numbers_by_id(connection: Connection, refs: Sequence[str]) -> dict[str, int]:
    found = numbers_of(connection, _p.id, (ref for ref in refs if len(ref) <= 64))
    while found:  # what is part of another paper stands for that one
        query = select(_p.no, _p.part_of).where(_p.no.in_(sorted(set(found.values()))), _p.part_of.is_not(None))
        whole = {no: into for no, into in connection.execute(query)}
        if not whole:
            break
        found = {ref: whole.get(no, no) for ref, no in found.items()}
    return found


def _papers_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, Paper]:
    found: dict[int, Paper] = {}
    for chunk in rows.chunks(numbers):
        for row in connection.execute(select(*rows.PAPER_COLUMNS, _p.no).where(_p.no.in_(chunk))):
            found[row[-1]] = rows.paper_of(row)
    return found
