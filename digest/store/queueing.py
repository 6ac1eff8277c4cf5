"""Writing editions: their rows, what they show, their deliveries, and how far their profiles came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from digest.model import message_key
from digest.store import packing, rows, schema
from digest.store.bulk import insert_rows
from digest.store.papers import numbers_of
from digest.store.values import PackedEdition, QueuedEdition

_f, _n, _p, _t = schema.profiles.c, schema.editions.c, schema.papers.c, schema.snapshots.c
Place = tuple[date, int]
"""The local date and the number of the profile: there is one edition for each."""


def profiles_of(connection: Connection, names: Iterable[str], *, lock: bool = False) -> dict[str, Any]:
    """Read the rows of the profiles of these names; unknown ones are left out.

    With *lock* nobody else changes them before this transaction ends (SQLite has one writer anyhow).
    """
    found: dict[str, Any] = {}
    for chunk in rows.chunks(dict.fromkeys(names)):
        query = select(_f.name, _f.no, _f.cursor, _f.last_day, _f.empty_run, _f.shown_since).where(_f.name.in_(chunk))
        if lock:
            query = query.order_by(_f.name).with_for_update(key_share=True)
        found |= {row.name: row for row in connection.execute(query)}
    return found


def existing(connection: Connection, places: Collection[Place]) -> dict[Place, Any]:
    """Read no and state of the editions that exist at these places, and perhaps at some more."""
    days = sorted({day for day, _ in places})
    found: dict[Place, Any] = {}
    for chunk in rows.chunks(sorted({profile for _, profile in places})):
        query = select(_n.day, _n.profile, _n.no, _n.state).where(_n.day.in_(days), _n.profile.in_(chunk))
        found |= {(row.day, row.profile): row for row in connection.execute(query)}
    return found


def ensure_profiles(connection: Connection, names: Sequence[str]) -> dict[str, Any]:
    """Read these profiles as `profiles_of` does, after making those that are new; nobody else serves them meanwhile."""
    new = sorted(set(names) - profiles_of(connection, names).keys())
    if new:
        insert_rows(connection, schema.profiles, [{"name": name, "cursor": 0} for name in new], new_only=True)
    return profiles_of(connection, sorted(set(names)), lock=True)


def pack(edition: QueuedEdition) -> PackedEdition:
    """Make *edition* ready to be written."""
    digest = edition.digest
    data, papers = packing.packed(digest)
    return PackedEdition(
        profile=digest.profile,
        day=digest.date,
        data=data,
        papers=papers,
        sent=digest.is_sent,
        picks=len(digest.picks),
        considered=digest.considered,
        offers=tuple((pick.change.paper.id, pick.change.cause) for pick in (*digest.picks, *digest.also)),
        targets=tuple(dict.fromkeys(edition.targets)),
        cursor=edition.cursor,
        since=edition.since,
    )


def place_of(edition: PackedEdition, profiles: Mapping[str, Any]) -> Place:
    """Say where *edition* belongs."""
    return edition.day, profiles[edition.profile].no


def write(connection: Connection, taken: Sequence[PackedEdition], profiles: Mapping[str, Any], now: datetime) -> None:
    """Write editions whose places are free or hold an empty one, with all that follows from them."""
    if not taken:
        return
    places = [place_of(edition, profiles) for edition in taken]
    again = existing(connection, places).keys()
    here = (_n.day == bindparam("d"), _n.profile == bindparam("p"), _n.state == "empty")
    if again:
        connection.execute(delete(schema.editions).where(*here), [{"d": day, "p": no} for day, no in places])
    _write_snapshots(connection, taken)
    values = [_edition_row(edition, place, now) for edition, place in zip(taken, places, strict=True)]
    insert_rows(connection, schema.editions, values)
    written = existing(connection, places)
    _write_offers(connection, taken, profiles)
    queued = [
        row
        for edition, place in zip(taken, places, strict=True)
        if edition.sent
        for row in _delivery_rows(edition, written[place].no, now)
    ]
    insert_rows(connection, schema.deliveries, queued)
    _move_cursors(connection, taken, profiles, again)


def _write_snapshots(connection: Connection, taken: Sequence[PackedEdition]) -> None:
    """Write what no edition of the day, or of a later one, has shown yet."""
    day = max(edition.day for edition in taken)
    missing = {number: data for edition in taken for number, data in edition.papers}
    for chunk in rows.chunks(sorted(missing)):
        there = select(_t.id).where(_t.id.in_(chunk), _t.used >= day)
        for number in connection.execute(there).scalars():
            del missing[number]
    values = [{"id": number, "used": day, "data": missing[number]} for number in sorted(missing)]
    # Those of an earlier day are few, and a row that is there need not be locked for them.
    insert_rows(connection, schema.snapshots, values, new_only=True)
    for chunk in rows.chunks(sorted(missing)):
        connection.execute(update(schema.snapshots).where(_t.id.in_(chunk), _t.used < day).values(used=day))


def _edition_row(edition: PackedEdition, place: Place, now: datetime) -> dict[str, Any]:
    return {
        "day": place[0],
        "profile": place[1],
        "state": "queued" if edition.sent else "empty",
        "picks": edition.picks,
        "considered": edition.considered,
        "digest": edition.data,
        "at": now,
        "papers": packing.as_bytes([number for number, _ in edition.papers]),
    }


def _delivery_rows(edition: PackedEdition, edition_no: int, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "key": message_key(edition.profile, edition.day, target),
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
        for target in edition.targets
    ]


def _write_offers(connection: Connection, taken: Sequence[PackedEdition], profiles: Mapping[str, Any]) -> None:
    numbers = numbers_of(connection, _p.id, sorted({paper for edition in taken for paper, _ in edition.offers}))
    offers = {
        (profiles[edition.profile].no, numbers[paper], cause): edition.day
        for edition in taken
        for paper, cause in edition.offers
        if paper in numbers
    }
    if offers:
        values = [{"profile": f, "paper": p, "cause": c, "day": day} for (f, p, c), day in sorted(offers.items())]
        insert_rows(connection, schema.offers, values, new_only=True)  # shown twice for one cause is one row


def _move_cursors(
    connection: Connection, editions: Sequence[PackedEdition], profiles: Mapping[str, Any], again: Collection[Place]
) -> None:
    """Cursors and days only go forward; an edition without papers is counted once for its day (*again*: it was)."""
    moves: dict[str, dict[str, Any]] = {}
    for edition in editions:
        name, profile, day = edition.profile, profiles[edition.profile], edition.day
        before = {"c": profile.cursor, "d": profile.last_day, "e": profile.empty_run, "s": profile.shown_since}
        last = moves.get(name, before)
        run = 0 if edition.picks else last["e"] + (place_of(edition, profiles) not in again)
        shown = last["s"] or (day if edition.picks else None)
        moves[name] = {
            "f": name, "c": max(last["c"], edition.cursor), "d": max(last["d"] or day, day), "e": run, "s": shown
        }  # fmt: skip
    statement = update(schema.profiles).where(_f.name == bindparam("f"))
    columns: dict[str, Any] = {
        "cursor": bindparam("c"), "last_day": bindparam("d"), "empty_run": bindparam("e"), "shown_since": bindparam("s")
    }  # fmt: skip
    connection.execute(statement.values(columns), list(moves.values()))
