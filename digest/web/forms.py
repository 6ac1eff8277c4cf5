"""A profile as the fields of a form, and what was typed there as changes of its text: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digest.config.editing import Edit, added, dropped
from digest.model import Interest, Profile

TEXTS = ("title", "schedule", "timezone", "quiet", "look_back")
WHOLE = ("limit", "surprise", "min_upvotes", "min_comments")
NUMBERS = (*WHOLE, "floor")
LISTS = ("mute",)
INTEREST_TEXTS = ("name", "about", "weight")
INTEREST_LISTS = ("keywords", "like", "avoid", "authors", "organisations")
UPDATES = ("text", "code", "surge")
MOST_INTERESTS = 50
_FIELDS = {"min_upvotes": "least_upvotes", "min_comments": "least_comments"}
_AT = re.compile(r"(?:interests\[(?P<interest>\d+)\]\.)?(?P<key>[a-z_]+)(?:\[\d+\])?$")


@dataclass(frozen=True, slots=True)
class TypedInterest:
    """One interest as it stands in the form; *at* is its place in the profile, None for one that is new."""

    fields: Mapping[str, str]
    at: int | None = None
    gone: bool = False
    was: str = ""
    """The name that it had in the profile."""

    @property
    def blank(self) -> bool:
        """Whether it is the empty one that waits to be filled in."""
        return self.at is None and not any(self.fields[name] for name in self.fields if name != "weight")


@dataclass(frozen=True, slots=True)
class Typed:
    """A whole profile as it stands in the form; a list has a line for each entry, *leaving* are targets to go."""

    fields: Mapping[str, str]
    updates: frozenset[str]
    targets: tuple[str, ...]
    interests: tuple[TypedInterest, ...] = ()
    leaving: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()  # papers by id whose votes are to be taken back
    struck: frozenset[str] = frozenset()  # words that nothing is to be learned from
    restored: frozenset[str] = frozenset()  # words struck out before that may be learned from again
    old_target: str = ""
    new_address: str = ""

    @property
    def kept(self) -> list[int]:
        """The places in the form of the interests that the profile will have, in its order."""
        return [n for n, one in enumerate(self.interests) if not one.gone and not one.blank]


def typed_of(raw: Mapping[str, Any], profile: Profile) -> Typed:
    """What the form shows of a profile: what its text (*raw*) says, the values of *profile* where that says nothing."""
    fields = {name: str(raw.get(name, "")) for name in ("title", "timezone", "look_back")}
    fields |= {name: str(raw.get(name, getattr(profile, name))) for name in ("schedule", "quiet", "limit", "surprise")}
    fields |= {name: str(raw.get(name, getattr(profile, _FIELDS[name]))) for name in _FIELDS}
    fields |= {"floor": f"{raw.get('floor', profile.floor):g}", "mute": _lines(raw.get("mute", ()))}
    tables = raw.get("interests", ())
    interests = (_interest(table, n) for n, table in enumerate(tables))
    targets = tuple(str(one) for one in raw.get("deliver", ()))
    return Typed(fields, frozenset(raw.get("updates", profile.updates)), targets, (*interests, blank()))


def _interest(table: Mapping[str, Any], at: int) -> TypedInterest:
    fields = {"name": str(table.get("name", "")), "about": str(table.get("about", ""))}
    fields["weight"] = f"{table.get('weight', Interest('').weight):g}"
    lists = {name: _lines(table.get(name, ())) for name in INTEREST_LISTS}
    return TypedInterest(fields | lists, at, was=fields["name"])


def blank() -> TypedInterest:
    """An interest that waits to be filled in."""
    return TypedInterest(dict.fromkeys((*INTEREST_TEXTS, *INTEREST_LISTS), "") | {"weight": "1"})


def typed_in(form: Mapping[str, str], before: Typed) -> Typed:
    """What somebody sent; a field that is missing stands as it was *before*."""
    names = (*TEXTS, *NUMBERS, *LISTS)
    fields = {name: _tidy(form.get(name, before.fields[name]), name in LISTS) for name in names}
    interests: list[TypedInterest] = []
    while f"i{len(interests)}.name" in form and len(interests) < MOST_INTERESTS + 1:
        interests.append(_sent(form, f"i{len(interests)}."))
    shown = tuple(interests) or before.interests
    return Typed(
        fields,
        frozenset(kind for kind in UPDATES if form.get(f"updates.{kind}")),
        before.targets,
        shown if any(one.blank for one in shown) else (*shown, blank()),
        frozenset(target for n, target in enumerate(before.targets) if form.get(f"leave{n}")),
        _ticked(form, "forget."),
        _ticked(form, "strike."),
        _ticked(form, "restore."),
        form.get("from", ""),
        form.get("to", "").strip()[:300],
    )


def _ticked(form: Mapping[str, str], kind: str) -> frozenset[str]:
    return frozenset(name.removeprefix(kind) for name in form if name.startswith(kind))


def _sent(form: Mapping[str, str], prefix: str) -> TypedInterest:
    names = (*INTEREST_TEXTS, *INTEREST_LISTS)
    at = form.get(f"{prefix}at", "")
    fields = {name: _tidy(form.get(prefix + name, ""), name in INTEREST_LISTS) for name in names}
    place = int(at) if re.fullmatch(r"\d{1,4}", at) else None
    return TypedInterest(fields, place, bool(form.get(f"{prefix}gone")), form.get(f"{prefix}was", ""))


def _tidy(text: str, lines: bool) -> str:
    return _lines(entries(text)) if lines else " ".join(text.split())


def entries(text: str) -> tuple[str, ...]:
    """The lines of a list, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _lines(values: Any) -> str:
    return "\n".join(map(str, values))


# ---------------------------------------------------------------- changes


def edits(before: Typed, after: Typed) -> list[Edit]:
    """What must change in the text of a profile so that it says what was typed; () when it does."""
    found = [edit for name in after.fields for edit in _field((name,), before.fields[name], after.fields[name])]
    if before.updates != after.updates:
        found.append(Edit(("updates",), tuple(kind for kind in UPDATES if kind in after.updates)))
    found += [dropped(("deliver",), target) for target in before.targets if target in after.leaving]
    known = {one.at: one for one in before.interests if one.at is not None}
    stay = [one for one in after.interests if one.at in known and not one.gone]
    for one in stay:
        assert one.at is not None  # noqa: S101 it is one of those that are known
        old = known[one.at].fields
        found += [edit for name in old for edit in _field(("interests", one.at, name), old[name], one.fields[name])]
    new = [one for one in after.interests if one.at not in known and not one.gone and not one.blank]
    found += [Edit(("interests", len(known) + n), _table(one)) for n, one in enumerate(new)]
    gone = sorted(set(known) - {one.at for one in stay}, key=lambda at: -(at or 0))
    return [*found, *(Edit(("interests", at), None) for at in gone)]


def _field(path: tuple[str | int | None, ...], before: str, after: str) -> Iterator[Edit]:
    if before == after:
        return
    place: Any = path
    name = str(path[-1])
    if name in LISTS or name in INTEREST_LISTS:
        old, new = entries(before), entries(after)
        if not old or not new or set(old) == set(new):
            yield Edit(place, new or None)
            return
        yield from (dropped(place, item) for item in old if item not in new)
        yield from (added(place, item) for item in new if item not in old)
    else:
        yield Edit(place, _value(name, after))


def _table(one: TypedInterest) -> dict[str, Any]:
    """A new interest, without what is not said."""
    said = {name: _value(name, text) for name, text in one.fields.items() if name in INTEREST_TEXTS}
    said |= {name: entries(one.fields[name]) for name in INTEREST_LISTS}
    if said["weight"] == Interest("").weight:
        del said["weight"]
    return {"name": "", **{name: value for name, value in said.items() if value}}


def _value(name: str, text: str) -> Any:
    """What stands in the text; what is no number stays as it was typed, and the check will say so."""
    if name == "name":
        return text
    if not text:
        return None
    if name in WHOLE:
        return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text
    if name in {"floor", "weight"}:
        return float(text) if re.fullmatch(r"-?\d{0,6}\.?\d{1,6}", text) else text
    return text


def likes(typed: Typed) -> Iterator[tuple[str, str]]:
    """Every like, with the id of the field in which it stands."""
    for n in typed.kept:
        yield from ((f"i{n}.like", like) for like in entries(typed.interests[n].fields["like"]))


def field_of(place: str, typed: Typed) -> str:
    """The id of the field in which a fault at *place* ("interests[0].keywords[1]") can be mended."""
    found = _AT.search(place)
    if found is None:
        return "title"
    key, interest = found["key"], found["interest"]
    if interest is None:
        return key if key in (*TEXTS, *NUMBERS, *LISTS, "deliver", "updates") else "title"
    kept: Sequence[int] = typed.kept
    at = kept[int(interest)] if int(interest) < len(kept) else 0
    return f"i{at}.{key}" if key in (*INTEREST_TEXTS, *INTEREST_LISTS) else f"i{at}.name"


# ---------------------------------------------------------------- when somebody else was quicker


def moved_to(typed: Typed, now: Typed) -> Typed:
    """*typed* upon the profile as it is *now*: each interest at the place of the one that has its old name.

    One that is there no more becomes a new one, and one that came meanwhile joins as it is.
    """
    free = {one.at: one for one in now.interests if one.at is not None}
    placed: list[TypedInterest] = []
    for one in typed.interests:
        if one.at is None:
            placed.append(one)
            continue
        same = one.at if one.at in free and free[one.at].was == one.was else None
        at = same if same is not None else next((n for n, other in free.items() if other.was == one.was), None)
        if at is not None:
            del free[at]
        placed.append(replace(one, at=at))
    new = [one for one in placed if one.at is None]
    return replace(typed, interests=(*(one for one in placed if one.at is not None), *free.values(), *new))


def differences(now: Typed, typed: Typed) -> Iterator[tuple[str, str]]:
    """The fields in which the profile as it is *now* says something else than *typed*, each with what it says."""
    yield from ((name, now.fields[name]) for name in now.fields if now.fields[name] != typed.fields[name])
    if now.updates != typed.updates:
        yield "updates", ", ".join(kind for kind in UPDATES if kind in now.updates)
    known = {one.at: one for one in now.interests}
    for n, one in enumerate(typed.interests):
        there = known[one.at].fields if one.at is not None and one.at in known else None
        if there is not None:
            yield from ((f"i{n}.{name}", there[name]) for name in there if there[name] != one.fields[name])


def key_of(field_id: str) -> tuple[int | None, str]:
    """The place of the interest and the key that a field is for: "i0.name" is (0, "name")."""
    head, dot, key = field_id.partition(".")
    return (int(head[1:]), key) if dot else (None, head)
