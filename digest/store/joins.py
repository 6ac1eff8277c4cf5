"""Papers taken for one, by a rule or by hand, and taken apart again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from digest import matching
from digest.model import SPLIT, Change, Join, Known, Seen
from digest.store import joining, rows, schema
from digest.store.engine import Access
from digest.store.papers import numbers_of
from digest.store.writer import Writer

_j, _p, _d, _s, _c, _o = (
    schema.joins.c, schema.papers.c, schema.dumps.c, schema.sightings.c, schema.changes.c, schema.offers.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Joined:
    """A remembered join: its number, what was joined, when, the dump that showed it ("" by hand), where that lay.

    *part* is the id of the paper that it was, or became when it was split off at *split_at*; "" else.
    """

    no: int
    paper_id: str
    join: Join
    at: datetime
    dump_id: str
    where: str
    part: str
    split_at: datetime | None


class Joins:
    """The part of the store that knows which papers were taken for one, and undoes it."""

    _access: Access

    def joins(self, paper_id: str) -> tuple[Joined, ...]:
        """Everything that was ever taken for the paper under another title or text, oldest first, split off or not."""
        with self._access.reading() as connection:
            return _joins(connection, _p.id == paper_id)

    def merge_papers(
        self, keep_id: str, gone_id: str, join: Callable[[Known, Known], tuple[Known, Join]], now: datetime
    ) -> bool:
        """Take the paper *gone_id* for *keep_id* from now on; False when one of them is no paper of its own.

        *join* says what both are together. Sightings, names and news go over, and what was offered of either counts
        as offered. All or nothing.
        """
        with self._access.writing(durable=True) as connection:
            writer = Writer(connection)
            numbers = numbers_of(connection, _p.id, [keep_id, gone_id])
            knowns = writer.known([keep_id, gone_id])
            if (
                len(numbers) < 2
                or connection.execute(
                    select(func.count()).where(_p.no.in_(numbers.values()), _p.part_of.is_not(None))
                ).scalar()
            ):
                return False
            keep, gone = numbers[keep_id], numbers[gone_id]
            after, joined = join(knowns[keep_id], knowns[gone_id])
            joining.insert_join(connection, keep, joined, _places(connection, gone), now, part=gone)
            writer.unfile(knowns[gone_id])
            connection.execute(update(schema.papers).where(_p.no == gone).values(part_of=keep))
            connection.execute(update(schema.sightings).where(_s.paper == gone).values(paper=keep))
            _move_news(connection, keep, gone)
            writer.save([after], now)
        return True

    def split_paper(
        self, joined: Joined, part: Callable[[Known, Join, tuple[Seen, ...]], tuple[Known, Known]], now: datetime
    ) -> Change | None:
        """Undo *joined*, and return the news of the paper that is one of its own again; None when it was undone before.

        *part* says what both are apart. All or nothing.
        """
        with self._access.writing(durable=True) as connection:
            still = select(_j.paper, _j.part, _j.shown).where(_j.no == joined.no, _j.split_at.is_(None))
            row = connection.execute(still).first()
            if row is None:
                return None
            writer = Writer(connection)
            known = writer.known([joined.paper_id])[joined.paper_id]
            moved = _moved(connection, row.paper, joined.join, row.shown["at"])
            stays, goes = part(known, joined.join, tuple(seen for _, _, seen in moved))
            writer.unfile(known, keeping=stays)
            if row.part:
                connection.execute(update(schema.papers).where(_p.no == row.part).values(part_of=None))
                writer.file_again(goes.paper.id)
            writer.save([stays, goes], now)
            number = numbers_of(connection, _p.id, [goes.paper.id])[goes.paper.id]
            for dump, position, _ in moved:
                here = (_s.paper == row.paper, _s.dump == dump, _s.position == position)
                connection.execute(update(schema.sightings).where(*here).values(paper=number))
            connection.execute(update(schema.joins).where(_j.no == joined.no).values(split_at=now, part=number))
            (change,) = writer.add_changes([Change(goes.paper, "new", fields=SPLIT)], now)
        return change


def _joins(connection: Connection, condition: Any) -> tuple[Joined, ...]:
    part = schema.papers.alias("part")
    query = (
        select(
            _j.no, _p.id, _j.shown, _j.before, _j.reason, _j.similarity, _j.at, _d.id, _d.where, part.c.id, _j.split_at
        )
        .join(schema.papers, _p.no == _j.paper)
        .outerjoin(schema.dumps, _d.no == _j.dump)
        .outerjoin(part, part.c.no == _j.part)
        .where(condition)
        .order_by(_j.no)
    )
    return tuple(
        Joined(
            no,
            id_,
            Join(joining.known_of(shown), joining.known_of(before), reason, alike),
            at,
            dump or "",
            where or "",
            one or "",
            split,
        )
        for no, id_, shown, before, reason, alike, at, dump, where, one, split in connection.execute(query)
    )


def _places(connection: Connection, paper: int) -> list[list[int]]:
    return [list(row) for row in connection.execute(select(_s.dump, _s.position).where(_s.paper == paper))]


def _moved(connection: Connection, paper: int, join: Join, at: Sequence[Sequence[int]]) -> list[tuple[int, int, Seen]]:
    """The sightings that go with what *join* joined: those that came with it, and later ones of its own titles."""
    own = {*join.before.titles, matching.normal_title(join.before.paper.title)}
    titled = [matching.title_number(title) for title in join.found.titles if title not in own]
    there = {tuple(place) for place in at}
    query = (
        select(*rows.SEEN_COLUMNS, _s.dump, _s.position, _s.titled)
        .join(schema.dumps, _d.no == _s.dump)
        .where(_s.paper == paper)
        .order_by(_d.captured_on.nulls_first(), _d.id, _s.position)
    )
    found = connection.execute(query).all()
    return [
        (row.dump, row.position, rows.seen_of(row))
        for row in found
        if (row.dump, row.position) in there or row.titled in titled
    ]


def _move_news(connection: Connection, keep: int, gone: int) -> None:
    """Let both have been new once, at the first time, and offered to whoever was offered one of them."""
    news = select(func.min(_c.id)).where(_c.paper.in_((keep, gone)), _c.kind == "new").scalar_subquery()
    first = connection.execute(select(news)).scalar()
    both = (_c.paper.in_((keep, gone)), _c.kind == "new", _c.id != first)
    connection.execute(delete(schema.changes).where(*both))
    connection.execute(update(schema.changes).where(_c.paper == gone).values(paper=keep))
    had = select(_o.profile, _o.cause).where(_o.paper == keep)
    known = {tuple(row) for row in connection.execute(had)}
    theirs = connection.execute(select(_o.profile, _o.cause, _o.day).where(_o.paper == gone)).all()
    new = [
        {"profile": profile, "paper": keep, "cause": cause, "day": day}
        for profile, cause, day in theirs
        if (profile, cause) not in known
    ]
    if new:
        connection.execute(insert(schema.offers), new)
