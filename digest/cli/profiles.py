"""`profile`: the profiles that the bot serves, wherever they are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import ConfigError, DigestError
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import Settings
    from digest.pipeline.profiles import Profiles
    from digest.store import Store

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The profiles that the bot serves, wherever they are kept."
)


def _profiles(settings: Settings, store: Store) -> Profiles:
    profiles = building.make_profiles(settings, store)
    if profiles is None:
        raise DigestError(f"{settings.where} was not read from a config")
    return profiles


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="TOML, CSV or JSON lines: .toml, .csv, .jsonl.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace profiles of these names in the store.")] = False,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Keep profiles in the store instead of in files: all of a file, or none of it and every bad row by its line."""
    settings, tick = building.load_settings(config), clock(now)
    refused = False
    with building.open_store(settings, tick) as store:
        from digest.pipeline.importing import take_in

        profiles = _profiles(settings, store)
        for path in files:
            try:
                count = take_in(profiles, path, now=tick(), replacing=replace)
            except ConfigError as error:
                refused = True
                saying.warn(f"{error}\n{path}: nothing was imported: {plural(len(error.faults), 'fault')}")
            else:
                saying.out(f"{path}: {plural(count, 'profile')} imported")
    raise typer.Exit(1 if refused else 0)


@app.command("list")
def list_(config: Config = None, now: Now = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """List the profiles by name: when each is due, where it goes, and where it is kept."""
    settings, tick = building.load_settings(config), clock(now)
    with building.open_store(settings, tick) as store:
        profiles = _profiles(settings, store)
        places = profiles.places()
        found = sorted(profiles.settings.profiles, key=lambda one: one.name)
    if as_json:
        saying.emit(
            {
                "profiles": [
                    {
                        "name": one.name,
                        "enabled": one.enabled,
                        "schedule": one.schedule,
                        "timezone": one.timezone,
                        "deliver": [str(target) for target in one.deliver],
                        "where": places[one.name],
                    }
                    for one in found
                ]
            }
        )
        return
    for one in found:
        state = "" if one.enabled else "  (not enabled)"
        goes = ", ".join(map(str, one.deliver))
        saying.out(f"{one.name}  {one.schedule} {one.timezone}  {goes}  {places[one.name]}{state}")
