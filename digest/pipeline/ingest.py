"""Dumps -> papers and changes in the store, one transaction each, the oldest dump first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import compress

from digest import dates, news, sources
from digest.errors import DumpRefused, SourceFailed
from digest.model import Capture, Change, Dump, DumpReport, Failure, Known, Looked, RawDump, ShownDate, SourceSettings
from digest.pipeline.bot import Bot
from digest.store import Store, Writer

Found = RawDump | DumpRefused | SourceFailed | Looked
Outcome = tuple[list[DumpReport], list[Failure], list[Failure]]
"""What became of each dump, the failures, the warnings."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round of the sources brought: *answering* names those that were asked and did not fail."""

    reports: list[DumpReport]
    failures: list[Failure]
    warnings: list[Failure]
    answering: frozenset[str]


def ingest_offers(bot: Bot, line: Line, now: datetime, *, due_only: bool = False) -> Taken:
    """Ask every configured source for what it has that is new, and take it in; a source that fails is named.

    With *due_only* a source that was asked less than its interval ago is left alone.
    """
    found: list[Found] = []
    health: dict[str, str] = {}
    asked = {settings.name: offered for settings, offered in _offers(bot, line, now, due_only=due_only)}
    for settings in bot.settings.sources:
        if settings.name not in asked:
            continue
        offered = asked[settings.name]
        why = next((item.why for item in offered if isinstance(item, SourceFailed)), "")
        health[settings.name] = why
        if why:
            bot.hooks.tell("source failed", {"source": settings.name, "why": why}, bad=True)
        _remember_refused(bot.store, settings.name, offered, now)
        found += offered
    bot.store.note_sources(health, now)
    reports, failures, warnings = ingest(bot, found, now)
    _remember_looks(bot, found, now)
    return Taken(reports, failures, warnings, frozenset(name for name, why in health.items() if not why))


def _offers(bot: Bot, line: Line, now: datetime, *, due_only: bool) -> Iterator[tuple[SourceSettings, list[Found]]]:
    """What each source that is due has to offer."""
    for settings in bot.settings.sources:
        known = bot.store.stamps(settings.name)
        if due_only and settings.kind != "folder" and not sources.is_due(known, now, interval=settings.interval):
            continue
        found: list[Found] = []
        source = sources.open_source(settings, max_bytes=bot.settings.max_dump_bytes, web=line.web)
        try:
            found.extend(source.dumps(now, known))
        except SourceFailed as failure:
            found.append(failure)
        yield settings, found


class Line:
    """The one client that all sources of a pass share; made when the first of them fetches."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._web: sources.Web | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._web is not None:
            self._web.close()

    def web(self) -> sources.Web:
        """Give the client to a source that fetches."""
        if self._web is None:
            self._web = sources.open_web(self._bot.settings.contact, sleep=self._bot.stop.wait)
        return self._web


def _remember_looks(bot: Bot, found: Sequence[Found], now: datetime) -> None:
    """Write down what is known of places that held nothing to read; after the dumps, which may lie in them."""
    looks = [item for item in found if isinstance(item, Looked)]
    if looks:
        with bot.store.writing() as writer:
            for look in looks:
                writer.remember_look(look.source, look.where, look.stamp, now)
    for look in looks:
        if look.said:
            bot.hooks.tell("nothing new", {"source": look.source, "why": look.said})


def _remember_refused(store: Store, source: str, found: Sequence[Found], now: datetime) -> None:
    """Write down what a source refused to read at all, so that it is listed as long as it lies there."""
    known = store.refusals(source)
    fresh = [one for one in found if isinstance(one, DumpRefused) and known.get(one.where) != one.why]
    if fresh:
        with store.writing() as writer:
            for refused in fresh:
                writer.remember_refusal(source, refused.where, "", refused.why, now)


def ingest(bot: Bot, found: Iterable[Found], now: datetime) -> Outcome:
    """Read each dump, then take them in oldest first by their day (undated ones last); failures are named."""
    reports: list[DumpReport] = []
    failures: list[Failure] = []
    captures: list[tuple[Capture, RawDump]] = []
    for item in found:
        if isinstance(item, Looked):
            continue
        if isinstance(item, DumpRefused | SourceFailed):
            failures.append(Failure(item.where, item.why))
            if isinstance(item, DumpRefused):
                reports.append(DumpReport(source="", where=item.where, error=item.why))
            continue
        try:
            capture = read_dump(bot.store, item, now)
        except DumpRefused as refused:
            failures.append(Failure(item.where, refused.why))
            reports.append(DumpReport(source=item.source, where=item.where, error=refused.why))
            with bot.store.writing() as writer:
                writer.remember_refusal(item.source, item.where, item.stamp, refused.why, now)
        else:
            captures.append((capture, replace(item, content=b"")))
    captures.sort(key=_age)
    warnings: list[Failure] = []
    for done, (capture, raw) in enumerate(captures, 1):
        reports.append(take_in(bot, capture, raw, now))
        warnings += [Failure(reject.where, reject.why) for reject in capture.rejects]
        bot.hooks.progress(done, len(captures), raw.where)
    for report in reports:
        _tell(bot, report)
    return reports, failures, warnings


def _tell(bot: Bot, report: DumpReport) -> None:
    if report.error:
        bot.hooks.tell("dump refused", {"where": report.where, "why": report.error}, bad=True)
        return
    counts = {"papers": report.papers, "new": report.new, "updated": report.updated, "rejected": report.rejected}
    bot.hooks.tell("dump", {"where": report.where, "style": report.style, **counts})


def read_dump(store: Store, raw: RawDump, now: datetime) -> Capture:
    """Read *raw* with the instant when its bytes were first seen, so that an inferred year never moves."""
    return sources.read(raw, store.first_seen(sources.dump_id(raw.content)) or now)


def _age(item: tuple[Capture, RawDump]) -> tuple[bool, date, str]:
    """Sort key: the day, undated last, then the dump id, so that the order of files does not matter."""
    dump = item[0].dump
    return dump.captured_on is None, dump.captured_on or date.max, dump.id


def take_in(bot: Bot, capture: Capture, raw: RawDump, now: datetime, *, told: bool = True) -> DumpReport:
    """Record one dump and, if it is *told*, its news in one transaction; bytes that are known change nothing."""
    report = DumpReport(
        source=capture.dump.source,
        where=capture.dump.where,
        style=capture.dump.style,
        papers=len(capture.sightings),
        rejected=len(capture.rejects),
    )
    with bot.store.writing() as writer:
        bot.hooks.at("ingest-begun")
        known = writer.dump(capture.dump.id)
        if known is not None and known.place and known.where == raw.where and known.fetched_at < raw.fetched_at:
            _record_again(writer, capture, raw.stamp, now)
            return replace(report, seen=len(capture.sightings))
        if known is not None:
            writer.remember_stamp(raw.source, raw.where, raw.stamp, capture.dump.id, now)
            return replace(report, seen=len(capture.sightings))
        changes = record(writer, capture, raw.stamp, now, told=told)
        bot.hooks.at("ingest-before-commit")
    bot.hooks.at("ingest-committed")
    new = sum(change.kind == "new" for change in changes)
    updated = sum(change.kind == "updated" for change in changes)
    return replace(report, new=new, updated=updated, seen=len(capture.sightings) - new)


def record(writer: Writer, capture: Capture, stamp: str, now: datetime, *, told: bool = True) -> tuple[Change, ...]:
    """Match, merge and store everything that *capture* shows; return the news in the order of the page.

    The new version of a paper that nobody has met is left out: it is no new paper, and a later list may show it.
    """
    matched = news.matches(capture, writer.lookup(capture.papers))
    met = [found is not None or not one.revision for found, one in zip(matched, capture.sightings, strict=True)]
    capture = replace(capture, sightings=tuple(compress(capture.sightings, met)))
    matched = tuple(compress(matched, met))
    whole = writer.known([found[0].paper.id for found in matched if found])
    taken, joins = [], []
    for found, sighting in zip(matched, capture.sightings, strict=True):
        before = whole[found[0].paper.id] if found else None
        taken.append(news.take(before, sighting, capture.dump))
        if found and before and (join := news.joined(before, found[1], sighting, capture.dump)):
            joins.append((join, sighting))
    merged = [known for known, _ in taken]
    writer.save(merged, now)
    shown = [(known.paper.id, sighting) for known, sighting in zip(merged, capture.sightings, strict=True)]
    writer.add_dump(capture.dump, shown, capture.rejects, stamp, now=now)
    writer.add_joins(joins, capture.dump, now)
    _correct_days(writer, [known.paper.id for known in merged], now)
    return writer.add_changes([change for _, changes in taken if told for change in changes], now)


def _record_again(writer: Writer, capture: Capture, stamp: str, now: datetime) -> None:
    """Take in that an address shows what it showed before, after something else: its counts and texts hold again."""
    matched = news.assign(capture, writer.lookup(capture.papers))
    pairs = [(before, one) for before, one in zip(matched, capture.sightings, strict=True) if before is not None]
    merged = [news.merge(before, one, capture.dump) for before, one in pairs]
    writer.save(merged, now)
    shown = [(known.paper.id, one) for known, (_, one) in zip(merged, pairs, strict=True)]
    writer.read_again(capture.dump, shown, stamp, now=now)


def _correct_days(writer: Writer, paper_ids: Sequence[str], now: datetime) -> None:
    """Correct the guessed days of the dumps that show these papers, as far as another dump proves their year.

    A corrected day proves more in its turn, so this goes on until nothing moves: the order in which
    the dumps came does not matter.
    """
    ids = set(paper_ids)
    while corrected := [
        replace(dump, captured_on=day, dated_by="corrected")
        for dump in writer.guessed_dumps_of(sorted(ids))
        if (day := dates.corrected_day(dump.header, _years(dump, writer.known_of_dump(dump.id)), first_seen=now))
    ]:
        for dump in corrected:
            writer.set_day(dump.id, dump.captured_on, dump.dated_by)
            redated = [news.redate(known, dump) for known in writer.known_of_dump(dump.id)]
            writer.save(redated, now)
            ids |= {known.paper.id for known in redated}


def _years(dump: Dump, papers: Iterable[Known]) -> Iterator[tuple[ShownDate, date]]:
    """Pair each date that *dump* shows with the day of the same paper that another dump is certain of."""
    for known in papers:
        here = [one.shown for one in known.seen if one.dump_id == dump.id and one.shown]
        for one in known.seen:
            certain = one.dated_by not in ("guess", "none") or (one.shown is not None and one.shown.year is not None)
            if one.dump_id != dump.id and one.published and certain:
                yield from ((shown, one.published) for shown in here)
