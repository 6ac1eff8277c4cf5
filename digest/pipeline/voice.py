"""The words of a message: rendered from the digest that the store holds, or as they were when it was made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from digest import export
from digest.errors import DigestError
from digest.model import LETTER, OPERATOR, Delivery, Digest, Failure, Message, Profile, Target
from digest.pipeline.bot import Bot
from digest.pipeline.spool import Spool, Ticket
from digest.render.mime import written_ahead


class Voice:
    """Renders what the store holds, and remembers what had to be left out; what *spool* has is taken from there."""

    def __init__(self, bot: Bot, spool: Spool | None = None) -> None:
        self._bot, self._spool = bot, spool
        self._profiles = {profile.name: profile for profile in bot.settings.profiles}
        self._lost: list[Failure] = []

    def render(self, delivery: Delivery) -> Message:
        """The message of *delivery*, as its edition stands in the store."""
        kept = self._spool.message(delivery.key) if self._spool else None
        if kept is not None:
            return kept
        renderer = self._bot.renderer
        digest = self._bot.store.digest(delivery.profile, delivery.date)
        if digest is not None and delivery.profile.startswith(OPERATOR):
            return renderer.notice(digest, delivery.target)
        if digest is not None and delivery.profile.startswith(LETTER):
            return renderer.letter(digest, delivery.target)
        profile = self._profiles.get(delivery.profile)
        if digest is None or profile is None:
            raise DigestError(f"{delivery.key}: its profile or its edition is gone")
        try:
            return self._message(digest, profile, delivery.target)
        except Exception:  # FAULTS 17: a paper that cannot be rendered is left out, whenever that shows
            digest, faults, _ = renderer.rehearse(digest, profile, proven=False)
            self._lost += (Failure(f"{delivery.key}: {fault.where}", fault.what) for fault in faults)
            return self._message(digest, profile, delivery.target)

    def lost(self) -> list[Failure]:
        """The papers that were left out since the last time."""
        lost, self._lost = self._lost, []
        return lost

    def another(self) -> Voice:
        """The same for another thread, which tells what it left out by itself."""
        return Voice(self._bot, self._spool)

    def keep(self, digest: Digest, targets: Sequence[Target], among: Collection[str], part: int) -> tuple[Ticket, ...]:
        """Render *digest* for those of *targets* whose channels are *among* these, and put it on the spool.

        Of a mail the body is written too. What cannot be rendered or has no room is left for the time of its sending.
        """
        if self._spool is None or not digest.is_sent:
            return ()
        tickets = []
        for target in targets:
            if target.channel in among:
                try:
                    message = self._message(digest, self._profiles[digest.profile], target)
                    message = written_ahead(message) if target.channel == "email" else message
                except Exception:
                    return ()
                tickets.append(self._spool.put(part, message))
        return tuple(ticket for ticket in tickets if ticket)

    def _message(self, digest: Digest, profile: Profile, target: Target) -> Message:
        return _with_files(self._bot.renderer.message(digest, profile, target), digest, self._bot.settings.exports)


def _with_files(message: Message, digest: Digest, formats: Sequence[str]) -> Message:
    """*message*, and for a folder the papers of *digest* for reference managers."""
    if not formats or message.target.channel != "folder":
        return message
    return replace(message, files=export.files([pick.change.paper for pick in (*digest.picks, *digest.also)], formats))
