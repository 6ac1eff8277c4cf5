"""A clock that nobody should believe: the operator hears of it, and nothing else is sent."""

from __future__ import annotations

from dataclasses import replace

from digest.model import DoubtedClock
from digest.pipeline.alerts import notices, tell_operator
from digest.pipeline.bot import Bot
from digest.pipeline.delivering import deliver


def doubt_clock(bot: Bot, doubt: DoubtedClock | None) -> None:
    """Remember that the clock is doubted and tell the operator, once; None: it is believed, and the next pass says so.

    The notice goes out by the likely time, since mail with a date years ahead looks like spam.
    """
    if doubt is None:
        bot.store.believe_clock()
        return
    bot.store.doubt_clock(doubt)
    sober = replace(bot, clock=lambda: doubt.likely)
    if tell_operator(sober, None, doubt.likely):
        deliver(sober, among=notices(bot.store, doubt.likely))
