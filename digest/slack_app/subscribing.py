"""Beginning and ending a digest of one's own: `/papers subscribe` and `/papers unsubscribe`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.config.editing import Edit, edited
from digest.slack_app import blocks, words
from digest.slack_app.asking import Asked, what
from digest.slack_app.blocks import Block
from digest.slack_app.desk import Desk
from digest.text import clean

SCHEDULE = "weekdays 08:30"
MOST = 50
"""Keywords at the beginning; the dialog of the Home tab takes more."""


def subscribe(desk: Desk, asked: Asked) -> Sequence[Block]:
    """A digest of one's own from now on, or again the one that was left."""
    profile = desk.own(asked.user)
    if profile is not None:
        back = [desk.store.resubscribe(profile.name, target) for target in _targets(desk, asked.user)]
        return [blocks.section(words.BACK if any(back) else words.HAS_ONE)]
    if not desk.slack.subscribe or desk.bot.profiles is None:
        return [blocks.section(words.NO_SUBSCRIBING)]
    keywords = [word for part in re.split(r"[,;]", asked.text) if (word := clean(part))]
    if not keywords:
        return what("subscribe")
    door = desk.door(asked.user)
    if not door:
        return [blocks.section(words.FAILED)]
    desk.bot.profiles.create(written(asked.user, door, list(dict.fromkeys(keywords))[:MOST]), now=desk.clock())
    return [blocks.section(words.SUBSCRIBED)]


def unsubscribe(desk: Desk, asked: Asked) -> Sequence[Block]:
    """No more of one's own digest in Slack; where else it goes stays as it is."""
    profile = desk.own(asked.user)
    if profile is None:
        return [blocks.section(words.NOT_YOURS)]
    for target in _targets(desk, asked.user):
        desk.store.unsubscribe(profile.name, target, desk.clock())
    return [blocks.section(words.LEFT)]


def written(user: str, door: str, keywords: Sequence[str]) -> str:
    """The text of a new profile that is delivered to the conversation *door* with *user*."""
    first = {"name": keywords[0], "keywords": list(keywords)}
    plain = {"name": f"slack-{user.lower()}", "title": words.OWN, "schedule": SCHEDULE, "deliver": [f"slack:{door}"]}
    return edited("", [*(Edit((key,), value) for key, value in plain.items()), Edit(("interests", 0), first)])


def _targets(desk: Desk, user: str) -> list[str]:
    """Where one's own digest reaches this person in Slack, as targets."""
    profile, places = desk.own(user), desk.places(user)
    return [
        str(one) for one in (profile.deliver if profile else ()) if one.channel == "slack" and one.address in places
    ]
