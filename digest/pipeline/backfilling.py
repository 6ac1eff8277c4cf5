"""The history of a source: taken in day by day, as known papers and not as news, so that nobody is sent the past."""

from __future__ import annotations

from datetime import date, datetime

from digest import sources
from digest.errors import DumpRefused, SourceFailed, UsageError
from digest.model import DumpReport, Failure, Looked, SourceSettings
from digest.pipeline.bot import Bot
from digest.pipeline.ingest import Line, read_dump, take_in


def backfill(
    bot: Bot, settings: SourceSettings, first: date, last: date, now: datetime
) -> tuple[list[DumpReport], list[Failure]]:
    """Take in what *settings* list from *first* to *last*, newest first; what was read before is not asked for again.

    Each day is one transaction, so it may be ended and begun again. Days that an ordinary pass still reads are
    left to it, since their papers are news. Raises UsageError for a source that has no history.
    """
    reports: list[DumpReport] = []
    failures: list[Failure] = []
    with Line(bot) as line:
        source = sources.open_source(settings, max_bytes=bot.settings.max_dump_bytes, web=line.web)
        if not isinstance(source, sources.History):
            raise UsageError(f"{settings.name}: a source of kind {settings.kind} has no history to be asked for")
        last = min(last, source.settles_before(now.date()))
        days = max(0, (last - first).days + 1)
        for found in source.between(first, last, now, bot.store.stamps(settings.name)):
            if isinstance(found, Looked):
                with bot.store.writing() as writer:
                    writer.remember_look(found.source, found.where, found.stamp, now)
            elif isinstance(found, SourceFailed | DumpRefused):
                failures.append(Failure(found.where, found.why))
            else:
                try:
                    reports.append(take_in(bot, read_dump(bot.store, found, now), found, now, told=False))
                except DumpRefused as refused:
                    failures.append(Failure(refused.where, refused.why))
                bot.hooks.progress(min(len(reports), days), days, found.where)
            if bot.stop.is_set():
                break
    return reports, failures
