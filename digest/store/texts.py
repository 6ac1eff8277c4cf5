"""Profiles that are kept here: their texts, and what each said when it was checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from digest.store import rows, schema
from digest.store.bulk import insert_rows
from digest.store.engine import Access
from digest.store.health import mark_of, set_mark

_t = schema.profile_texts.c
_TURN, _GONE = "profile-turn", "profile-gone"


@dataclass(frozen=True, slots=True)
class StoredText:
    """A profile as it is kept: its TOML *text*, and the JSON *form* that it had when it was checked by *checks*."""

    name: str
    text: str
    form: str
    checks: str


class Standing(NamedTuple):
    """How many changes there were, and after how many of them a profile was last taken away."""

    last: int = 0
    gone: int = 0


class Form(NamedTuple):
    """What is read of a profile to serve it."""

    turn: int
    name: str
    form: str
    checks: str


class ProfileTexts:
    """The part of the store that keeps profiles. A name exists once, whatever its case."""

    _access: Access

    def profiles_standing(self) -> Standing:
        """Where the changes stand: what costs nothing to ask as long as nothing changed."""
        with self._access.reading() as connection:
            return _turns(connection)

    def profile_forms(self, after: int, limit: int) -> list[Form]:
        """The profiles that changed after the turn *after*, in the order of their changes, at most *limit*."""
        query = select(_t.turn, _t.name, _t.form, _t.checks).where(_t.turn > after).order_by(_t.turn).limit(limit)
        with self._access.reading() as connection:
            return [Form(*row) for row in connection.execute(query)]

    def profile_names(self) -> list[str]:
        """The names of all profiles that are kept here."""
        with self._access.reading() as connection:
            return list(connection.execute(select(_t.name)).scalars())

    def profile_text(self, name: str) -> StoredText | None:
        """The profile of this name, as it is written."""
        with self._access.reading() as connection:
            return _text(connection, name)

    def add_profiles(self, texts: Sequence[StoredText], now: datetime, *, replace: bool = False) -> list[str]:
        """Keep *texts*: all of them, or none where names are taken and shall not be *replaced*; returns those names."""
        keys = [one.name.casefold() for one in texts]
        with self._access.writing(durable=True) as connection:
            taken: list[str] = []
            for chunk in rows.chunks(keys):
                taken += connection.execute(select(_t.name).where(_t.key.in_(chunk))).scalars()
            if taken and not replace:
                return taken
            for chunk in rows.chunks([name.casefold() for name in taken]):
                connection.execute(delete(schema.profile_texts).where(_t.key.in_(chunk)))
            last, gone = _turns(connection)
            for begin in range(0, len(texts), _AT_ONCE):
                values = [
                    {"key": key, "name": one.name, "text": one.text, "form": one.form, "checks": one.checks,
                     "turn": turn, "at": now}
                    for turn, (key, one) in enumerate(
                        zip(keys[begin : begin + _AT_ONCE], texts[begin : begin + _AT_ONCE], strict=True),
                        last + begin + 1,
                    )
                ]  # fmt: skip
                insert_rows(connection, schema.profile_texts, values)
            _set_turns(connection, Standing(last + len(texts), gone), now)
        return taken

    def change_profile(self, new: StoredText, before: str, now: datetime) -> bool:
        """Put *new* in the place of the text *before*; False when another one stands there by now, or none."""
        with self._access.writing(durable=True) as connection:
            here = _text(connection, new.name)
            if here is None or here.text != before:
                return False
            turns = _turns(connection)
            connection.execute(
                update(schema.profile_texts)
                .where(_t.key == new.name.casefold())
                .values(text=new.text, form=new.form, checks=new.checks, turn=turns.last + 1, at=now)
            )
            _set_turns(connection, Standing(turns.last + 1, turns.gone), now)
        return True

    def remove_profile(self, name: str, before: str, now: datetime) -> bool:
        """Keep the profile no more whose text is *before*; False when another one stands there by now, or none."""
        with self._access.writing(durable=True) as connection:
            here = _text(connection, name)
            if here is None or here.text != before:
                return False
            return forget_text(connection, name, now)

    def reform_profiles(self, forms: Collection[Form]) -> None:
        """Remember forms made anew of texts that did not change since."""
        statement = (
            update(schema.profile_texts)
            .where(_t.turn == bindparam("t"))
            .values(form=bindparam("f"), checks=bindparam("c"))
        )
        with self._access.writing() as connection:
            values = [{"t": one.turn, "f": one.form, "c": one.checks} for one in forms]
            if values:
                connection.execute(statement, values)


_AT_ONCE = 1000


def forget_text(connection: Connection, name: str, now: datetime) -> bool:
    """Keep the profile *name* no more, whatever it says; False when it is not kept here."""
    if not connection.execute(delete(schema.profile_texts).where(_t.key == name.casefold())).rowcount:
        return False
    last = _turns(connection).last + 1
    _set_turns(connection, Standing(last, last), now)
    return True


def _text(connection: Connection, name: str) -> StoredText | None:
    query = select(_t.name, _t.text, _t.form, _t.checks).where(_t.key == name.casefold())
    row = connection.execute(query).first()
    return StoredText(*row) if row else None


def _turns(connection: Connection) -> Standing:
    return Standing(*(int(mark_of(connection, name).get("value", "0")) for name in (_TURN, _GONE)))


def _set_turns(connection: Connection, turns: Standing, now: datetime) -> None:
    for name, value in zip((_TURN, _GONE), turns, strict=True):
        set_mark(connection, name, now, str(value))
