"""The dialog in which somebody edits their own profile: its form, what is wrong with what they wrote, the saving."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import structlog

from digest.config import check_profile
from digest.config.editing import Edit, edited
from digest.errors import ConfigError, DigestError, Fault
from digest.model import Interest, Profile
from digest.render import slack
from digest.slack_app import blocks, home, words
from digest.slack_app.blocks import Block
from digest.slack_app.desk import Desk
from digest.text import clean

NAME = "edit_profile"
SHOWN = 8
"""Interests; a form with more would not be read."""
MOST = 3_000
"""Characters that Slack takes as the text of a field."""
NEW = "new"
_PLACE = re.compile(r"(\w+)(?:\[(\d+)\](?:\.(\w+))?)?")
_LISTS = ("keywords", "like")
log = structlog.get_logger("digest.slack")


def asked(desk: Desk, body: Mapping[str, Any]) -> None:
    """Somebody wants to edit their profile: open the form; a trigger is good for three seconds."""
    profile = desk.own(body["user"]["id"])
    document = desk.bot.profiles.document(profile.name) if profile and desk.bot.profiles else None
    if profile is None or document is None:
        home.publish(desk, body["user"]["id"])
        return
    view = form(profile, document.etag)
    desk.web.call("views.open", lambda: {"trigger_id": body["trigger_id"], "view": view})


def form(profile: Profile, etag: str) -> Block:
    """What may be edited of *profile*, as it stands in the text that *etag* tells of."""
    fields = [
        _field("schedule", words.SCHEDULE, profile.schedule, hint=words.SCHEDULE_HINT),
        _field("limit", words.LIMIT, str(profile.limit)),
    ]
    for number, interest in enumerate(profile.interests[:SHOWN]):
        fields += _interest(number, interest)
    fields.append(_field(f"name:{NEW}", words.NEW_INTEREST, "", optional=True))
    fields.append(_field(f"keywords:{NEW}", words.NEW_KEYWORDS, "", many=True, optional=True))
    return {
        "type": "modal",
        "callback_id": NAME,
        "private_metadata": f"{etag} {profile.name}",
        "title": blocks.plain(words.FORM),
        "submit": blocks.plain(words.SAVE),
        "close": blocks.plain(words.CANCEL),
        "blocks": fields,
    }


def submitted(desk: Desk, ack: Callable[..., object], body: Mapping[str, Any]) -> Callable[[], None]:
    """Somebody sent the form: say what is wrong with it at once, or return the saving, which comes after the answer.

    Nothing is asked of Slack before the answer; that the profile is their own is seen to when it is saved.
    """
    user = body["user"]["id"]
    etag, _, name = str(body["view"].get("private_metadata", "")).partition(" ")
    profile = next((one for one in desk.settings.profiles if one.name == name), None)
    document = desk.bot.profiles.document(name) if profile and desk.bot.profiles else None
    if profile is None or document is None:
        ack()
        return lambda: home.publish(desk, user, words.NOT_YOURS)
    try:
        text = edited(document.text, changes(profile, values(body["view"]["state"]["values"])))
        check_profile(text, document.where, desk.settings, name=name, instead=name)
    except ConfigError as error:
        ack(response_action="errors", errors=errors(error.faults, len(profile.interests)))
        return lambda: None
    ack()
    return lambda: _save(desk, user, name, text, etag)


def _save(desk: Desk, user: str, name: str, text: str, etag: str) -> None:
    own, profiles = desk.own(user), desk.bot.profiles
    if own is None or own.name != name or profiles is None:
        home.publish(desk, user, words.NOT_YOURS)
        return
    try:
        profiles.save(name, text, etag=etag, now=desk.clock())
    except DigestError as error:
        log.warning("a profile could not be saved", profile=name, error=str(error))
        home.publish(desk, user, words.unsaved(slack.mrkdwn(str(error).partition("\n")[0])))
    else:
        home.publish(desk, user, words.PROFILE_SAVED)


def values(state: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field, by the id of its block."""
    return {block: _value(fields) for block, fields in state.items()}


def _value(fields: Mapping[str, Mapping[str, Any]]) -> str:
    return next((str(field.get("value") or "") for field in fields.values()), "")


def changes(profile: Profile, given: Mapping[str, str]) -> list[Edit]:
    """The edits that make of *profile* what the fields say; what was left as it is stays untouched in its text."""
    made: list[Edit] = []
    if (schedule := clean(given.get("schedule", ""))) != clean(profile.schedule):
        made.append(Edit(("schedule",), schedule))
    if (limit := clean(given.get("limit", ""))) != str(profile.limit):
        made.append(Edit(("limit",), int(limit) if re.fullmatch(r"[0-9]{1,6}", limit) else limit))
    for number, interest in enumerate(profile.interests[:SHOWN]):
        for key in _LISTS:
            block, before = f"{key}:{number}", list(getattr(interest, key))
            if block in given and (after := _items(given[block], commas=key == "keywords")) != before:
                made.append(Edit(("interests", number, key), after))
        if (about := clean(given.get(f"about:{number}", interest.about))) != clean(interest.about):
            made.append(Edit(("interests", number, "about"), about))
    name, keywords = clean(given.get(f"name:{NEW}", "")), _items(given.get(f"keywords:{NEW}", ""), commas=True)
    if name or keywords:
        new = {"name": name or keywords[0], "keywords": keywords}
        made.append(Edit(("interests", len(profile.interests)), new))
    return made


def errors(faults: Sequence[Fault], interests: int) -> dict[str, str]:
    """What is wrong, by the id of the block that it is said at; what has no field of its own is said at the first."""
    found: dict[str, str] = {}
    for fault in faults:
        block = _block(fault.where.rpartition(": ")[2], interests)
        said = fault.what + (f" ({fault.hint})" if fault.hint else "")
        found[block] = f"{found[block]}; {said}" if block in found else said
    return {block: said[:250] for block, said in found.items()}


def _block(place: str, interests: int) -> str:
    """The id of the block for *place*, as a fault names it: "interests[1].like[0]"."""
    match = _PLACE.match(place)
    key, number, inner = match.groups() if match else ("", None, None)
    if key in {"schedule", "limit"}:
        return str(key)
    if key != "interests" or number is None or SHOWN <= int(number) < interests:
        return "schedule"
    if int(number) >= interests:
        return f"name:{NEW}" if inner == "name" else f"keywords:{NEW}"
    return f"{inner if inner in words.FIELDS else 'keywords'}:{number}"


def _interest(number: int, interest: Interest) -> Iterator[Block]:
    name = clean(interest.name)[:60]
    texts = {"keywords": "\n".join(interest.keywords), "like": "\n".join(interest.like), "about": interest.about}
    for key, text in texts.items():
        if len(text) <= MOST:  # a longer one is edited where it lies
            yield _field(f"{key}:{number}", f"{name}: {words.FIELDS[key]}", text, many=True, optional=True)


def _field(id_: str, label: str, text: str, *, many: bool = False, optional: bool = False, hint: str = "") -> Block:
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": "value", "multiline": many}
    if text:
        element["initial_value"] = text
    made = {"type": "input", "block_id": id_, "optional": optional, "label": blocks.plain(label), "element": element}
    return {**made, "hint": blocks.plain(hint)} if hint else made


def _items(text: str, *, commas: bool) -> list[str]:
    """One item a line; of keywords several may stand in a line between commas."""
    parts = re.split(r"[\n,;]" if commas else r"\n", text)
    return list(dict.fromkeys(item for part in parts if (item := clean(part))))
