"""News for each profile, the editions made of it, and what they showed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from digest.model import Cause, Change, Digest, Pick
from digest.store import rows, schema
from digest.store.engine import Access
from digest.store.papers import numbers_of
from digest.store.values import EditionState, Queued, QueuedEdition

_c, _f, _n, _o, _p = schema.changes.c, schema.profiles.c, schema.editions.c, schema.offers.c, schema.papers.c


class Editions:
    """The part of the store that knows who was served what."""

    _access: Access

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
            return {name: row.cursor for name, row in _profiles(connection, names).items()}

    def last_edition_day(self, names: Iterable[str]) -> dict[str, date]:
        """The latest local date for which each of these profiles has an edition, empty ones too."""
        with self._access.reading() as connection:
            return {name: row.last_day for name, row in _profiles(connection, names).items() if row.last_day}

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
        query = select(_n.digest).join(schema.profiles, _f.no == _n.profile).where(_f.name == profile, _n.day == day)
        with self._access.reading() as connection:
            data = connection.execute(query).scalar()
        return rows.unpacked(data) if data else None

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

    def queue(self, editions: Sequence[QueuedEdition], now: datetime) -> tuple[Queued, ...]:
        """Remember editions, what they show, their deliveries (due now) and the new cursors: all or nothing.

        Says for each in order what became of it: "queued"; "empty", when it has no picks and so no
        deliveries; "exists", when nothing was changed because the profile has a queued edition for
        that date already or was served by another pass meanwhile. An empty one is replaced.
        """
        packed = [rows.packed(edition.digest) for edition in editions]  # before anybody is made to wait
        with self._access.writing() as connection:
            profiles = _ensure_profiles(connection, [edition.digest.profile for edition in editions])
            there = _existing(connection, {edition.digest.date for edition in editions})
            states: list[Queued] = []
            taken: list[tuple[QueuedEdition, bytes]] = []
            for edition, data in zip(editions, packed, strict=True):
                profile, place = profiles[edition.digest.profile], _place(edition, profiles)
                moved = edition.since is not None and edition.since != profile.cursor
                if moved or there.get(place) == "queued":
                    states.append("exists")
                    continue
                there[place] = "queued"
                states.append("queued" if edition.digest.picks else "empty")
                taken.append((edition, data))
            _write(connection, taken, profiles, now)
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


def _profiles(connection: Connection, names: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for chunk in rows.chunks(dict.fromkeys(names)):
        query = select(_f.name, _f.no, _f.cursor, _f.last_day).where(_f.name.in_(chunk))
        found |= {row.name: row for row in connection.execute(query)}
    return found


def _existing(connection: Connection, days: Collection[date]) -> dict[tuple[date, int], str]:
    query = select(_n.day, _n.profile, _n.state).where(_n.day.in_(sorted(days)))
    return {(day, profile): state for day, profile, state in connection.execute(query)}


# ---------------------------------------------------------------- steps of queueing


def _ensure_profiles(connection: Connection, names: Sequence[str]) -> dict[str, Any]:
    found = _profiles(connection, names)
    new = sorted(set(names) - found.keys())
    if new:
        connection.execute(insert(schema.profiles), [{"name": name, "cursor": 0} for name in new])
        found |= _profiles(connection, new)
    return found


def _place(edition: QueuedEdition, profiles: Mapping[str, Any]) -> tuple[date, int]:
    return edition.digest.date, profiles[edition.digest.profile].no


def _write(
    connection: Connection, taken: Sequence[tuple[QueuedEdition, bytes]], profiles: Mapping[str, Any], now: datetime
) -> None:
    if not taken:
        return
    places = [_place(edition, profiles) for edition, _ in taken]
    here = (_n.day == bindparam("d"), _n.profile == bindparam("p"), _n.state == "empty")
    connection.execute(delete(schema.editions).where(*here), [{"d": day, "p": no} for day, no in places])
    values = [_edition_row(edition, data, place, now) for (edition, data), place in zip(taken, places, strict=True)]
    connection.execute(insert(schema.editions), values)
    written = select(_n.day, _n.profile, _n.no).where(_n.day.in_(sorted({day for day, _ in places})))
    numbers = {(day, profile): no for day, profile, no in connection.execute(written)}
    _write_offers(connection, taken, profiles)
    queued = [
        row
        for (edition, _), place in zip(taken, places, strict=True)
        if edition.digest.picks
        for row in _delivery_rows(edition, numbers[place], now)
    ]
    if queued:
        connection.execute(insert(schema.deliveries), queued)
    _move_cursors(connection, [edition for edition, _ in taken], profiles)


def _edition_row(edition: QueuedEdition, data: bytes, place: tuple[date, int], now: datetime) -> dict[str, Any]:
    digest = edition.digest
    return {
        "day": place[0],
        "profile": place[1],
        "state": "queued" if digest.picks else "empty",
        "picks": len(digest.picks),
        "considered": digest.considered,
        "digest": data,
        "at": now,
    }


def _delivery_rows(edition: QueuedEdition, edition_no: int, now: datetime) -> list[dict[str, Any]]:
    digest = edition.digest
    return [
        {
            "key": f"{digest.profile}/{digest.date}/{target}",
            "edition": edition_no,
            "channel": target.channel,
            "address": target.address,
            "state": "queued",
            "due_at": now,
            "attempts": 0,
            "doubts": 0,
            "token": 0,
            "remote_ids": [],
            "error": "",
            "said": "",
            "queued_at": now,
        }
        for target in dict.fromkeys(edition.targets)
    ]


def _write_offers(
    connection: Connection, taken: Sequence[tuple[QueuedEdition, bytes]], profiles: Mapping[str, Any]
) -> None:
    shown: list[tuple[Digest, Pick]] = [
        (edition.digest, pick) for edition, _ in taken for pick in (*edition.digest.picks, *edition.digest.also)
    ]
    numbers = numbers_of(connection, _p.id, sorted({pick.change.paper.id for _, pick in shown}))
    offers = {
        (profiles[digest.profile].no, numbers[pick.change.paper.id], pick.change.cause): digest.date
        for digest, pick in shown
        if pick.change.paper.id in numbers
    }
    if offers:
        # SQLite says OR IGNORE, PostgreSQL will say ON CONFLICT DO NOTHING: shown twice for one cause is one row.
        statement = insert(schema.offers).prefix_with("OR IGNORE", dialect="sqlite")
        values = [{"profile": f, "paper": p, "cause": c, "day": day} for (f, p, c), day in sorted(offers.items())]
        connection.execute(statement, values)


def _move_cursors(connection: Connection, editions: Sequence[QueuedEdition], profiles: Mapping[str, Any]) -> None:
    """Cursors and days only go forward."""
    moves: dict[str, dict[str, Any]] = {}
    for edition in editions:
        name, profile = edition.digest.profile, profiles[edition.digest.profile]
        last = moves.get(name, {"c": profile.cursor, "d": profile.last_day})
        day = edition.digest.date
        moves[name] = {"f": name, "c": max(last["c"], edition.cursor), "d": max(last["d"] or day, day)}
    statement = update(schema.profiles).where(_f.name == bindparam("f"))
    connection.execute(statement.values(cursor=bindparam("c"), last_day=bindparam("d")), list(moves.values()))
