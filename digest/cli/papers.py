"""`papers`: look at what is remembered of papers, and say which of them are one and which are not."""

from __future__ import annotations

import json
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import building, saying, shapes
from digest.cli.looking import find_profile, near_titles
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import Paper
    from digest.store import Joined, Store

app = typer.Typer(no_args_is_help=True, help="List papers, show one, and say which are one and which are not.")

Ref = Annotated[str, typer.Argument(metavar="PAPER", help="Its arXiv id, URL, title or id.")]


Words = Annotated[str, typer.Option("--words", help="As `digest search` takes them.")]
Author = Annotated[str, typer.Option("--author", metavar="NAME", help="Stands in the name of an author.")]
First = Annotated[str | None, typer.Option("--from", metavar="DATE", help="Shown by a dump of that day or later.")]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Shown by a dump of that day or before.")]
Source = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Shown by the source of that name.")]
Offered = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Offered to that profile, in those days.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")]


class ExportFormat(StrEnum):
    """For which program papers are written."""

    bibtex = "bibtex"
    ris = "ris"
    csl = "csl"
    jsonl = "jsonl"


@app.command("list")
def list_(
    words: Words = "",
    author: Author = "",
    first: First = None,
    last: Last = None,
    day: Annotated[str | None, typer.Option("--day", metavar="DATE", help="The same as --from and --to.")] = None,
    source: Source = None,
    profile: Offered = None,
    limit: Limit = 20,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List papers seen so far, the newest first."""
    on = _day("--day", day)
    days = {"first": _day("--from", first) or on, "last": _day("--to", last) or on}
    found = _wanted(config, now, words, limit, author=author, **days, source=source, profile=profile)
    if as_json:
        saying.emit({"papers": [{"id": one.id, **shapes.paper(one)} for one in found]})
        return
    for one in found:
        saying.out(f"{shapes.day(one.published) or '–':10}  {one.arxiv_id or one.id:20}  {one.title}")
    if not found:
        saying.warn("no paper seen so far fits")


@app.command("export")
def export(
    form: Annotated[ExportFormat, typer.Option("--format", help="For which program.")] = ExportFormat.bibtex,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there instead.")] = None,
    words: Words = "",
    author: Author = "",
    first: First = None,
    last: Last = None,
    source: Source = None,
    profile: Offered = None,
    limit: Limit = 100_000,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Write papers seen so far for a reference manager, or one JSON object a line; the newest first."""
    from digest.export import FORMATS

    days = {"first": _day("--from", first), "last": _day("--to", last)}
    found = _wanted(config, now, words, limit, author=author, **days, source=source, profile=profile)
    if form is ExportFormat.jsonl:
        rows = ({"id": one.id, **shapes.paper(one)} for one in found)
        text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    else:
        text = FORMATS[form.value](found)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from None
    saying.warn(f"wrote {plural(len(found), 'paper')} to {out}")


def _wanted(
    config: Path | None, now: str | None, words: str, limit: int, *, author: str, profile: str | None, **filters: Any
) -> list[Paper]:
    settings = building.load_settings(config)
    if profile:
        find_profile(settings, profile)
    from digest.store import Wanted, by_author, terms

    said = (*terms(words), *by_author(author))
    if (words or author) and not said:
        return []
    with building.open_store(settings, clock(now)) as store:
        return list(store.find(Wanted(said, offered_to=profile, **filters), limit).papers)


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{option} {text}: not a date; write it like 2026-11-20") from None


@app.command("show")
def show(paper: Ref, config: Config = None, now: Now = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """Show one paper: where it was seen, what was taken for it and why, and who was offered it."""
    settings = building.load_settings(config)
    with building.open_store(settings, clock(now)) as store:
        found = _find(store, paper)
        story = _story(store, found)
    if as_json:
        saying.emit(story)
        return
    saying.out(f"{found.title}\n  id {found.id}" + (f", arXiv {found.arxiv_id}" if found.arxiv_id else ""))
    for seen in story["seen"]:
        saying.out(f"  seen {seen['day'] or 'on an unknown day'}, {_count(seen['upvotes'])}, in {seen['dump'][:12]}")
    for event in story["changes"]:
        saying.out(
            f"  {event['at'][:10]} {event['kind']}" + (f" ({event['cause']})" if event["cause"] != "new" else "")
        )
    for offer in story["offers"]:
        saying.out(f"  {offer['day']} offered to {offer['profile']}")
    for line in map(_joined_line, story["joins"]):
        saying.out(f"  {line}")


@app.command("merge")
def merge(
    paper: Ref,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="What is the same paper; PAPER's id stays.")],
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Say that two papers are one; `papers split` takes that back."""
    from digest.pipeline import identity

    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        keep, gone = _find(store, paper), _find(store, other)
        if keep.arxiv_id and gone.arxiv_id and keep.arxiv_id != gone.arxiv_id:
            raise UsageError(f"arXiv {keep.arxiv_id} and arXiv {gone.arxiv_id} are two papers: {gone.title!r} stays")
        done = keep.id != gone.id and identity.merge_papers(store, keep, gone, tick())
    saying.out(f"{gone.title!r} is now part of {keep.id}" if done else f"they are one paper already: {keep.id}")


@app.command("split")
def split(
    paper: Ref,
    which: Annotated[
        str | None, typer.Argument(metavar="[DUMP|TITLE]", help="What is another paper, by its title or dump.")
    ] = None,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Say that something was taken for a paper that it is not: it stays apart, and is new to who did not get it."""
    from digest.pipeline import identity

    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        found = _find(store, paper)
        joins = store.joins(found.id)
        meant = identity.meant(joins, which)
        if len(meant) != 1:
            raise UsageError(_which(found, joins, which))
        (one,) = meant
        change = identity.split_paper(store, one, tick())
    title = one.join.found.paper.title
    if change is None:
        saying.out(f"{title!r} was split off before: {one.part}")
        return
    saying.out(f"{title!r} is a paper of its own: {change.paper.id}; it is new to every reader who did not get it")


def _find(store: Store, ref: str) -> Paper:
    found = store.find_papers([ref])
    if ref not in found:
        near = near_titles(store, ref)
        hint = "did you mean " + " or ".join(map(repr, near)) if near else "`digest papers list --words W` finds one"
        raise UsageError(f"no paper that was seen is called {ref!r}; {hint}")
    return found[ref]


def _which(paper: Paper, joins: tuple[Joined, ...], which: str | None) -> str:
    """Say what may be split off a paper."""
    if not joins:
        return f"nothing under another title or text was ever taken for {paper.title!r}, so there is nothing to split"
    wrong = f"nothing that was taken for it is called {which!r}" if which else "more than one was taken for it"
    return f"{wrong}; name one: " + " or ".join(sorted({repr(one.join.found.paper.title) for one in joins}))


def _story(store: Store, paper: Paper) -> dict[str, Any]:
    seen, events, offers = store.paper_history(paper.id)
    return {
        "id": paper.id,
        **shapes.paper(paper),
        "seen": [{"dump": one.dump_id, "day": shapes.day(one.captured_on), "upvotes": one.upvotes} for one in seen],
        "changes": [
            {"kind": one.kind, "cause": one.cause, "fields": list(one.fields), "at": shapes.instant(one.at)}
            for one in events
        ],
        "offers": [{"profile": one.profile, "day": shapes.day(one.day), "cause": one.cause} for one in offers],
        "joins": [_joined(one) for one in store.joins(paper.id)],
    }


def _joined(one: Joined) -> dict[str, Any]:
    return {
        "title": one.join.found.paper.title,
        "reason": one.join.reason,
        "similarity": round(one.join.similarity, 3),
        "at": shapes.instant(one.at),
        "dump": one.where or None,
        "split_at": shapes.instant(one.split_at),
        "paper": one.part or None,
    }


def _joined_line(one: dict[str, Any]) -> str:
    how = f"by {one['reason']}" if one["reason"] != "by hand" else one["reason"]
    line = f"{one['at'][:10]} also {one['title']!r}, {how}" + (f" ({one['dump']})" if one["dump"] else "")
    return line + (f"; split off {one['split_at'][:10]}" if one["split_at"] else "")


def _count(upvotes: int | None) -> str:
    return "no upvotes shown" if upvotes is None else plural(upvotes, "upvote")
