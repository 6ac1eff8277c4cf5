"""A paper known by its title alone gets its arXiv id and its link: sources that can be asked for titles are asked.

What a service answers is taken in only where the product's own matcher says that it is the paper: then like any other
list, so it may be undone. Nobody is told, since nothing is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from digest import matching, sources
from digest.errors import DumpRefused, SourceFailed
from digest.model import Capture, Known, Paper, SourceSettings
from digest.pipeline.bot import Bot
from digest.pipeline.ingest import Line, read_dump, take_in

SINCE = timedelta(days=30)
"""Papers first seen before are left as they are."""
AGAIN = timedelta(days=7)
"""A title that was not found may be there later: papers are listed up to two weeks after they appear."""


def look_up(bot: Bot, line: Line, answering: Collection[str], now: datetime) -> int:
    """Ask the sources named in *answering* for what they may know; return how many papers got their id.

    Each is asked for at most its `lookups`, and for the same paper once a week. A service that fails is left alone
    until the next pass: nothing depends on it.
    """
    found = 0
    for settings in bot.settings.sources:
        if settings.name in answering and settings.lookups and settings.kind in {"huggingface", "arxiv"}:
            found += sum(_round(bot, settings, line, now))
    if found:
        bot.hooks.tell("titles found", {"papers": found})
    return found


def _round(bot: Bot, settings: SourceSettings, line: Line, now: datetime) -> Iterator[bool]:
    memory = f"titles:{settings.name}"
    asked = bot.store.stamps(memory)
    recent = (now - AGAIN).isoformat()
    wanted = [paper for paper in bot.store.without_id(now - SINCE) if asked.get(paper.id, "") < recent]
    if not wanted:
        return
    titles = sources.open_titles(settings, line.web(), max_bytes=bot.settings.max_dump_bytes)
    for paper in wanted[: settings.lookups]:
        try:
            raw = titles.ask(paper.title, now)
            capture = _only(paper, read_dump(bot.store, raw, now)) if raw else None
        except DumpRefused:
            raw = capture = None
        except SourceFailed as failed:
            bot.hooks.tell("titles not asked", {"source": settings.name, "why": failed.why})
            return
        if raw and capture:
            take_in(bot, capture, raw, now, told=False)
        with bot.store.writing() as writer:
            writer.remember_look(memory, paper.id, now.isoformat(), now)
        yield capture is not None
        if bot.stop.is_set():
            return


def _only(paper: Paper, capture: Capture) -> Capture | None:
    """*capture* with the one row that is *paper* and has an id; None where there is none, or more than one."""
    known = Known(paper, titles=(matching.normal_title(paper.title),), names=matching.other_names(paper))
    named = [one for one in capture.sightings if one.paper.arxiv_id]
    same = [one for one in named if matching.best_match(one.paper, [known]) is not None]
    if len({one.paper.arxiv_id for one in same}) != 1:
        return None
    dump = replace(capture.dump, id=sources.dump_id(f"{capture.dump.id} {paper.id}".encode()))
    return replace(capture, dump=dump, sightings=(same[0],), rejects=())
