"""A store that was put back from a backup: a person says what shall happen, and then it goes on (FAULTS 67)."""

from __future__ import annotations

from digest.outbox import Asks
from digest.pipeline.asking import ingest_sources
from digest.pipeline.bot import Bot
from digest.pipeline.due import today


def take_up(bot: Bot, *, resend: bool) -> int:
    """Go on with a store that was put back; return how many messages were given up, each of which can be resent.

    What was sent after the copy was made is not known to it. So what it holds as unsent is given up where the
    server cannot be asked, and whatever came in until now counts as seen by every profile; with *resend* all
    of it is sent, some of it perhaps for the second time.
    """
    now = bot.clock()
    ingest_sources(bot, now, due_only=True)
    asks = {name for name, channel in bot.channels.items() if isinstance(channel, Asks)}
    if resend:
        return bot.store.take_up(now, served={}, drop=(), ask=asks)
    served = {profile.name: today(profile, now) for profile in bot.settings.profiles}
    # A folder takes the same files again; for everything else nobody knows.
    drop = {"email", "slack", *bot.channels} - asks - {"folder"}
    return bot.store.take_up(now, served=served, drop=drop, ask=asks)
