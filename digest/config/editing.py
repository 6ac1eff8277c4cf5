"""A TOML text with some of its values changed; comments, order and everything else stay as they are. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from digest.config.lines import Location
from digest.errors import ConfigError, Fault

Value = str | int | float | bool | Sequence[Any] | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One change at *path*, such as ``("limit",)`` or ``("interests", 0, "like")``.

    "set" puts *value* there, and None takes the key, the item or the table away; the index after the last one appends.
    "add" puts it at the end of the list at *path*, unless it stands there; "drop" takes it out of that list.
    """

    path: Location
    value: Value
    how: Literal["set", "add", "drop"] = "set"


def added(path: Location, item: str) -> Edit:
    """Put *item* at the end of a list, which is made where there is none."""
    return Edit(path, item, "add")


def dropped(path: Location, item: str) -> Edit:
    """Take *item* out of a list, if it stands there."""
    return Edit(path, item, "drop")


def edited(text: str, changes: Sequence[Edit]) -> str:
    """*text* with the *changes* made one after another.

    Raises ConfigError when it is not TOML, when a path leads nowhere, or when its form is one that cannot be
    changed without touching more than was asked for.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    mark, body = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
    ends = "\r\n" if "\r\n" in body else "\n"
    body = body.replace("\r\n", "\n")
    body += "\n" * (not body.endswith("\n"))
    try:
        wanted, document = tomllib.loads(body), tomlkit.parse(body)
        for change in changes:
            change = _from_the_first(wanted, change)
            _apply(wanted, change)
            if _is_new_first_key(document, change):
                document = _with_first_key(document, change)
            else:
                _part(document, change)
                _apply(document, change)
        made = tomlkit.dumps(document)
        if tomllib.loads(made) == wanted:  # the library may lose its way in rare layouts
            return mark + made.replace("\n", ends)
    except (LookupError, TypeError, AttributeError) as error:
        raise ConfigError([Fault("", f"there is no such place to change: {error}")]) from None
    except (TOMLKitError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError([Fault("", f"is not TOML: {str(error)[:200]}")]) from None
    raise ConfigError([Fault("", "is written in a way that cannot be changed here", "edit its text")])


def _from_the_first(root: Any, change: Edit) -> Edit:
    """*change*, or where it appends to a list that is not there, the making of that list."""
    if change.path[1:] == (0,) and change.path[0] not in root and change.value is not None:
        return Edit(change.path[:1], [change.value])
    return change


def _apply(root: Any, change: Edit) -> None:
    """Make *change* in *root*, which is made of dicts and lists or of what looks like them."""
    if change.how != "set":
        _apply_to_list(root, change)
        return
    *way, last = change.path
    place = _at(root, way)
    if change.value is None:
        if isinstance(last, int) or last in place:
            del place[last]
    elif isinstance(last, int) and last == len(place):
        place.append(_written(change.value))
    else:
        place[last] = _written(change.value)


def _apply_to_list(root: Any, change: Edit) -> None:
    *way, last = change.path
    place = _at(root, way)
    if change.how == "add" and last not in place:
        place[last] = _written([])
        place = _at(root, way)
    items = place[last] if change.how == "add" else place.get(last, [])
    if (change.value in items) != (change.how == "drop"):
        return
    if change.how == "add":
        items.append(change.value)
    else:
        items.remove(change.value)


def _at(root: Any, way: Sequence[str | int]) -> Any:
    for step in way:
        root = root[step]
    return root


def _written(value: Value) -> Any:
    """*value* as something of its own, without what is None."""
    if isinstance(value, dict):
        return {key: list(one) if isinstance(one, tuple) else one for key, one in value.items() if one is not None}
    return list(value) if isinstance(value, (list, tuple)) else value


# ---------------------------------------------------------------- where a new key stands


def _is_new_first_key(document: Any, change: Edit) -> bool:
    makes = change.how != "drop" and change.value is not None
    return makes and len(change.path) == 1 and change.path[0] not in document


def _with_first_key(document: Any, change: Edit) -> Any:
    """The document with a new key below its last plain one: above the comment that heads the first table."""
    import tomlkit
    from tomlkit.items import AoT, Table

    head, body = tomlkit.document(), document.body
    plain = [place for place, (key, item) in enumerate(body) if key and not isinstance(item, (AoT, Table))]
    at = plain[-1] + 1 if plain else next((n for n, (key, _) in enumerate(body) if key), len(body))
    for key, item in body[:at]:
        head.append(key, item)
    before = tomlkit.dumps(head)
    value = [change.value] if change.how == "add" else _written(change.value)
    line = tomlkit.dumps({str(change.path[0]): value})
    return tomlkit.parse(before + line + tomlkit.dumps(document)[len(before) :])


def _part(document: Any, change: Edit) -> None:
    """Leave an empty line before a table that is appended to a list of tables."""
    import tomlkit
    from tomlkit.items import AoT

    *way, last = change.path
    tables = _at(document, way) if isinstance(last, int) and change.value is not None else None
    if isinstance(tables, AoT) and last == len(tables) and not tables[-1].as_string().endswith("\n\n"):
        tables[-1].add(tomlkit.nl())
