"""Between rows and values: every conversion stands here once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection

from digest import matching
from digest.model import (
    Change,
    Delivery,
    Dump,
    Known,
    Paper,
    RunReport,
    Seen,
    ShownDate,
    Sighting,
    Target,
    place_of,
)
from digest.store import schema
from digest.store.finding import Ask

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

CHUNK = 500
"""Values in one IN list: far below every database's limit, and enough that the call itself costs nothing."""

_p, _d, _s, _e = schema.papers.c, schema.dumps.c, schema.sightings.c, schema.deliveries.c

PAPER_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _p.title, _p.abstract, _p.authors, _p.num_authors, _p.published, _p.url, _p.arxiv_id, _p.code_url,
    _p.upvotes, _p.num_comments, _p.keywords, _p.summary, _p.organisation, _p.id, _p.version,
    _p.project_url, _p.stars, _p.submitter,
)  # fmt: skip
KNOWN_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *PAPER_COLUMNS,
    _p.texts_from,
    _p.shows,
    _p.titles,
    _p.causes,
    _p.names,
)
DUMP_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _d.id, _d.source, _d.where, _d.style, _d.captured_on, _d.dated_by, _d.fetched_at, _d.header, _d.shows,
)  # fmt: skip
SEEN_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _d.id, _d.captured_on, _d.dated_by, _s.shown_month, _s.shown_day, _s.shown_year,
    _s.published, _s.upvotes, _s.num_comments, _s.version, _d.where, _d.fetched_at,
)  # fmt: skip
_WIDTH = len(PAPER_COLUMNS)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut *values* into lists of at most *size*."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def asking(connection: Connection) -> Ask:
    """Let `finding` put its questions on *connection*; its rows come as the driver gives them."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"

    def ask(question: str, values: Sequence[str]) -> Sequence[Sequence[Any]]:
        result = connection.exec_driver_sql(question.replace("?", mark), tuple(values))
        return cast(Sequence[Sequence[Any]], result.cursor.fetchall() if result.cursor else ())

    return ask


# ---------------------------------------------------------------- papers


def paper_of(row: Sequence[Any]) -> Paper:
    """Read a row that starts with `PAPER_COLUMNS`."""
    title, abstract, authors, num, published, url, arxiv, code, up, comments, words, *rest = row[:_WIDTH]
    return Paper(
        title, abstract, None if authors is None else tuple(authors), num, published, url, arxiv, code,
        up, comments, None if words is None else tuple(words), *rest,
    )  # fmt: skip


def paper_of_texts(texts: Mapping[str, Any], id_: str) -> Paper:
    """Read the texts of a paper as JSON keeps them."""
    fields: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in texts.items()}
    return Paper(**fields, id=id_)


def known_of(row: Sequence[Any], seen: Iterable[Seen]) -> Known:
    """Read a row that starts with `KNOWN_COLUMNS`."""
    texts_from, shows, titles, causes, names = row[_WIDTH : _WIDTH + 5]
    return Known(
        paper_of(row), tuple(seen), texts_from, frozenset(shows), tuple(titles), frozenset(causes), frozenset(names)
    )


def known_row(known: Known) -> dict[str, Any]:
    """Write all of *known* but its sightings."""
    paper = known.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "num_authors": paper.num_authors,
        "published": paper.published,
        "url": paper.url,
        "arxiv_id": paper.arxiv_id,
        "code_url": paper.code_url,
        "upvotes": paper.upvotes,
        "num_comments": paper.num_comments,
        "keywords": paper.keywords,
        "summary": paper.summary,
        "organisation": paper.organisation,
        "version": paper.version,
        "project_url": paper.project_url,
        "stars": paper.stars,
        "submitter": paper.submitter,
        "texts_from": dict(known.texts_from),
        "shows": sorted(known.shows),
        "titles": list(known.titles),
        "causes": sorted(known.causes),
        "names": sorted(known.names),
    }


def change_of(row: Sequence[Any]) -> Change:
    """Read a row of a paper followed by id, kind, cause and fields of its change."""
    id_, kind, cause, fields = row[_WIDTH : _WIDTH + 4]
    return Change(paper_of(row), kind, cause, tuple(fields), id_)


# ---------------------------------------------------------------- dumps and sightings


def dump_of(row: Sequence[Any]) -> Dump:
    """Read a row of `DUMP_COLUMNS`."""
    id_, source, where, style, captured_on, dated_by, fetched_at, header, shows = row[:9]
    shown = ShownDate(*header) if header else None
    return Dump(id_, source, where, style, captured_on, dated_by, fetched_at, shown, frozenset(shows))


def dump_row(dump: Dump) -> dict[str, Any]:
    """Write *dump*."""
    header = dump.header
    return {
        "id": dump.id,
        "source": dump.source,
        "where": dump.where,
        "style": dump.style,
        "captured_on": dump.captured_on,
        "dated_by": dump.dated_by,
        "fetched_at": dump.fetched_at,
        "header": [header.month, header.day, header.year] if header else None,
        "shows": sorted(dump.shows),
    }


def seen_of(row: Sequence[Any]) -> Seen:
    """Read a row of `SEEN_COLUMNS`."""
    id_, captured_on, dated_by, month, day, year, published, upvotes, comments, version, where, fetched_at = row[:12]
    shown = None if month is None else ShownDate(month, day, year)
    place = place_of(where)
    read_at = fetched_at if place else None
    return Seen(id_, captured_on, dated_by, shown, published, upvotes, comments, version, place, read_at)


def sighting_row(paper: int, dump: int, sighting: Sighting) -> dict[str, Any]:
    """Write *sighting* of the paper and dump of these numbers."""
    shown, shows = sighting.shown, sighting.paper
    return {
        "paper": paper,
        "dump": dump,
        "position": sighting.position,
        "shown_month": shown.month if shown else None,
        "shown_day": shown.day if shown else None,
        "shown_year": shown.year if shown else None,
        "published": shows.published,
        "upvotes": shows.upvotes,
        "num_comments": shows.num_comments,
        "version": shows.version,
        "titled": matching.title_number(matching.normal_title(shows.title)),
    }


# ---------------------------------------------------------------- deliveries, reports


@cache
def _reports() -> TypeAdapter[RunReport]:
    from pydantic import TypeAdapter  # not everybody who opens the store reads a report

    return TypeAdapter(RunReport)


def report_text(report: RunReport) -> str:
    """Write *report* as JSON."""
    return _reports().dump_json(report).decode()


def report_of(text: str) -> RunReport:
    """Read what `report_text` wrote."""
    return _reports().validate_json(text)


DELIVERY_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _e.key, schema.profiles.c.name, schema.editions.c.day, _e.channel, _e.address, _e.state, _e.due_at,
    _e.attempts, _e.token, _e.leased_until, _e.remote_ids, _e.error, _e.doubts, _e.queued_at,
)  # fmt: skip


def delivery_of(row: Sequence[Any]) -> Delivery:
    """Read a row that starts with `DELIVERY_COLUMNS`."""
    key, profile, day, channel, address, state, due_at, attempts, token, leased_until, remote_ids = row[:11]
    error, doubts, queued_at = row[11:14]
    return Delivery(
        key, profile, day, Target(channel, address), state, due_at, attempts, token, leased_until,
        tuple(remote_ids), error, doubts, queued_at,
    )  # fmt: skip
