"""Queued messages -> sent ones: the outbox with the bot's own channels and voice, and with helpers for thousands."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Protocol, runtime_checkable

from digest import outbox
from digest.errors import Unconfirmed
from digest.model import Delivery, Failure
from digest.outbox.deciding import Outcome
from digest.pipeline import crew
from digest.pipeline.bot import Bot
from digest.pipeline.careful import careful
from digest.pipeline.spool import Spool
from digest.pipeline.voice import Voice


def deliver(
    bot: Bot, among: Collection[str] | None = None, spool: Spool | None = None
) -> tuple[dict[str, int], list[Failure]]:
    """Send every message that is due, or those of the keys *among*; only the outbox decides about a second attempt.

    What *spool* has needs not be rendered.
    """

    def event(what: str, delivery: Delivery, said: str) -> None:
        facts = {"key": delivery.key, "attempt": delivery.attempts, "said": said}
        bot.hooks.tell(what, facts, bad=what not in {"sent", "deferred"})

    watch = outbox.Watch(at=bot.hooks.at, event=event)
    channels = {name: careful(channel, bot.hide) for name, channel in bot.channels.items()}
    voice = Voice(bot, spool)
    with _helpers(bot, voice, among) as helpers:
        done = outbox.deliver(
            bot.store, channels, voice.render, bot.clock, bot.rng,
            watch=watch, stop=bot.stop, wait=bot.wait, helpers=helpers, among=among,
        )  # fmt: skip
        lost = [*voice.lost(), *(failure for one in helpers.values() for failure in one.lost)]
    return dict(done.counts), [*done.failures, *lost]


# ---------------------------------------------------------------- helpers


@runtime_checkable
class _Shared(Protocol):
    """A channel of which each of several processes may use a part."""

    def part(self, count: int) -> outbox.Channel | None:
        """The same channel for one of *count* processes; None where only one may send."""
        ...


class _Crew:
    """Processes that render and send for one channel; *lost* holds the papers that they had to leave out."""

    def __init__(self, lines: Sequence[Connection]) -> None:
        self.width, self.lost = len(lines), list[Failure]()
        self._free = deque(lines)

    def attempt(self, delivery: Delivery, now: datetime) -> Outcome:
        """Have *delivery* tried; when the process dies over it nobody knows how far it came."""
        line = self._free.popleft()  # never empty: the outbox asks from *width* threads
        try:
            line.send((delivery, now))
            outcome, lost = crew.received(line)
        except OSError:
            return Unconfirmed("the process that was to send it is gone", progress=delivery.remote_ids)
        finally:
            self._free.append(line)
        self.lost += lost
        return outcome  # type: ignore[no-any-return]


@contextmanager
def _helpers(bot: Bot, voice: Voice, among: Collection[str] | None) -> Iterator[Mapping[str, _Crew]]:
    """Processes for each channel that has many messages waiting and can be shared; none where a few are meant."""
    waiting = bot.store.waiting(bot.clock()) if among is None else {}
    with ExitStack() as stack:
        found = {}
        for name, channel in bot.channels.items():
            count = crew.hands(bot.store, waiting[name].count if name in waiting else 0)
            part = channel.part(count) if count > 1 and isinstance(channel, _Shared) else None
            if part is not None:
                width = int(getattr(part, "width", 1))
                lines = stack.enter_context(crew.forked(bot.store, [partial(_serve, bot, voice, part)] * count, width))
                found[name] = _Crew([line for group in zip(*lines, strict=True) for line in group])
        yield found


def _serve(bot: Bot, voice: Voice, part: outbox.Channel, lines: Sequence[Connection]) -> None:
    """Render and send what comes over *lines*, one message at a time on each, until they are closed."""
    channel = careful(part, bot.hide)
    threads = [threading.Thread(target=_answer, args=(bot, voice.another(), channel, line)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    channel.close()


def _answer(bot: Bot, voice: Voice, channel: outbox.Channel, line: Connection) -> None:
    while (letter := _next(line)) is not None:
        delivery, now = letter
        clock: Callable[[], datetime] = partial(_same, now)
        try:
            line.send((outbox.attempt(delivery, channel, voice.render, clock, bot.hooks.at), voice.lost()))
        except OSError:
            return  # nobody is there to be told: the next pass finds it in doubt
        except Exception as error:
            line.send(crew.sendable(error))


def _same(instant: datetime) -> datetime:
    return instant


def _next(line: Connection) -> tuple[Delivery, datetime] | None:
    try:
        letter: tuple[Delivery, datetime] = line.recv()
    except (EOFError, OSError):
        return None
    return letter
