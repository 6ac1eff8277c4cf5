"""`store copy`: the bot's memory moves from one database to another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import saying
from digest.cli.options import AsJson, Debug, Now, clock
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.store.copying import Copied

app = typer.Typer(help="Move the bot's memory to another database.", no_args_is_help=True)
_URL = "sqlite:///FILE, postgresql+psycopg://…, or env:NAME that holds it."


@app.callback()
def _group() -> None:
    """Keep `copy` a command of its own, though it is the only one."""


@app.command("copy")
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help=_URL)],
    target: Annotated[str, typer.Argument(metavar="TO", help="As FROM; an empty database or a new file.")],
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Copy a stopped bot's store, compare every table, and let the old one send nothing any more."""
    from digest.store import Store

    tick = clock(now)
    from_url, to_url = _url(source), _url(target)
    if from_url == to_url:
        raise UsageError("FROM and TO are the same store")
    _require_file(from_url)
    with Store.open(from_url, now=tick()) as old, Store.open(to_url, now=tick()) as new:
        copied = old.move_to(new, tick())
    if as_json:
        saying.emit({"tables": [{"table": one.table, "rows": one.rows, "checksum": one.checksum} for one in copied]})
        return
    _say(copied)


def _say(copied: tuple[Copied, ...]) -> None:
    width = max(len(one.table) for one in copied)
    for one in copied:
        saying.out(f"{one.table:<{width}} {one.rows:>12,}  {one.checksum}")
    total = sum(one.rows for one in copied)
    saying.out(f"{total:,} rows copied, and the same on both sides: let [store] url name the new store")
    saying.out("the old one sends nothing any more; `digest resume store` would let it go on")


def _url(text: str) -> str:
    """Read what stands in the environment, so that no password need stand on the command line."""
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if name not in os.environ:
        raise UsageError(f"{text}: the environment has no {name}")
    return os.environ[name]


def _require_file(url: str) -> None:
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).exists():
        raise UsageError(f"{file}: there is no such store")
