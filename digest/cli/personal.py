"""`profile export|erase`: hand out, or forget, all that is kept of a profile or of a person who votes."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import building, saying
from digest.cli.options import Config, Debug, Now, clock
from digest.errors import DigestError, UsageError
from digest.text import plural

if TYPE_CHECKING:
    from digest.pipeline import Bot

Who = Annotated[str, typer.Argument(metavar="NAME", help="A profile, or who votes in Slack: slack:U0123.")]


def export(name: Who, config: Config = None, now: Now = None, debug: Debug = False) -> None:
    """Print all that is kept of a profile, or the votes of a person, as JSON."""
    with building.bot(building.load_settings(config), clock(now)) as bot:
        if ":" in name:
            found: dict[str, Any] = {"person": name, "votes": bot.store.said_by(name)}
        else:
            found = {"profile": name, "document": _document(bot, name), **bot.store.held(name, _stated(bot, name))}
        if len(found) == 2 and not any(list(found.values())[1:]):
            raise UsageError(f"nothing is kept of {name!r}")
    saying.emit(_plain(found))


def erase(
    name: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it only what would go is said.")] = False,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Forget all that is kept of a profile, or the votes of a person: it cannot be brought back."""
    tick = clock(now)
    with building.bot(building.load_settings(config), tick) as bot:
        if ":" in name:
            held = {"votes": bot.store.said_by(name)}
        else:
            held = bot.store.held(name, _stated(bot, name))
        folders, remains = list(_folders(bot, name)), list(_remains(bot, name))
        counts = {table: len(rows) for table, rows in held.items() if rows}
        if not yes:
            saying.out(f"{name}: {_said(counts) or 'nothing is kept in the store'}" + _and_folders(folders))
            raise UsageError("nothing was erased; --yes does it, and it cannot be brought back")
        gone = {"votes": bot.store.forget_person(name)} if ":" in name else _forget(bot, name, tick(), folders)
        bot.store.wipe()
    saying.out(f"{name}: erased {_said(gone) or 'nothing: nothing was kept'}" + _and_folders(folders))
    for line in remains:
        saying.out(f"still there: {line}")


def _forget(bot: Bot, name: str, now: datetime, folders: list[Path]) -> dict[str, int]:
    gone = bot.store.forget(name, _stated(bot, name), now)
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise DigestError(f"{folder}: {error.strerror}; the store has forgotten {name} already") from None
    return gone


def _stated(bot: Bot, name: str) -> list[str]:
    """The targets that the profile states."""
    return [str(target) for who in bot.settings.profiles if who.name == name for target in who.deliver]


def _folders(bot: Bot, name: str) -> Iterator[Path]:
    """Where its digests lie as files, and no other profile's."""
    others = {target.address for who in bot.settings.profiles if who.name != name for target in who.deliver}
    for target in _stated(bot, name):
        channel, _, address = target.partition(":")
        folder = bot.settings.state / "folder" / address
        if channel == "folder" and address not in others and folder.is_dir():
            yield folder


def _document(bot: Bot, name: str) -> dict[str, str] | None:
    found = bot.profiles.document(name) if bot.profiles else None
    return {"where": found.where, "text": found.text} if found else None


def _remains(bot: Bot, name: str) -> Iterator[str]:
    """What no command may take away, or cannot reach."""
    found = bot.profiles.document(name) if bot.profiles and ":" not in name else None
    if found is not None and not found.stored:
        yield f"{found.where}: delete it, or the next pass serves {name} as a new profile"
    yield "backups and copies of the store that you made, log files, and what was sent"


def _said(counts: dict[str, int]) -> str:
    names = {"leavers": "unsubscription", "profile_texts": "stored profile", "struck_terms": "struck out word",
             "suppressed_targets": "suppressed address", "runs": "report"}  # fmt: skip
    return ", ".join(plural(many, names.get(table, _one(table))) for table, many in sorted(counts.items()) if many)


def _one(table: str) -> str:
    return table[:-3] + "y" if table.endswith("ies") else table.removesuffix("s")


def _and_folders(folders: list[Path]) -> str:
    return "".join(f", the folder {folder}" for folder in folders)


def _plain(value: Any) -> Any:
    """*value* in what JSON has: instants and dates as ISO 8601, bytes as base64."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
