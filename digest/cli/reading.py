"""`parse` and `diff`: look into dumps without touching any store."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import saying, shapes
from digest.cli.options import AsJson, Clock, Debug, Now, clock
from digest.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from digest.model import Capture, Paper

Given = Annotated[
    str | None,
    typer.Option("--captured-on", metavar="DATE", help="The day that the dump shows, such as 2026-11-20."),
]
MAX_BYTES = 256 * 2**20


def given_day(text: str | None) -> date | None:
    """Read the value of `--captured-on`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--captured-on {text}: not a date; write it like 2026-11-20") from None


def parse(
    dump: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A saved page, an API answer, or - for standard input.")
    ],
    captured_on: Given = None,
    as_json: AsJson = False,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Show what a dump holds; nothing is stored."""
    capture = _read(dump, clock(now), given_day(captured_on))
    if as_json:
        saying.emit(shapes.capture(capture))
    else:
        _show(capture)


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier dump.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later dump.")],
    as_json: AsJson = False,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Show what NEW changes against OLD: new, updated, gone; nothing is stored."""
    from digest import news

    tick = clock(now)
    found = news.diff(_read(old, tick, None), _read(new, tick, None))
    if as_json:
        saying.emit(
            {
                "new": [shapes.paper(one) for one in found.new],
                "updated": [{"paper": shapes.paper(one), "fields": list(fields)} for one, fields in found.updated],
                "gone": [shapes.paper(one) for one in found.gone],
                "same": found.same,
            }
        )
        return
    screen = saying.console()
    for mark, style, name, papers in (("+", "green", "new", found.new), ("-", "red", "gone", found.gone)):
        if papers:
            screen.print(f"[bold]{len(papers)} {name}[/bold]")
            for one in papers:
                screen.print(f"[{style}]{mark}[/] ", end="")
                screen.print(one.title, markup=False)
    if found.updated:
        screen.print(f"[bold]{len(found.updated)} updated[/bold]")
        for one, fields in found.updated:
            screen.print("[yellow]~[/] ", end="")
            screen.print(f"{one.title}  ({', '.join(fields)})", markup=False)
    screen.print(f"{found.same} the same")


def _read(where: str, tick: Clock, given: date | None) -> Capture:
    from digest import sources

    now = tick()
    return sources.read(sources.load(where, now, given_on=given, max_bytes=MAX_BYTES), now)


_KNOWN_BY = {
    "given": "as stated",
    "filename": "by the file's name",
    "fetch": "by the page, fetched now",
    "header": "by the page's own day and the years that it shows",
    "guess": "a guess: the page shows no year",
    "corrected": "by another dump",
    "none": "",
}


def _show(capture: Capture) -> None:
    from digest.text import plural

    screen = saying.console()
    dump = capture.dump
    day = f"{dump.captured_on}, {_KNOWN_BY[dump.dated_by]}" if dump.captured_on else "no day is shown"
    screen.print(f"{dump.where}: style {dump.style}, {plural(len(capture.papers), 'paper')}; {day}", markup=False)
    screen.print(_table(capture.papers))
    for reject in capture.rejects:
        screen.print(f"left out {reject.where}: {reject.why}", markup=False)


def _table(papers: tuple[Paper, ...]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = (("published", "left"), ("authors", "right"), ("comments", "right"), ("votes", "right"))
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=True)
    table.add_column("title", overflow="fold")
    table.add_column("id", no_wrap=True)
    for one in papers:
        counts = (one.num_authors, one.num_comments, one.upvotes)
        table.add_row(
            shapes.day(one.published) or "–",
            *("–" if count is None else str(count) for count in counts),
            Text(one.title),
            one.arxiv_id or "",
        )
    return table
