"""The list of commands; each module beside this one holds those of one purpose."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from digest.cli import (
    backfilling,
    evaluating,
    learning,
    looking,
    manifest,
    metering,
    operating,
    papers,
    personal,
    profiles,
    reading,
    replaying,
    running,
    starting,
    storing,
    tasting,
    versions,
    working,
)


class Grouped(TyperGroup):
    """Lists the commands under what they are for; as plain text, since drawing boxes takes longer than all the rest."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section per purpose, in the order in which the purposes come up."""
        purposes: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                panel = getattr(command, "rich_help_panel", None)
                purpose = panel if isinstance(panel, str) else "Commands"
                purposes.setdefault(purpose, []).append((name, command.get_short_help_str(limit=300)))
        for purpose, rows in purposes.items():
            with formatter.section(purpose):
                formatter.write_dl(rows)


app = typer.Typer(
    cls=Grouped,
    rich_markup_mode=None,
    name="digest",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The new papers worth your time, best first, each with its reason: by email, in Slack, in a folder.",
    epilog="Exit codes: 0 done; 1 done, but something failed and is named; 2 usage or config; 130 interrupted.",
)

DAILY, LOOK, READ, OPERATE = "Every day", "Look before you send", "Dumps and papers", "Set up and operate"

app.command("run", rich_help_panel=DAILY)(running.run)
app.command("serve", rich_help_panel=DAILY)(running.serve)
app.command("worker", rich_help_panel=DAILY)(working.worker)

app.command("preview", rich_help_panel=LOOK)(looking.preview)
app.command("explain", rich_help_panel=LOOK)(looking.explain)
app.command("replay", rich_help_panel=LOOK)(replaying.replay)
app.command("evaluate", rich_help_panel=LOOK)(evaluating.evaluate)

app.command("parse", rich_help_panel=READ)(reading.parse)
app.command("diff", rich_help_panel=READ)(reading.diff)
app.command("ingest", rich_help_panel=READ)(running.ingest)
app.command("backfill", rich_help_panel=READ)(backfilling.backfill)
app.command("search", rich_help_panel=READ)(looking.search)
app.add_typer(papers.app, name="papers", rich_help_panel=READ)

app.command("init", rich_help_panel=OPERATE)(starting.init)
app.command("check", rich_help_panel=OPERATE)(starting.check)
app.command("manifest", rich_help_panel=OPERATE)(manifest.manifest)
app.command("status", rich_help_panel=OPERATE)(operating.status)
app.command("resend", rich_help_panel=OPERATE)(operating.resend)
app.command("resume", rich_help_panel=OPERATE)(operating.resume)
app.command("learn", rich_help_panel=OPERATE)(learning.learn)
profiles.app.command("show")(tasting.show)
profiles.app.command("like")(tasting.like)
profiles.app.command("forget")(tasting.forget)
profiles.app.command("export")(personal.export)
profiles.app.command("erase")(personal.erase)
app.add_typer(profiles.app, name="profile", rich_help_panel=OPERATE)
app.command("backup", rich_help_panel=OPERATE)(operating.backup)
app.command("prune", rich_help_panel=OPERATE)(operating.prune)
app.add_typer(storing.app, name="store", rich_help_panel=OPERATE)
app.command("metrics", rich_help_panel=OPERATE)(metering.metrics)
app.command("version", rich_help_panel=OPERATE)(versions.version)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and leave."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"paper-digest {installed('paper-digest')}")
        raise typer.Exit
