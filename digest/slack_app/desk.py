"""What every answer is made with, and what readers in Slack are called."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from digest.links import Tokens
from digest.model import Paper, Pick, Profile, Settings, SlackSettings
from digest.pipeline import Bot, weigh
from digest.slack_app.blocks import Block
from digest.slack_app.calling import Web
from digest.store import Store


class Turns:
    """Lets one after the other act on the same thing; of those who would only wait for the same, one waits."""

    def __init__(self) -> None:
        self._lock, self._places = threading.Lock(), [threading.Lock() for _ in range(64)]
        self._waiting: set[str] = set()

    @contextmanager
    def of(self, what: str) -> Iterator[bool]:
        """Gives True when it is one's turn, and False when somebody else waits for it who will see what one did."""
        with self._lock:
            idle = what not in self._waiting
            self._waiting.add(what)
        if not idle:
            yield False
            return
        with self._places[hash(what) % len(self._places)]:
            with self._lock:
                self._waiting.discard(what)
            yield True


@dataclass(frozen=True, slots=True)
class Desk:
    """The bot (with a ranker of its own), what signs and reads buttons, and the way to Slack."""

    bot: Bot
    tokens: Tokens
    web: Web
    turns: Turns = field(default_factory=Turns)
    thinks: threading.Lock = field(default_factory=threading.Lock)
    """Held by who ranks: the ranker is one, and keeps what it read."""
    doors: dict[str, str] = field(default_factory=dict)
    """The ID of the conversation with each person who was asked for it."""

    @property
    def settings(self) -> Settings:
        """The config as it is now."""
        return self.bot.profiles.settings if self.bot.profiles else self.bot.settings

    @property
    def slack(self) -> SlackSettings:
        """The table [slack]; the app exists only where it stands in the config."""
        assert self.bot.settings.slack is not None  # noqa: S101
        return self.bot.settings.slack

    @property
    def store(self) -> Store:
        """What the bot remembers."""
        return self.bot.store

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock of the bot."""
        return self.bot.clock

    def own(self, user: str) -> Profile | None:
        """The profile that is delivered to this person alone."""
        places = self.places(user)
        return next((profile for address, profile in self._deliveries() if address in places), None)

    def here(self, channel: str) -> Profile | None:
        """The profile that is delivered to this channel."""
        return next((profile for address, profile in self._deliveries() if address == channel), None)

    def places(self, user: str) -> set[str]:
        """Where a message reaches this person alone."""
        talks = any(address.startswith("D") for address, _ in self._deliveries())
        return {user, self.door(user)} - {""} if talks else {user}

    def weigh(self, profile: Profile, paper: Paper) -> Pick:
        """Score *paper* for *profile*; one at a time."""
        with self.thinks:
            return weigh(replace(self.bot, settings=self.settings), profile, paper)

    def door(self, user: str) -> str:
        """The ID of the conversation of the app with this person, "" when Slack does not tell."""
        if user not in self.doors:
            channel = self.web.call("conversations.open", lambda: {"users": user}).get("channel") or {}
            if "id" not in channel:
                return ""
            self.doors[user] = str(channel["id"])
        return self.doors[user]

    def _deliveries(self) -> Iterator[tuple[str, Profile]]:
        for profile in self.settings.profiles:
            yield from ((target.address, profile) for target in profile.deliver if target.channel == "slack")

    def look(self, steady: float) -> None:
        """Take notice of profiles that were changed elsewhere, some seconds ago at most, by a clock of seconds."""
        if self.bot.profiles:
            self.bot.profiles.recent(steady)

    def reads(self, value: str) -> tuple[str, ...] | None:
        """What the value of a button is about: profile, date, paper, opinion."""
        return self.tokens.read("press", value, self.clock())

    def whisper(self, channel: str, user: str, blocks: Sequence[Block], text: str, thread: str = "") -> None:
        """Say something in a channel or a thread to one person alone."""
        body: dict[str, Any] = {"channel": channel, "user": user, "text": text, "blocks": list(blocks)}
        if thread:
            body["thread_ts"] = thread
        self.web.call("chat.postEphemeral", lambda: body)

    def message(self, channel: str, ts: str) -> Mapping[str, Any]:
        """The message posted at *ts*, in a thread or not; {} when Slack does not show it."""
        here = {"channel": channel, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
        found = self.web.call("conversations.replies", lambda: here).get("messages") or ()
        return next((one for one in found if isinstance(one, dict) and one.get("ts") == ts), {})


def person(user: str) -> str:
    """The name under which the store knows somebody of Slack."""
    return f"slack:{user}"
