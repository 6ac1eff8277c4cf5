"""Copies of the store, what happens when one is put back, and what is forgotten after a while."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, case, delete, exists, func, or_, select, tuple_, update

from digest.errors import StoreError
from digest.model import LETTER, OPERATOR, KeepSettings
from digest.store import schema
from digest.store.embeddings import KEPT
from digest.store.engine import Access, Database
from digest.store.health import mark_of, set_mark
from digest.store.sqlite import SqliteDatabase, driver

_d, _e, _f, _m, _n, _r, _s = (
    schema.deliveries.c, schema.dumps.c, schema.profiles.c, schema.marks.c, schema.editions.c, schema.runs.c,
    schema.sightings.c,
)  # fmt: skip
BACKUP, RESTORED, TAKEN_UP, PRUNED = "backup", "restored", "taken-up", "pruned"
HOME, MOVED = "home", "moved"
"""Marks of the place: the database that this store was made in, and that it was copied into another one."""
GAP = timedelta(hours=1)
"""A store whose last pass is this much older than the witness beside it is an old copy; a power cut loses seconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_SENT = "not sent: it was queued in the backup that was put back, and may have gone out since"


class Keeping:
    """The part of the store that looks after the store."""

    _access: Access
    _database: Database | None
    _witness: Path | None
    """Beside the store, the instant of the last pass: an old copy of the store does not agree with it (FAULTS 67)."""

    def backup(self, to: Path, now: datetime) -> None:
        """Write a consistent copy of the store to the new file *to*, on disk when this returns, while others work.

        Only its owner may read it. The copy knows that it is one: put back, it sends nothing until a person
        said what shall happen (`take_up`). Raises StoreError; then there is no file *to*.
        """
        database = self._database
        assert database is not None, "a backup of a rehearsal"  # noqa: S101
        part = to.with_name(f".{to.name}.part")
        try:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            part.chmod(0o600)
            self._copy_into(part, now)
            os.link(part, to)  # unlike a rename it never replaces what is there
            _settle(to.parent)
        except OSError as error:
            raise StoreError(f"no backup was made: {to}: {(error.strerror or str(error)).lower()}") from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def restored_at(self) -> datetime | None:
        """Of which instant this store is, when it was put back from a copy and nobody said yet what shall happen.

        It is so too for one that was copied into another store, which sends from then on.
        """
        with self._access.reading() as connection:
            for name in (RESTORED, BACKUP, MOVED):
                if mark := mark_of(connection, name):
                    return cast(datetime, mark["at"])
            last = connection.execute(select(func.max(_r.finished_at))).scalar()
            taken_up = mark_of(connection, TAKEN_UP).get("at")
            last = max(filter(None, (last, taken_up)), default=None)
            elsewhere = self._is_elsewhere(connection, last)
        seen = self._read_witness()
        return last if last is not None and (elsewhere or (seen is not None and seen - last > GAP)) else None

    def hold_if_restored(self) -> datetime | None:
        """Say what `restored_at` says, and see to it that it is said until `take_up`."""
        at = self.restored_at()
        home = self._database.home() if self._database else ""
        with self._access.reading() as connection:
            known = mark_of(connection, HOME).get("value", "")
            settled = bool(mark_of(connection, RESTORED)) if at else known == home
        if not settled:
            with self._access.writing() as connection:
                if at is not None:
                    set_mark(connection, RESTORED, at)
                else:
                    set_mark(connection, HOME, _EPOCH, home)
        return at

    def _is_elsewhere(self, connection: Connection, last: datetime | None) -> bool:
        """Whether this is another database than the one that the store was made in (see `Database.home`).

        One whose history forked at a moment, as by a standby that took over, is so only if that was long ago.
        """
        known = mark_of(connection, HOME).get("value", "")
        home = self._database.home() if self._database else ""
        if known in {"", home} or last is None:
            return False
        same = known.rpartition("/")[0] == home.rpartition("/")[0]
        return not same or connection.execute(select(func.now())).scalar_one() - last > GAP

    def take_up(self, now: datetime, *, served: Mapping[str, date], drop: Collection[str], ask: Collection[str]) -> int:
        """Go on with a store that was put back, and return how many deliveries were given up.

        What was under way in the channels *drop* is given up with notice, in those of *ask* it is in doubt, so
        that the server is asked. The profiles *served* count as served up to that date with all that is known.
        """
        with self._access.writing(durable=True) as connection:
            open_ = _d.state.in_(("queued", "sending", "unknown"))
            end = {"leased_until": None, "settled_at": now, "token": _d.token + 1}
            dropped = connection.execute(
                update(schema.deliveries)
                .where(open_, _d.channel.in_(sorted(drop)))
                .values(state="dead", error=NOT_SENT, **end)
            ).rowcount
            connection.execute(
                update(schema.deliveries)
                .where(open_, _d.channel.in_(sorted(ask)))
                .values(state="unknown", due_at=now, doubts=_d.doubts + 1, **end)
            )
            newest = connection.execute(select(func.max(schema.changes.c.id))).scalar() or 0
            for name, day in served.items():
                last = or_(_f.last_day.is_(None), _f.last_day < day)
                connection.execute(update(schema.profiles).where(_f.name == name).values(cursor=newest))
                connection.execute(update(schema.profiles).where(_f.name == name, last).values(last_day=day))
            connection.execute(delete(schema.marks).where(_m.name.in_((BACKUP, RESTORED, MOVED, HOME))))
            set_mark(connection, TAKEN_UP, now)
        self._write_witness(now)
        return dropped

    def _copy_into(self, part: Path, now: datetime) -> None:
        """Write the copy to the file *part*, which is there and empty."""
        database = self._database
        assert isinstance(database, SqliteDatabase), "how others are copied, `Copying` knows"  # noqa: S101
        with database.told(), database.engine.connect() as connection:
            driver(connection).execute("VACUUM INTO ?", (str(part),))
        _sign(part, now)

    def forget_witness(self) -> None:
        """Let what an earlier store at this place saw say nothing of this one."""
        if self._witness is not None:
            self._witness.unlink(missing_ok=True)

    def _read_witness(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._witness.read_text("ascii")) if self._witness else None
        except (OSError, ValueError):
            return None

    def _write_witness(self, at: datetime) -> None:
        if self._witness is None:
            return
        beside = self._witness.with_name(self._witness.name + ".part")
        with contextlib.suppress(OSError):  # it is a second opinion; the store itself was written
            beside.write_text(at.astimezone(UTC).isoformat(), "ascii")
            beside.chmod(0o600)
            beside.replace(self._witness)

    # ------------------------------------------------------------ forgetting

    def pruned_at(self) -> datetime | None:
        """When `prune` last ran."""
        with self._access.reading() as connection:
            return mark_of(connection, PRUNED).get("at")

    def prune(self, keep: KeepSettings, now: datetime) -> dict[str, int]:
        """Forget what is older than *keep* says, and return how many rows of each kind that were.

        Papers, dumps, news, cursors and what was shown to whom stay for good: they prevent repeats. So does the
        newest sighting of each paper, whose counts win, and everything that is still under way.
        """
        with self._access.writing() as connection:
            gone = {
                "deliveries": _delete(connection, _old_deliveries(now - timedelta(days=keep.deliveries))),
                "editions": _delete(connection, _old_editions(now - timedelta(days=keep.editions))),
                "sightings": _delete(connection, _old_sightings(now - timedelta(days=keep.sightings))),
                "rejects": _delete(connection, _old_rejects(now - timedelta(days=keep.rejects))),
                "reports": _delete(connection, _old_reports(now - timedelta(days=keep.reports))),
                "snapshots": _delete(connection, _unused_snapshots()),
                "embeddings": _delete(connection, _unused_vectors((now - KEPT).date())),
            }
            alone = or_(*(_f.name.startswith(kind, autoescape=True) for kind in (OPERATOR, LETTER)))
            connection.execute(delete(schema.profiles).where(alone, ~exists().where(_n.profile == _f.no)))
            set_mark(connection, PRUNED, now)
        return gone


def _delete(connection: Connection, statement: Any) -> int:
    return int(connection.execute(statement).rowcount)


def _old_deliveries(before: datetime) -> Any:
    return delete(schema.deliveries).where(_d.state.in_(("sent", "dead")), _d.settled_at < before)


def _old_editions(before: datetime) -> Any:
    """Those that nothing is under way of; that a profile had its edition is known by its last day."""
    return delete(schema.editions).where(_n.at < before, ~exists().where(_d.edition == _n.no))


def _old_sightings(before: datetime) -> Any:
    one, other = schema.dumps.alias("one"), schema.dumps.alias("other")
    later = schema.sightings.alias("later")
    newer = (
        select(later.c.paper)
        .join(other, other.c.no == later.c.dump)
        .join(one, one.c.no == _s.dump)
        .where(later.c.paper == _s.paper, _age(other.c) > _age(one.c))
        .correlate(schema.sightings)
    )
    old = select(_e.no).where(_e.first_seen < before)
    return delete(schema.sightings).where(_s.dump.in_(old), newer.exists())


def _age(dump: Any) -> Any:
    """What decides which counts are newer, as `news.age` has it: what was fetched counts from the day of the fetch."""
    fetched = or_(dump.where.like("http://%"), dump.where.like("https://%"))
    day = case((fetched, func.date(dump.fetched_at)), else_=func.date(dump.captured_on))
    instant = case((fetched, dump.fetched_at), else_=_EPOCH)
    return tuple_(day, instant, dump.id)


def _old_rejects(before: datetime) -> Any:
    return delete(schema.rejects).where(schema.rejects.c.dump.in_(select(_e.no).where(_e.first_seen < before)))


def _old_reports(before: datetime) -> Any:
    return delete(schema.runs).where(_r.finished_at < before, _r.no < select(func.max(_r.no)).scalar_subquery())


def _unused_snapshots() -> Any:
    oldest = select(func.min(_n.day)).scalar_subquery()
    return delete(schema.snapshots).where(or_(oldest.is_(None), schema.snapshots.c.used < oldest))


def _unused_vectors(before: date) -> Any:
    return delete(schema.embeddings).where(schema.embeddings.c.used < before)


def _sign(copy: Path, now: datetime) -> None:
    """Let the copy know that it is one, and when it was made, and put it on the disk."""
    db = sqlite3.connect(copy)
    try:
        with db:
            values = (BACKUP, now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"))
            db.execute("INSERT OR REPLACE INTO marks (name, at, value) VALUES (?, ?, '')", values)
    finally:
        db.close()
    with copy.open("rb") as file:
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
