"""The keys that sign links: those of the config, else a file in the bot's state, made when it is first needed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.links import Links, Tokens
    from digest.model import Settings

FILE = "links.key"
_LOOSE = 0o077


def make_links(settings: Settings, *, scratch: bool = False) -> Links | None:
    """What makes and reads signed links; None without a public_url, since a link must lead somewhere.

    *scratch* and errors as in `make_tokens`.
    """
    if not settings.public_url:
        return None
    from digest.links import Links

    return Links(settings.public_url, make_tokens(settings, scratch=scratch))


def make_tokens(settings: Settings, *, scratch: bool = False) -> Tokens:
    """What signs links and buttons, and knows them again.

    With *scratch* no file is made: what is only looked at is signed with a key that nobody keeps.
    Raises DigestError when the file cannot be read or made, or holds no good key.
    """
    from digest.cli.secrets import know
    from digest.links import Tokens

    path = settings.state / FILE
    keys = settings.link_keys or _read(path) or (_made_up() if scratch else _made(path))
    know(*keys)
    try:
        return Tokens(keys)
    except ValueError as error:
        raise DigestError(f"{path}: {error}; delete it only if no mail with links was sent yet") from None


def _read(path: Path) -> tuple[str, ...]:
    from digest.cli.saying import warn
    from digest.links import keys_in

    try:
        text = path.read_text("ascii")
        if path.stat().st_mode & _LOOSE:
            warn(f"warning: {path} can be read by others (chmod 600 {path})")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise DigestError(f"{path}: the keys of links cannot be read: {error}") from None
    if not (keys := keys_in(text)):
        raise DigestError(f"{path} is empty; put it back from a backup, since it signed the links in mails")
    return keys


def _made_up() -> tuple[str, ...]:
    return (secrets.token_urlsafe(32),)


def _made(path: Path) -> tuple[str, ...]:
    """Make the file, whole or not at all; where another process was quicker, its key is ours."""
    keys = _made_up()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "w", encoding="ascii") as file:  # noqa: PTH123 takes the open handle
                file.write(keys[0] + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise DigestError(f"{path}: the key of links cannot be written: {error.strerror or error}") from None
    return keys
