"""News for each profile, the editions made of it, and what they showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from digest.model import Cause, Change, Digest, Paper
from digest.store import packing, queueing, rows, schema
from digest.store.engine import Access
from digest.store.values import EditionState, PackedEdition, Queued, QueuedEdition

_c, _f, _n, _o, _p, _t = (
    schema.changes.c, schema.profiles.c, schema.editions.c, schema.offers.c, schema.papers.c, schema.snapshots.c,
)  # fmt: skip
_SNAPSHOTS = select(_t.id, _t.data)
_DIGESTS = select(_n.day, _n.digest, _n.papers).join(schema.profiles, _f.no == _n.profile)


class Editions:
    """The part of the store that knows who was served what."""

    _access: Access
    _shelf: packing.Shelf

    def changes_after(
        self, cursor: int, *, upto: int | None = None, causes: Collection[Cause] | None = None
    ) -> tuple[Change, ...]:
        """News after *cursor*, up to and with *upto*, oldest first and once per paper, as the paper is today.

        A new paper swallows its updates; else the newest update counts whose cause is among *causes*
        (None: any). Read `last_change` first and hand it over as *upto*: it is the next cursor.
        """
        query = select(_c.paper, _c.id, _c.kind, _c.cause, _c.fields).where(_c.id > cursor).order_by(_c.id)
        if upto is not None:
            query = query.where(_c.id <= upto)
        chosen: dict[int, Any] = {}
        with self._access.reading() as connection:
            for row in connection.execute(query):
                if row.kind == "new" or (
                    (causes is None or row.cause in causes) and not _is_new(chosen.get(row.paper))
                ):
                    chosen[row.paper] = row
            return _with_papers(connection, sorted(chosen.values(), key=lambda row: row.id))

    def revisions_after(self, cursor: int, *, upto: int) -> tuple[Change, ...]:
        """The new versions with another title or abstract after *cursor*, up to and with *upto*, oldest first."""
        query = select(_c.paper, _c.id, _c.kind, _c.cause, _c.fields).where(_c.id > cursor, _c.id <= upto)
        with self._access.reading() as connection:
            found = connection.execute(query.where(_c.kind == "updated", _c.cause == "text").order_by(_c.id)).all()
            return _with_papers(connection, list({row.paper: row for row in found}.values()))

    def offered_to(self, paper_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Say for each of these papers which profiles were offered it as a new one; nobody: left out."""
        had: dict[str, set[str]] = defaultdict(set)
        query = (
            select(_p.id, _f.name)
            .join(schema.offers, _o.paper == _p.no)
            .join(schema.profiles, _f.no == _o.profile)
            .where(_o.cause == "new")
        )
        with self._access.reading() as connection:
            for chunk in rows.chunks(paper_ids):
                for id_, name in connection.execute(query.where(_p.id.in_(chunk))):
                    had[id_].add(name)
        return {id_: frozenset(names) for id_, names in had.items()}

    def last_change(self) -> int:
        """The greatest number of a change; 0 when there is none."""
        with self._access.reading() as connection:
            return connection.execute(select(func.max(_c.id))).scalar() or 0

    def cursor_at(self, since: datetime) -> int:
        """The greatest number of a change recorded before *since*; 0 when there is none."""
        with self._access.reading() as connection:
            return connection.execute(select(func.max(_c.id)).where(_c.at < since)).scalar() or 0

    def cursors(self, names: Iterable[str]) -> dict[str, int]:
        """How far each of these profiles was served; one that never was is left out."""
        with self._access.reading() as connection:
            return {name: row.cursor for name, row in queueing.profiles_of(connection, names).items()}

    def last_edition_day(self, names: Iterable[str]) -> dict[str, date]:
        """The latest local date for which each of these profiles has an edition, empty ones too."""
        with self._access.reading() as connection:
            return {name: row.last_day for name, row in queueing.profiles_of(connection, names).items() if row.last_day}

    def shown_since(self, names: Iterable[str]) -> dict[str, date]:
        """The date of the first edition with papers, for each of these profiles that had one."""
        with self._access.reading() as connection:
            found = queueing.profiles_of(connection, names)
        return {name: row.shown_since for name, row in found.items() if row.shown_since}

    def empty_runs(self, names: Iterable[str]) -> dict[str, int]:
        """How many editions in a row had no papers, up to the last one, for each profile that has any."""
        with self._access.reading() as connection:
            return {name: row.empty_run for name, row in queueing.profiles_of(connection, names).items()}

    def edition_states(self, day_of: Mapping[str, date]) -> dict[str, EditionState]:
        """Say which of these profiles have an edition for their date, and whether it was "queued" or "empty"."""
        found: dict[str, EditionState] = {}
        query = select(_f.name, _n.day, _n.state).join(schema.profiles, _f.no == _n.profile)
        with self._access.reading() as connection:
            for chunk in rows.chunks(sorted(set(day_of.values()))):
                for name, day, state in connection.execute(query.where(_n.day.in_(chunk))):
                    if day_of.get(name) == day:
                        found[name] = state
        return found

    def digest(self, profile: str, day: date) -> Digest | None:
        """The edition of *profile* for its local date *day*."""
        query = _DIGESTS.where(_f.name == profile, _n.day == day)
        with self._access.reading() as connection:
            found = self._unpacked(connection, connection.execute(query).all())
        return found[0][1] if found else None

    def archive(self, profile: str, days: Sequence[date]) -> list[tuple[date, Digest]]:
        """The editions of *profile* that were sent for *days*, newest first."""
        query = _DIGESTS.where(_f.name == profile, _n.state == "queued")
        found: list[tuple[date, Digest]] = []
        with self._access.reading() as connection:
            for chunk in rows.chunks(days):
                found += self._unpacked(connection, connection.execute(query.where(_n.day.in_(chunk))).all())
        return sorted(found, key=lambda each: each[0], reverse=True)

    def listed(self, profile: str, days: Sequence[date]) -> list[tuple[date, int, str]]:
        """What the editions of *profile* that were sent for *days* hold: how many papers, and the first one's title.

        Newest first; the title is "" where there are none.
        """
        query = select(_n.day, _n.picks, _n.papers).join(schema.profiles, _f.no == _n.profile)
        query = query.where(_f.name == profile, _n.state == "queued")
        with self._access.reading() as connection:
            found = [row for days in rows.chunks(days) for row in connection.execute(query.where(_n.day.in_(days)))]
            firsts = {row.day: n for row in found if row.picks for n in (packing.numbers_in(row.papers) or ())[:1]}
            papers = self._shelved(connection, set(firsts.values()))
        titles = {day: papers[number].title for day, number in firsts.items()}
        old = {row.day for row in found if row.picks} - titles.keys()  # editions that hold their papers themselves
        titles |= {day: digest.picks[0].change.paper.title for day, digest in self.archive(profile, sorted(old))}
        return sorted(((row.day, row.picks, titles.get(row.day, "")) for row in found), reverse=True)

    def _unpacked(self, connection: Connection, found: Sequence[Any]) -> list[tuple[date, Digest]]:
        """Read editions of `_DIGESTS` with their days."""
        shows = [packing.numbers_in(row.papers) for row in found]
        papers = self._shelved(connection, {number for each in shows for number in each or ()})
        return [(row.day, packing.unpacked(row.digest, each, papers)) for row, each in zip(found, shows, strict=True)]

    def _shelved(self, connection: Connection, numbers: Collection[int]) -> Mapping[int, Paper]:
        """The papers of these snapshots."""

        def read(numbers: Collection[int]) -> Iterator[packing.Snapshot]:
            for chunk in rows.chunks(numbers):
                yield from (tuple(row) for row in connection.execute(_SNAPSHOTS.where(_t.id.in_(chunk))))

        return self._shelf.papers(numbers, read)

    def editions_by_day(self, since: date) -> dict[date, int]:
        """How many editions were sent for each local date from *since* on."""
        query = select(_n.day, func.count()).where(_n.day >= since, _n.state == "queued").group_by(_n.day)
        with self._access.reading() as connection:
            return {day: count for day, count in connection.execute(query)}

    def news_by_day(self, since: datetime) -> dict[date, int]:
        """How many papers were new on each UTC date from *since* on."""
        day = func.date(_c.at)
        query = select(day, func.count()).where(_c.at >= since, _c.kind == "new").group_by(day)
        with self._access.reading() as connection:
            return {date.fromisoformat(str(key)): count for key, count in connection.execute(query)}

    def offered(self, profile: str, paper_ids: Iterable[str]) -> dict[str, frozenset[Cause]]:
        """Say which of these papers the profile was shown, in full or in a line, and as what."""
        found: dict[str, set[Cause]] = defaultdict(set)
        query = (
            select(_p.id, _o.cause)
            .join(schema.offers, _o.paper == _p.no)
            .join(schema.profiles, _f.no == _o.profile)
            .where(_f.name == profile)
        )
        with self._access.reading() as connection:
            for chunk in rows.chunks(paper_ids):
                for id_, cause in connection.execute(query.where(_p.id.in_(chunk))):
                    found[id_].add(cause)
        return {id_: frozenset(causes) for id_, causes in found.items()}

    def queue(self, editions: Sequence[QueuedEdition | PackedEdition], now: datetime) -> tuple[Queued, ...]:
        """Remember editions, what they show, their deliveries (due now) and the new cursors: all or nothing.

        Says for each in order what became of it: "queued"; "empty", when it has no picks and so no
        deliveries; "exists", when nothing was changed because the profile has a queued edition for
        that date already or was served by another pass meanwhile. An empty one is replaced.
        """
        packed = [  # before anybody is made to wait
            edition if isinstance(edition, PackedEdition) else queueing.pack(edition) for edition in editions
        ]
        with self._access.writing(hold="shared") as connection:
            profiles = queueing.ensure_profiles(connection, [edition.profile for edition in packed])
            places = [queueing.place_of(edition, profiles) for edition in packed]
            there = queueing.existing(connection, places)
            closed = {place for place, row in there.items() if row.state == "queued"}
            states: list[Queued] = []
            taken: list[PackedEdition] = []
            for edition, place in zip(packed, places, strict=True):
                cursor = profiles[edition.profile].cursor
                if place in closed or edition.since not in {None, cursor}:
                    states.append("exists")
                    continue
                closed.add(place)
                states.append("queued" if edition.sent else "empty")
                taken.append(edition)
            queueing.write(connection, taken, profiles, now)
        return tuple(states)


# ---------------------------------------------------------------- steps of reading


def _is_new(row: Any) -> bool:
    return row is not None and row.kind == "new"


def _with_papers(connection: Connection, chosen: Sequence[Any]) -> tuple[Change, ...]:
    papers = {}
    for chunk in rows.chunks(row.paper for row in chosen):
        for row in connection.execute(select(*rows.PAPER_COLUMNS, _p.no).where(_p.no.in_(chunk))):
            papers[row[-1]] = rows.paper_of(row)
    return tuple(Change(papers[row.paper], row.kind, row.cause, tuple(row.fields), row.id) for row in chosen)
