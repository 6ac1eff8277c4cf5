"""The JSON that the commands print: names and shapes are a contract, kept apart from the values inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.model import (
        Capture,
        Delivery,
        Digest,
        DumpReport,
        EditionReport,
        Failure,
        Paper,
        Pick,
        Reject,
        RunReport,
        SourceHealth,
        Trouble,
    )
    from digest.store import Status

DELIVERY_COUNTS = ("sent", "deferred", "dead", "unknown")


def paper(value: Paper) -> dict[str, Any]:
    """A paper as `parse`, `diff` and `search` show it; what is not known is null."""
    return {
        "title": value.title,
        "abstract": value.abstract,
        "authors": list(value.authors) if value.authors is not None else None,
        "num_authors": value.num_authors,
        "published": day(value.published),
        "num_comments": value.num_comments,
        "upvotes": value.upvotes,
        "arxiv_id": value.arxiv_id,
        "url": value.url,
        "code_url": value.code_url,
        "keywords": list(value.keywords) if value.keywords is not None else None,
        "summary": value.summary,
        "organisation": value.organisation,
    }


def day(value: date | None) -> str | None:
    """A date as YYYY-MM-DD, or null."""
    return value.isoformat() if value else None


def reject(value: Reject | Failure) -> dict[str, str]:
    """A place and a reason."""
    return {"where": value.where, "why": value.why}


def capture(value: Capture) -> dict[str, Any]:
    """What `digest parse --json` prints."""
    return {
        "style": value.dump.style,
        "captured_on": day(value.dump.captured_on),
        "dated_by": value.dump.dated_by,
        "papers": [paper(one) for one in value.papers],
        "rejects": [reject(one) for one in value.rejects],
    }


def dump(value: DumpReport) -> dict[str, Any]:
    """One line of `ingest` in a run report."""
    return {
        "source": value.source,
        "where": value.where,
        "style": value.style,
        "papers": value.papers,
        "new": value.new,
        "updated": value.updated,
        "seen": value.seen,
        "rejected": value.rejected,
        "error": value.error or None,
    }


def edition(value: EditionReport) -> dict[str, Any]:
    """One line of `editions` in a run report."""
    return {
        "profile": value.profile,
        "date": day(value.date),
        "picks": value.picks,
        "considered": value.considered,
        "state": value.state,
    }


def run(value: RunReport) -> dict[str, Any]:
    """What `digest run --json` prints."""
    return {
        "ingest": [dump(one) for one in value.ingest],
        "editions": [edition(one) for one in value.editions],
        "deliveries": {name: value.deliveries.get(name, 0) for name in DELIVERY_COUNTS},
        "summaries": dict(value.summaries),
        "failures": [reject(one) for one in value.failures],
        "warnings": [reject(one) for one in value.warnings],
    }


def pick(value: Pick) -> dict[str, Any]:
    """A paper with its score and why it is there."""
    return {
        "paper": paper(value.change.paper),
        "kind": value.change.kind,
        "cause": value.change.cause,
        "score": value.score,
        "interest": value.interest,
        "reasons": [{"kind": reason.kind, "names": list(reason.names)} for reason in value.reasons],
    }


def digest(value: Digest) -> dict[str, Any]:
    """What `digest preview --format json` prints."""
    return {
        "profile": value.profile,
        "date": day(value.date),
        "sections": [
            {"name": section.name, "picks": [pick(one) for one in section.picks]} for section in value.sections
        ],
        "also": [pick(one) for one in value.also],
        "considered": value.considered,
        "left_out": value.left_out,
        "notes": list(value.notes),
    }


def instant(value: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC, or null."""
    return value.isoformat().replace("+00:00", "Z") if value else None


def delivery(value: Delivery) -> dict[str, Any]:
    """A message on its way."""
    return {
        "key": value.key,
        "state": value.state,
        "due_at": instant(value.due_at),
        "attempts": value.attempts,
        "error": value.error or None,
    }


def trouble(value: Trouble) -> dict[str, Any]:
    """Something that a person should look at."""
    return {"cause": value.cause, "what": value.what, "since": instant(value.since), "todo": value.todo}


def source(value: SourceHealth) -> dict[str, Any]:
    """How a source fares."""
    return {
        "name": value.name,
        "last_success": instant(value.last_success),
        "failing_since": instant(value.failing_since),
        "failures": value.failures,
        "why": value.why or None,
    }


def status(value: Status, troubles: Sequence[Trouble], sources: Mapping[str, SourceHealth]) -> dict[str, Any]:
    """What `digest status --json` prints."""
    return {
        "well": not troubles,
        "troubles": [trouble(one) for one in troubles],
        "sources": [source(one) for one in sources.values()],
        "counts": dict(value.counts),
        "deliveries": dict(value.deliveries),
        "due": value.due,
        "next_due": instant(value.next_due),
        "oldest_due": instant(value.oldest_due),
        "paused": [
            {"channel": name, "since": instant(pause.since), "why": pause.why} for name, pause in value.paused.items()
        ],
        "suppressed": [{"target": target, "why": why} for target, why in value.suppressed.items()],
        "rests": [{"profile": name, "until": day(rest.until)} for name, rest in value.rests.items()],
        "unsubscribed": [{"profile": name, "targets": sorted(targets)} for name, targets in value.left.items()],
        "dead": [delivery(one) for one in value.dead],
        "unknown": [delivery(one) for one in value.unknown],
        "passes": [
            {"started_at": instant(one.started_at), "finished_at": instant(one.finished_at), **run(one)}
            for one in value.reports
        ],
    }
