"""Every error this project raises on purpose, sorted by what the caller can do about it.

DigestError                 one line for a person: what, where, what to do
├── UsageError              edit the command line                        exit 2
├── ConfigError             edit the config; carries every fault          exit 2
├── ProfileChanged          look at the profile again: somebody else edited it   exit 1
├── TemplateFault           edit a template; names file and line          exit 2 at the door
├── DumpRefused             one dump is left out; the pass goes on        exit 1
├── SourceFailed            one source is left out; the pass goes on      exit 1
├── EndpointFailed          a model gave no summary; the extract stands    –
├── ModelUnusable           the sentence model is left out; ranking goes on      –
├── StoreError              the store cannot be used: nothing was done    exit 1
└── DeliveryError           what may be done next with one message
    ├── Deferred            try again later: nothing was accepted
    ├── Rejected            give up on this address, message or channel
    ├── Unconfirmed         it may or may not have been accepted
    └── Paused              a person must act before this channel sends again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


class DigestError(Exception):
    """An expected failure; ``str()`` is the one line that a person reads."""


class UsageError(DigestError):
    """The command line asks for something that cannot be done as written."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the config: *where* is ``file:line: key`` as far as known, *hint* says what to do."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class ConfigError(DigestError):
    """The config is unusable; *faults* holds everything that is wrong with it at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ProfileChanged(DigestError):
    """A profile was edited by somebody else since its text was read; nothing was written."""


class TemplateFault(DigestError):
    """A template does not parse or does not render; *where* is its file and line."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where}: {why}")


class DumpRefused(DigestError):
    """A dump cannot be read as a whole; nothing of it is taken."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where}: {why}")


class SourceFailed(DigestError):
    """A source could not be asked; other sources go on."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where}: {why}")


class EndpointFailed(DigestError):
    """A language model gave no answer that can be used; *seconds* were spent on it."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        self.seconds = seconds
        super().__init__(why)


class StoreError(DigestError):
    """The store cannot be opened, is too new, is busy for too long, or cannot be written."""


class ModelUnusable(DigestError):
    """The sentence model is not there, is damaged or is none; ranking goes on without it."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where}: {why}")


class DeliveryError(DigestError):
    """A message was not (certainly) delivered.

    *progress* holds the remote ids of what did get through before the failure
    (for Slack the ``ts`` of each post), so that the next attempt does not repeat it.
    """

    def __init__(self, why: str, *, progress: Sequence[str] = ()) -> None:
        self.why, self.progress = why, tuple(progress)
        super().__init__(why)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go whole from one process to another: an exception is otherwise made anew from its words alone."""
        return _whole, (type(self), self.args, dict(self.__dict__))


class Deferred(DeliveryError):
    """Nothing was accepted and a later attempt may succeed; *retry_after* in seconds if the server named it.

    *scope* "channel" says that the server as a whole is away or busy: no other message would fare better now.
    """

    def __init__(
        self,
        why: str,
        *,
        retry_after: float | None = None,
        scope: Literal["message", "channel"] = "message",
        progress: Sequence[str] = (),
    ) -> None:
        self.retry_after = retry_after
        self.scope = scope
        super().__init__(why, progress=progress)


class Rejected(DeliveryError):
    """A later attempt cannot succeed. *scope* says what is refused: this address for good, this message,
    or (by the look of it) anything we send: a few of those in a row pause the channel.
    """

    def __init__(
        self, why: str, *, scope: Literal["address", "message", "channel"], progress: Sequence[str] = ()
    ) -> None:
        self.scope = scope
        super().__init__(why, progress=progress)


class Unconfirmed(DeliveryError):
    """The line broke after the message was handed over and before the server's answer."""


class Paused(DeliveryError):
    """The whole channel is refused (credentials, policy): stop, tell the operator, keep the messages."""


def _whole(kind: type[DeliveryError], words: tuple[Any, ...], facts: dict[str, Any]) -> DeliveryError:
    error = kind.__new__(kind, *words)
    error.__dict__.update(facts)
    return error
