"""`status`, `resend`, `resume`, `backup` and `prune`: what happened last night, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying, shapes
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import Settings


def status(
    within: Annotated[
        int | None,
        typer.Option("--within", metavar="MINUTES", min=1, help="Say only whether a pass ended so lately; 1 if not."),
    ] = None,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show first whether all is well, then what a person should do, then the facts of the last passes."""
    if within is not None:
        _alive(within, config, now)
        return
    from digest.cli import standing
    from digest.pipeline import gather, troubles

    settings = building.load_settings(config, lenient=True)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        facts, sources, told = store.status(tick()), store.source_health(), store.told()
        if profiles := building.make_profiles(settings, store, lenient=True):
            settings = profiles.settings
        found = troubles(gather(store, settings, tick()))
    if as_json:
        saying.emit(shapes.status(facts, found, sources))
        return
    for line in standing.lines(facts, found, sources, told, settings, tick()):
        saying.out(line)


def _alive(minutes: int, config: Path | None, now: str | None) -> None:
    """What the health check of a container asks; trouble that a restart cannot mend makes no difference to it."""
    from digest.cli.standing import ago

    tick = clock(now)
    with building.open_store(building.load_settings(config, lenient=True), tick) as store:
        last = next(iter(store.reports(1)), None)
    span = tick() - last.finished_at if last else None
    saying.out(f"the last pass was {ago(span)}" if span is not None else "no pass has run yet")
    if span is None or span.total_seconds() > 60 * minutes:
        raise typer.Exit(1)


def resend(
    key: Annotated[str, typer.Argument(metavar="KEY", help="As `digest status` shows it.")],
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Send one message again, whatever became of it; the next pass takes it."""
    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        from digest import outbox

        delivery = store.delivery(key)
        if delivery and str(delivery.target) in store.unsubscribed().get(delivery.profile, ()):
            raise UsageError(f"{delivery.target} has unsubscribed; `digest resume {delivery.profile}` undoes that")
        if not outbox.resend(store, key, tick()):
            raise UsageError(f"no message has the key {key!r}; `digest status` lists the keys")
    saying.out(f"{key} is queued; `digest run --due` or the service sends it")


def resume(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CHANNEL|PROFILE", help="email or slack; store after a restored backup; a profile left or paused."
        ),
    ],
    again: Annotated[
        bool, typer.Option("--resend", help="With store: send all that the backup holds as unsent, perhaps again.")
    ] = False,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Let a paused channel send again once its cause is mended, a restored store go on, or a profile's readers back."""
    settings = building.load_settings(config)
    if what == "store":
        _resume_store(settings, now, again=again)
        return
    if again:
        raise UsageError("--resend belongs to `digest resume store`; one message is sent again by `digest resend KEY`")
    with building.open_store(settings, clock(now)) as store:
        if what in store.paused():
            store.resume(what)
            saying.out(f"{what} sends again with the next pass")
            return
        left, woken = store.resubscribe(what), store.wake(what)
    if not (left or woken):
        raise UsageError(f"{what!r} is no paused channel, and no profile that rests or that anybody left")
    saying.out(f"{what} gets its digest again" + (f", at {plural(left, 'more target')}" if left else ""))


def _resume_store(settings: Settings, now: str | None, *, again: bool) -> None:
    from digest import pipeline

    with building.bot(settings, clock(now)) as bot:
        if bot.store.restored_at() is None:
            raise UsageError("the store was not put back from a backup, or it goes on already")
        given_up = pipeline.take_up(bot, resend=again)
    saying.out("the store goes on with the next pass")
    if not again:
        saying.out("what came in until now counts as seen by every profile")
    if given_up:
        saying.out(f"{plural(given_up, 'message')} of the backup {'was' if given_up == 1 else 'were'} given up,")
        saying.out("since they may have gone out after it was made: `digest status` lists them")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; one that is there is left alone.")],
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Copy the store to a new file while the bot goes on; docs/operate.md says how to put it back."""
    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        store.backup(file.absolute(), tick())
    saying.out(f"wrote {file}: {file.stat().st_size / 2**20:.1f} MB, readable by you alone")


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go; forget nothing.")] = False,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Forget what is older than [keep] says, as the bot does by itself once a day; nothing that prevents repeats."""
    settings = building.load_settings(config)
    tick = clock(now)
    with building.open_store(settings, tick) as store:
        if dry_run:
            with store.rehearsing() as scratch:
                gone = scratch.prune(settings.keep, tick())
        else:
            gone = store.prune(settings.keep, tick())
    if as_json:
        saying.emit({"dry_run": dry_run, "gone": gone})
        return
    counts = ", ".join(f"{count:,} {name}" for name, count in gone.items() if count)
    verb = "would be forgotten" if dry_run else "forgotten"
    saying.out(f"{verb}: {counts}" if counts else f"nothing is old enough to be forgotten ({settings.where}, [keep])")
