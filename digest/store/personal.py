"""All that is remembered of one profile, or of one person who votes: to be handed out, and to be forgotten."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, or_, select, update

from digest.model import LETTER, OPERATOR, Failure, RunReport
from digest.store import rows, schema
from digest.store.engine import Access, Database
from digest.store.sqlite import SqliteDatabase, driver
from digest.store.texts import forget_text

_d, _f, _n, _o, _p, _r, _v = (
    schema.deliveries.c, schema.profiles.c, schema.editions.c, schema.offers.c, schema.papers.c, schema.runs.c,
    schema.votes.c,
)  # fmt: skip
BY_NAME = (schema.leavers, schema.rests, schema.mutes, schema.struck_terms)
"""Tables that know a profile by its name."""
BY_NUMBER = (schema.votes, schema.offers, schema.editions)
"""Tables that know it by its number; `deliveries` know it by their editions."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A profile with the *targets* that are its alone ("email:ada@example.org"): another one's are left as they are."""

    name: str
    targets: frozenset[str]

    def is_meant(self, words: str) -> bool:
        """Whether a line that the bot wrote is about it: a message's key, its name alone, or one of its addresses."""
        addresses = [target.partition(":")[2] for target in self.targets]
        return words == self.name or words.startswith(f"{self.name}/") or any(one in words for one in addresses)


class Personal:
    """The part of the store that hands out and forgets what it knows of somebody."""

    _access: Access
    _database: Database | None

    def held(self, profile: str, targets: Iterable[str] = ()) -> dict[str, list[dict[str, Any]]]:
        """Every row that names *profile*, by table, as plain values; its *targets* are those that it states."""
        with self._access.reading() as connection:
            number = _number(connection, profile)
            whose = Whose(profile, _own_targets(connection, profile, number, targets))
            found = {table.name: _plain(connection, table, table.c.profile == profile) for table in BY_NAME}
            found |= _numbered(connection, number)
            found["suppressed_targets"] = _plain(
                connection, schema.suppressed_targets, schema.suppressed_targets.c.target.in_(sorted(whose.targets))
            )
            text = schema.profile_texts.c
            found["profile_texts"] = _plain(connection, schema.profile_texts, text.key == profile.casefold())
        return {name: kept for name, kept in found.items() if kept}

    def forget(self, profile: str, targets: Iterable[str], now: datetime) -> dict[str, int]:
        """Forget *profile*, all or nothing, and return how many rows of which table that were.

        Passes that were reported name it no more, and *targets* that no other profile has are forgotten with it.
        """
        gone: dict[str, int] = {}

        def drop(table: Table, where: ColumnElement[bool]) -> None:
            gone[table.name] = gone.get(table.name, 0) + connection.execute(delete(table).where(where)).rowcount

        with self._access.writing(durable=True) as connection:
            number = _number(connection, profile)
            whose = Whose(profile, _own_targets(connection, profile, number, targets))
            mine = select(_n.no).where(_n.profile == number)
            drop(schema.deliveries, _d.edition.in_(mine))
            for table in BY_NUMBER:
                drop(table, table.c.profile == number)
            drop(schema.profiles, _f.no == number)
            for table in BY_NAME:
                drop(table, table.c.profile == profile)
            gone["profile_texts"] = int(forget_text(connection, profile, now))
            drop(schema.suppressed_targets, schema.suppressed_targets.c.target.in_(sorted(whose.targets)))
            _forget_letters(connection, whose, drop)
            gone["runs"] = _forget_reports(connection, whose)
            about = [schema.alerts.c.what.contains(one.partition(":")[2], autoescape=True) for one in whose.targets]
            drop(schema.alerts, or_(schema.alerts.c.cause == f"profile:{profile}", *about))
        return {name: count for name, count in gone.items() if count}

    def said_by(self, person: str) -> list[dict[str, Any]]:
        """What *person* ("slack:U123") said of papers, in any profile."""
        with self._access.reading() as connection:
            return _votes(connection, _v.person == person)

    def forget_person(self, person: str) -> int:
        """Forget all votes of *person*, and return how many that were."""
        with self._access.writing(durable=True) as connection:
            return connection.execute(delete(schema.votes).where(_v.person == person)).rowcount

    def wipe(self) -> None:
        """Overwrite on the disk what was forgotten, as far as the store can: SQLite's file is written anew.

        PostgreSQL does so by itself after a while (its autovacuum).
        """
        database = self._database
        if isinstance(database, SqliteDatabase) and not database.in_memory:
            with database.told(), database.engine.connect() as connection:
                driver(connection).execute("VACUUM")
                driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _number(connection: Connection, profile: str) -> int:
    """The number of a profile; -1, which none has, where nothing was made for it yet."""
    return int(connection.execute(select(_f.no).where(_f.name == profile)).scalar() or -1)


def _own_targets(connection: Connection, profile: str, number: int, stated: Iterable[str]) -> frozenset[str]:
    """Where its digests went or were to go, less what other profiles' digests went to."""
    where = select(_d.channel, _d.address).join(schema.editions, _n.no == _d.edition).distinct()
    mine = {f"{channel}:{address}" for channel, address in connection.execute(where.where(_n.profile == number))}
    left = select(schema.leavers.c.target).where(schema.leavers.c.profile == profile)
    mine |= {*stated, *connection.execute(left).scalars()}
    apart = or_(_f.name.startswith(OPERATOR), _f.name.startswith(LETTER))
    others = where.join(schema.profiles, _f.no == _n.profile).where(_n.profile != number, ~apart)
    addresses = sorted({target.partition(":")[2] for target in mine})
    shared = {f"{channel}:{at}" for channel, at in connection.execute(others.where(_d.address.in_(addresses)))}
    return frozenset(mine - shared)


def _numbered(connection: Connection, number: int) -> dict[str, list[dict[str, Any]]]:
    mine = select(_n.no).where(_n.profile == number)
    offers = select(_p.id, _p.title, _o.cause, _o.day).join(schema.papers, _p.no == _o.paper)
    editions = select(_n.day, _n.state, _n.picks, _n.considered, _n.at).where(_n.profile == number)
    return {
        "profiles": _plain(connection, schema.profiles, _f.no == number),
        "votes": _votes(connection, _v.profile == number),
        "offers": [dict(row._mapping) for row in connection.execute(offers.where(_o.profile == number))],
        "editions": [dict(row._mapping) for row in connection.execute(editions.order_by(_n.day))],
        "deliveries": _plain(connection, schema.deliveries, _d.edition.in_(mine)),
    }


def _votes(connection: Connection, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = select(_f.name.label("profile"), _v.person, _p.id, _p.title, _v.vote, _v.at)
    query = query.join(schema.papers, _p.no == _v.paper).join(schema.profiles, _f.no == _v.profile)
    return [dict(row._mapping) for row in connection.execute(query.where(where).order_by(_v.at, _f.name, _p.id))]


def _plain(connection: Connection, table: Table, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table).where(where))]


def _forget_letters(connection: Connection, whose: Whose, drop: Callable[[Table, ColumnElement[bool]], None]) -> None:
    """Forget what was written to its targets beside its digests, and notices to the operator that name them."""
    targets = [target.partition(":") for target in sorted(whose.targets)]
    theirs = or_(*(and_(_d.channel == channel, _d.address == address) for channel, _, address in targets))
    here = select(_n.no).join(schema.profiles, _f.no == _n.profile)
    letters = here.join(schema.deliveries, _d.edition == _n.no).where(_f.name.startswith(LETTER), theirs)
    numbers = list(connection.execute(letters).scalars()) if targets else []
    notices = select(_n.no, _n.digest).join(schema.profiles, _f.no == _n.profile).where(_f.name.startswith(OPERATOR))
    for no, data in connection.execute(notices):
        text = zlib.decompress(data).decode()
        if any(address in text for _, _, address in targets) or f'"{whose.name}/' in text:
            numbers.append(no)
    drop(schema.deliveries, _d.edition.in_(numbers))
    drop(schema.editions, _n.no.in_(numbers))


def _forget_reports(connection: Connection, whose: Whose) -> int:
    """Take it out of the reports of past passes; returns how many named it."""
    count = 0
    for no, text in connection.execute(select(_r.no, _r.report)).all():
        if whose.name not in text and not any(target.partition(":")[2] in text for target in whose.targets):
            continue
        before = rows.report_of(text)
        after = _unnamed(before, whose)
        if after != before:
            connection.execute(update(schema.runs).where(_r.no == no).values(report=rows.report_text(after)))
            count += 1
    return count


def _unnamed(report: RunReport, whose: Whose) -> RunReport:
    def others(failures: tuple[Failure, ...]) -> tuple[Failure, ...]:
        return tuple(one for one in failures if not (whose.is_meant(one.where) or whose.is_meant(one.why)))

    editions = tuple(one for one in report.editions if one.profile != whose.name)
    return replace(report, editions=editions, failures=others(report.failures), warnings=others(report.warnings))
