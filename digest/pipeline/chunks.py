"""What one of many workers does with a part of a pass: makes some editions and sends them, or sends what waits.

One thread makes editions while another sends those of the chunk before, so that a worker waits for a mail server with
its hands full. What it did is added to the report of the pass that the chunk is a part of.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from digest.model import EditionReport, Failure, Profile, RunReport, Settings, message_key
from digest.pipeline.bot import Bot
from digest.pipeline.delivering import deliver
from digest.pipeline.prepare import prepare
from digest.pipeline.spool import Spool, opened
from digest.pipeline.summarising import Summaries
from digest.pipeline.zotero import keep_in_step


class Chunks:
    """The work of one process on chunks; several threads may ask for some at once."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._making, self._sending, self._reading = threading.Lock(), threading.Lock(), threading.Lock()
        with suppress(OSError):  # where it cannot be made, messages are rendered once more
            bot.settings.state.mkdir(parents=True, exist_ok=True)
        self._read: Settings = bot.settings
        self._read_for: datetime | None = None
        self._by_name: Mapping[str, Profile] = {profile.name: profile for profile in bot.settings.profiles}

    def serve(self, names: Sequence[str], began: datetime) -> None:
        """Make the editions of these profiles that are due in the pass that *began* then, and send them."""
        bot = self._of(names, began)
        if bot.store.restored_at() is not None:
            return
        with opened(bot.settings.state, 1) as spool:
            with self._making:
                summaries = Summaries(bot, bot.clock(), shared=began)
                finish = summaries.complete if bot.settings.summaries else None
                editions, failures, warnings = prepare(bot, bot.clock(), due_only=True, finish=finish, spool=spool)
            self._tell(began, editions, failures=failures, warnings=warnings, summaries=summaries.counts)
            if keys := _keys(editions, bot.settings.profiles):
                self._send(bot, keys, began, spool)

    def deliver(self, keys: Sequence[str], began: datetime) -> None:
        """Send those of these messages that are due and that nobody else has."""
        bot = self._of([key.partition("/")[0] for key in keys], began)
        if bot.store.restored_at() is None:
            self._send(bot, keys, began, None)

    def _send(self, bot: Bot, keys: Sequence[str], began: datetime, spool: Spool | None) -> None:
        with self._sending:  # the connections of a channel are for one pass of the outbox
            counts, failures = deliver(bot, keys, spool=spool)
        self._tell(began, deliveries=counts, failures=failures)
        bot.hooks.tell("delivered", {name: count for name, count in counts.items() if count})

    def _of(self, names: Sequence[str], began: datetime) -> Bot:
        """The bot with these profiles alone, as they are since the pass began; they are looked at once for each."""
        with self._reading:
            if self._read_for is None or began > self._read_for:
                keep_in_step(self._bot.settings, began, due_only=True)  # the leader says what is odd
                settings, self._read_for = self._bot.looked().settings, began
                if settings.profiles is not self._read.profiles:
                    self._by_name = {profile.name: profile for profile in settings.profiles}
                self._read = settings
            some = tuple(self._by_name[name] for name in dict.fromkeys(names) if name in self._by_name)
            return replace(self._bot, settings=replace(self._read, profiles=some))

    def _tell(
        self,
        began: datetime,
        editions: Sequence[EditionReport] = (),
        *,
        deliveries: Mapping[str, int] | None = None,
        failures: Sequence[Failure] = (),
        warnings: Sequence[Failure] = (),
        summaries: Mapping[str, int] | None = None,
    ) -> None:
        """Leave in the store what a person should see, as a pass would."""
        bad, odd = (tuple(replace(one, why=self._bot.hide(one.why)) for one in many) for many in (failures, warnings))
        part = RunReport(
            began, self._bot.clock(), editions=tuple(editions), deliveries=deliveries or {}, failures=bad,
            warnings=odd, summaries=summaries or {},
        )  # fmt: skip
        if not part.quiet or part.warnings:
            self._bot.store.add_to_report(part)


def _keys(editions: Sequence[EditionReport], profiles: Sequence[Profile]) -> list[str]:
    """The keys of the messages of these editions that were queued now."""
    targets = {profile.name: profile.deliver for profile in profiles}
    made = [one for one in editions if one.state == "queued"]
    return [message_key(one.profile, one.date, target) for one in made for target in targets[one.profile]]
