"""What one dump changes, written in one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from digest import matching
from digest.model import Change, DatedBy, Dump, Join, Known, Paper, Reject, Sighting
from digest.store import finding, joining, rows, schema
from digest.store.bulk import insert_rows
from digest.store.finding import aliases
from digest.store.papers import load_known, numbers_of

_p, _d, _s, _k, _a = (
    schema.papers.c, schema.dumps.c, schema.sightings.c, schema.paper_keys.c, schema.paper_aliases.c,
)  # fmt: skip


class Writer:
    """The ingest side of the store inside one write transaction (see `Store.writing`).

    Order matters where rows refer to others: `save` the papers, then `add_dump` and `add_changes`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before: dict[str, Known] = {}  # papers as this transaction last read or wrote them
        self._numbers: dict[str, int] = {}

    # ------------------------------------------------------------ reading

    def dump(self, dump_id: str) -> Dump | None:
        """The dump of these bytes, None when it was not taken before."""
        row = self._connection.execute(select(*rows.DUMP_COLUMNS).where(_d.id == dump_id)).first()
        return rows.dump_of(row) if row else None

    def lookup(self, papers: Sequence[Paper]) -> list[list[Known]]:
        """Find for each paper the known ones that it may be, the likeliest first, few.

        They hold only what matching looks at; `known` gives the whole of those that are meant.
        """
        return finding.candidates(rows.asking(self._connection), papers)

    def known(self, paper_ids: Iterable[str]) -> dict[str, Known]:
        """Read papers by our ids; unknown ones are left out."""
        found: dict[str, Known] = {}
        for chunk in rows.chunks(dict.fromkeys(paper_ids)):
            found |= {known.paper.id: known for known in load_known(self._connection, _p.id.in_(chunk)).values()}
        self._before |= found
        return found

    def known_of_dump(self, dump_id: str) -> list[Known]:
        """The papers that the dump shows, by id: what must be merged anew when its day is corrected."""
        shown = select(_s.paper).join(schema.dumps, _d.no == _s.dump).where(_d.id == dump_id)
        found = load_known(self._connection, _p.no.in_(shown)).values()
        self._before |= {known.paper.id: known for known in found}
        return sorted(found, key=lambda known: known.paper.id)

    def guessed_dumps_of(self, paper_ids: Iterable[str]) -> list[Dump]:
        """The dumps that show one of these papers and whose day is a guess, by id."""
        found: dict[str, Dump] = {}
        for chunk in rows.chunks(paper_ids):
            shown_in = select(_s.dump).join(schema.papers, _p.no == _s.paper).where(_p.id.in_(chunk))
            query = select(*rows.DUMP_COLUMNS).where(_d.dated_by == "guess", _d.no.in_(shown_in))
            for row in self._connection.execute(query):
                found[row.id] = rows.dump_of(row)
        return [found[id_] for id_ in sorted(found)]

    # ------------------------------------------------------------ writing

    def save(self, knowns: Sequence[Known], now: datetime) -> None:
        """Remember papers as they are now, new ones and known ones.

        Of `Known.seen` only a changed *published* of an earlier sighting is written; new sightings
        come with `add_dump`.
        """
        knowns = list({known.paper.id: known for known in knowns}.values())
        before = self._read_before([known.paper.id for known in knowns])
        new = [known for known in knowns if known.paper.id not in before]
        changed = [known for known in knowns if before.get(known.paper.id, known) != known]
        self._insert(schema.papers, [{**rows.known_row(known), "first_seen": now} for known in new])
        self._update_papers(changed)
        self._numbers |= numbers_of(self._connection, _p.id, [known.paper.id for known in (*new, *changed)])
        for known in (*new, *changed):
            self._before[known.paper.id] = known
        pairs = [(self._numbers[known.paper.id], before.get(known.paper.id), known) for known in (*new, *changed)]
        self._write_names(pairs)
        self._write_keys(pairs)
        self._write_days(pairs)

    def unfile(self, known: Known, keeping: Known | None = None) -> None:
        """Let *known* be found no more by names that *keeping* does not bear; with None, not at all."""
        number = self._numbers_of([known.paper.id])[known.paper.id]
        gone = _names(known) - (_names(keeping) if keeping else set())
        if gone:
            this = (_a.kind == bindparam("k"), _a.value == bindparam("v"), _a.paper == number)
            values = [{"k": kind, "v": value} for kind, value in sorted(gone)]
            self._connection.execute(delete(schema.paper_aliases).where(*this), values)
        if keeping is None:
            self._delete_keys([(key, number) for key in _keys(known)])

    def file_again(self, paper_id: str) -> None:
        """Let a stored paper be found again after `unfile`."""
        known = self.known([paper_id])[paper_id]
        number = self._numbers_of([paper_id])[paper_id]
        self._write_names([(number, None, known)])
        self._write_keys([(number, None, known)])

    def add_joins(self, joins: Sequence[tuple[Join, Sighting]], dump: Dump, now: datetime) -> None:
        """Remember which sightings of *dump* were taken for papers under another title or text; after `add_dump`."""
        if not joins:
            return
        dump_no = numbers_of(self._connection, _d.id, [dump.id])[dump.id]
        numbers = self._numbers_of([join.before.paper.id for join, _ in joins])
        for join, sighting in joins:
            joining.remember(self._connection, numbers[join.before.paper.id], join, (dump_no, sighting.position), now)

    def add_dump(
        self,
        dump: Dump,
        sightings: Sequence[tuple[str, Sighting]],
        rejects: Sequence[Reject] = (),
        stamp: str = "",
        *,
        now: datetime,
    ) -> None:
        """Remember that *dump* was taken now: which paper (by our id) stood where in it, and what could not be read."""
        self._insert(schema.dumps, [{**rows.dump_row(dump), "first_seen": now}])
        dump_no = self._add_sightings(dump, sightings)
        self._insert(
            schema.rejects,
            [{"dump": dump_no, "position": i, "where": r.where, "why": r.why} for i, r in enumerate(rejects)],
        )
        self._thin_out(dump)
        self.remember_stamp(dump.source, dump.where, stamp, dump.id, now)

    def read_again(self, dump: Dump, sightings: Sequence[tuple[str, Sighting]], stamp: str, *, now: datetime) -> None:
        """Remember that the bytes of a known dump were read at its address again, after others had stood there."""
        self._connection.execute(update(schema.dumps).where(_d.id == dump.id).values(fetched_at=dump.fetched_at))
        number = select(_d.no).where(_d.id == dump.id).scalar_subquery()
        self._connection.execute(delete(schema.sightings).where(_s.dump == number))
        self._add_sightings(dump, sightings)
        self.remember_stamp(dump.source, dump.where, stamp, dump.id, now)

    def _add_sightings(self, dump: Dump, sightings: Sequence[tuple[str, Sighting]]) -> int:
        """Write the rows of a dump that is there, and return its number."""
        dump_no = numbers_of(self._connection, _d.id, [dump.id])[dump.id]
        numbers = self._numbers_of([paper_id for paper_id, _ in sightings])
        shown = [rows.sighting_row(numbers[paper_id], dump_no, sighting) for paper_id, sighting in sightings]
        self._insert(schema.sightings, sorted(shown, key=lambda row: (row["paper"], row["position"])))
        return dump_no

    def _thin_out(self, dump: Dump) -> None:
        """Forget the counts of the reading before of the same address on the same day, unless it is the list's own day.

        A list that is read every half hour for two weeks would else fill the disk with counts that nobody asks for.
        """
        if not dump.place or dump.captured_on is None or dump.fetched_at.date() <= dump.captured_on:
            return
        t = schema.stamps.c
        before = select(_d.no).join(schema.stamps, t.dump == _d.id)
        before = before.where(t.source == dump.source, t.where == dump.where, t.dump != dump.id)
        midnight = datetime.combine(dump.fetched_at.astimezone(UTC).date(), time(), UTC)
        numbers = list(self._connection.execute(before.where(_d.fetched_at >= midnight)).scalars())
        self._connection.execute(delete(schema.sightings).where(_s.dump.in_(numbers)))

    def add_changes(self, changes: Sequence[Change], now: datetime) -> tuple[Change, ...]:
        """Remember news in this order and return it with its numbers, each greater than all before it."""
        numbers = self._numbers_of([change.paper.id for change in changes])
        stored = []
        for change in changes:
            values = {"kind": change.kind, "cause": change.cause, "fields": list(change.fields), "at": now}
            statement = insert(schema.changes).values(paper=numbers[change.paper.id], **values)
            (id_,) = self._connection.execute(statement).inserted_primary_key or (0,)
            stored.append(replace(change, id=id_))
        return tuple(stored)

    def set_day(self, dump_id: str, captured_on: date | None, dated_by: DatedBy) -> None:
        """Correct the day of a dump; its papers are for the caller to merge anew and `save`."""
        self._connection.execute(
            update(schema.dumps).where(_d.id == dump_id).values(captured_on=captured_on, dated_by=dated_by)
        )

    def remember_stamp(self, source: str, where: str, stamp: str, dump_id: str, now: datetime) -> None:
        """Remember under which stamp a file was read, so that it need not be read again."""
        self._stamp(source, where, {"stamp": stamp, "dump": dump_id, "refused": "", "at": now})

    def remember_refusal(self, source: str, where: str, stamp: str, why: str, now: datetime) -> None:
        """Remember under which stamp a file was refused, and why; it is tried again when its stamp changes."""
        self._stamp(source, where, {"stamp": stamp, "dump": "", "refused": why, "at": now})

    def remember_look(self, source: str, where: str, stamp: str, now: datetime) -> None:
        """Remember under which stamp a place was looked at when nothing had to be read; what was read there stays."""
        s = schema.stamps.c
        here = (s.source == source, s.where == where)
        if not self._connection.execute(update(schema.stamps).where(*here).values(stamp=stamp, at=now)).rowcount:
            values = {"stamp": stamp, "dump": "", "refused": "", "at": now}
            self._insert(schema.stamps, [{"source": source, "where": where, **values}])

    # ------------------------------------------------------------ steps

    def _stamp(self, source: str, where: str, values: dict[str, Any]) -> None:
        s = schema.stamps.c
        here = (s.source == source, s.where == where)
        if not self._connection.execute(update(schema.stamps).where(*here).values(**values)).rowcount:
            self._insert(schema.stamps, [{"source": source, "where": where, **values}])

    def _insert(self, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
        insert_rows(self._connection, table, values)

    def _read_before(self, paper_ids: Sequence[str]) -> dict[str, Known]:
        self.known(id_ for id_ in paper_ids if id_ not in self._before)
        return {id_: self._before[id_] for id_ in paper_ids if id_ in self._before}

    def _numbers_of(self, paper_ids: Sequence[str]) -> dict[str, int]:
        unknown = {id_ for id_ in paper_ids if id_ not in self._numbers}
        self._numbers |= numbers_of(self._connection, _p.id, sorted(unknown))
        return self._numbers

    def _update_papers(self, knowns: Sequence[Known]) -> None:
        if knowns:
            values = [{f"new_{name}": value for name, value in rows.known_row(known).items()} for known in knowns]
            columns: dict[str, Any] = {
                name.removeprefix("new_"): bindparam(name) for name in values[0] if name != "new_id"
            }
            self._connection.execute(update(schema.papers).where(_p.id == bindparam("new_id")).values(columns), values)

    def _write_names(self, pairs: Sequence[tuple[int, Known | None, Known]]) -> None:
        """Names are only added: a title seen once may be seen again."""
        new, again = set(), set()
        for no, before, after in pairs:
            old = _names(before) if before else set()
            found = _names(after) - old
            new |= {(kind, value, no) for kind, value in found}
            again |= found if before else set()  # an address that was left may be taken up again
        borne = finding.numbers_by_alias(rows.asking(self._connection), again) if again else {}
        new -= {(*name, no) for name, numbers in borne.items() for no in numbers}
        named = [{"kind": kind, "value": value, "paper": no} for kind, value, no in sorted(new)]
        self._insert(schema.paper_aliases, named)

    def _write_keys(self, pairs: Sequence[tuple[int, Known | None, Known]]) -> None:
        """Keys follow the merged texts, so that they do not depend on the order of the dumps."""
        gone, new = [], []
        for no, before, after in pairs:
            old, keys = _keys(before) if before else set(), _keys(after)
            gone += [(key, no) for key in old - keys]
            new += [(key, no) for key in keys - old]
        self._delete_keys(gone)
        self._insert(schema.paper_keys, [{"key": key, "paper": no} for key, no in sorted(new)])

    def _delete_keys(self, gone: Sequence[tuple[int, int]]) -> None:
        if gone:
            this = (_k.key == bindparam("k"), _k.paper == bindparam("p"))
            self._connection.execute(
                delete(schema.paper_keys).where(*this), [{"k": k, "p": p} for k, p in sorted(gone)]
            )

    def _write_days(self, pairs: Sequence[tuple[int, Known | None, Known]]) -> None:
        """Write the *published* of earlier sightings where a corrected dump changed it."""
        for no, before, after in pairs:
            old = {seen.dump_id: seen.published for seen in before.seen} if before else {}
            for seen in after.seen:
                if seen.dump_id in old and old[seen.dump_id] != seen.published:
                    dump = select(_d.no).where(_d.id == seen.dump_id).scalar_subquery()
                    here = (_s.paper == no, _s.dump == dump)
                    self._connection.execute(update(schema.sightings).where(*here).values(published=seen.published))


def _keys(known: Known) -> set[int]:
    return set(matching.keys(known.paper.title, known.paper.abstract))


def _names(known: Known) -> set[tuple[str, str]]:
    named = {("name", name) for name in known.names}
    return named | aliases(known.paper, (*known.titles, matching.normal_title(known.paper.title)))
