"""Telling the operator: each cause once, and once when it is over, through the channels and the outbox of everyone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.model import OPERATOR, Digest, RunReport, Trouble
from digest.pipeline.bot import Bot
from digest.pipeline.facts import gather, when
from digest.pipeline.troubles import troubles, unsteady
from digest.store import Store
from digest.text import plural

MOST = 10
"""So many troubles, and so many that are over, stand in one notice; the rest is counted."""
MOST_TARGETS = 100


def tell_operator(bot: Bot, report: RunReport | None, now: datetime) -> bool:
    """Queue a notice of what is wrong since this pass and of what is over; say whether there is one to send.

    Between two passes there is no *report*.
    """
    targets = bot.settings.operator.alert
    if not targets:
        return False
    facts = gather(bot.store, bot.settings, now, report)
    found = {one.cause: one for one in troubles(facts)}
    told = bot.store.told()
    opened = [one for cause, one in found.items() if cause not in told and not one.early]
    closed = [cause for cause in told if cause not in found and cause not in unsteady(facts)]
    if not opened and not closed:
        return False
    over = [told[cause].what for cause in closed if not told[cause].event]
    day = now.astimezone(ZoneInfo(bot.settings.timezone)).date()
    notice = Digest("", day, notes=notes(opened, over)) if opened or over else None
    if not bot.store.tell(opened, closed, notice, targets, now):
        return False
    for one in opened:
        bot.hooks.tell("alert", {"cause": one.cause, "what": one.what}, bad=True)
    for what in over:
        bot.hooks.tell("over", {"what": what})
    return notice is not None


def notices(store: Store, now: datetime) -> list[str]:
    """The keys of the notices that were queued at *now*."""
    queued = store.deliveries("queued", limit=MOST_TARGETS)
    return [one.key for one in queued if one.profile.startswith(OPERATOR) and one.queued_at == now]


def notes(opened: Sequence[Trouble], over: Sequence[str]) -> tuple[str, ...]:
    """The words of a notice: its heading, then each trouble with what to do about it, then what is over."""
    lines = [_trouble(one) for one in opened[:MOST]] + [f"Over: {what}." for what in over[:MOST]]
    more = max(0, len(opened) - MOST) + max(0, len(over) - MOST)
    return (_heading(opened, over), *lines, *([f"And {more} more: `digest status`."] if more else []))


def _heading(opened: Sequence[Trouble], over: Sequence[str]) -> str:
    if len(opened) == 1:
        return opened[0].what.partition(": ")[0]
    if opened:
        return f"{plural(len(opened), 'thing')} need you"
    return f"over: {over[0].partition(': ')[0]}" if len(over) == 1 else f"{plural(len(over), 'trouble')} are over"


def _trouble(one: Trouble) -> str:
    since = f" Since {when(one.since)}." if one.since else ""
    return f"{one.what.rstrip('.')}.{since} What to do: {one.todo}."
