"""A profile that was checked, as plain lists that JSON keeps: read back, it need not be checked again. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import MISSING, fields
from functools import cache
from typing import Any

from digest.model import Interest, Profile, Target

CHECKS = 1
"""Raised when a profile is checked by other rules than before: what was checked by the old ones is checked anew."""

_PROFILE = tuple(field.name for field in fields(Profile))
_INTEREST = tuple(field.name for field in fields(Interest))
_DELIVER, _INTERESTS = _PROFILE.index("deliver"), _PROFILE.index("interests")
_COMMON = tuple(_PROFILE.index(name) for name in ("timezone", "schedule", "mute", "updates", "title", "quiet"))


@cache
def checks() -> str:
    """What says by which rules a form was made; it changes with every key that a profile has."""
    shape = [
        (one.name, str(one.type), "" if one.default is MISSING else repr(one.default))
        for kind in (Profile, Interest)
        for one in fields(kind)
    ]
    return hashlib.sha256(repr((CHECKS, shape)).encode()).hexdigest()[:16]


def packed(profile: Profile) -> list[Any]:
    """*profile* as a list, in the order of its fields."""
    form = [getattr(profile, name) for name in _PROFILE]
    form[_DELIVER] = [str(target) for target in profile.deliver]
    form[_INTERESTS] = [[getattr(one, name) for name in _INTEREST] for one in profile.interests]
    return form


class Unpacker:
    """Makes profiles of forms; what many of them have in common is kept once."""

    def __init__(self) -> None:
        self._shared: dict[Any, Any] = {}

    def profile(self, form: list[Any]) -> Profile:
        """The profile of *form*. What is no form raises TypeError, ValueError, IndexError or AttributeError."""
        values = [_frozen(value) for value in form]
        values[_DELIVER] = tuple([Target(*text.split(":", 1)) for text in form[_DELIVER]])
        values[_INTERESTS] = tuple([Interest(*map(_frozen, one)) for one in form[_INTERESTS]])
        for place in _COMMON:
            values[place] = self._shared.setdefault(values[place], values[place])
        return Profile(*values)


def _frozen(value: Any) -> Any:
    return tuple(value) if type(value) is list else value
