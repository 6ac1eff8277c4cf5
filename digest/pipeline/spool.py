"""Messages as they were rendered when their editions were made, until they are sent some minutes later.

A hint and no more: the store holds the digest, and what is not here is rendered from it, to the same words. The files
have no name, so nothing is left of them however the process ends, and processes that are forked later share them.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from digest.model import Message

MOST = 1 << 30
"""Bytes in all: 20,000 mails."""
SHARE = 8
"""No more than this part of the room that the disk has left: the store needs it too."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where the message *key* lies: *size* bytes from *start* of file number *part*."""

    key: str
    part: int
    start: int
    size: int


class Spool:
    """One file for each of the processes that render, and what was put there and is good to be sent."""

    def __init__(self, files: list[BinaryIO], most: int) -> None:
        self._files, self._most = files, most
        self._written = [0] * len(files)
        self._good: dict[str, Ticket] = {}

    @property
    def parts(self) -> int:
        """How many may write at once."""
        return len(self._files)

    def put(self, part: int, message: Message) -> Ticket | None:
        """Keep *message*, of who writes *part*; None when there is no room."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        start = self._written[part]
        if start + len(data) > self._most // self.parts:
            return None
        try:
            if os.pwrite(self._files[part].fileno(), data, start) < len(data):
                return None
        except OSError:
            return None
        self._written[part] += len(data)
        return Ticket(message.key, part, start, len(data))

    def accept(self, tickets: Iterable[Ticket]) -> None:
        """From now on these are what their editions in the store say."""
        self._good |= {ticket.key: ticket for ticket in tickets}

    def message(self, key: str) -> Message | None:
        """The message of this key, if it is here."""
        ticket = self._good.get(key)
        if ticket is None:
            return None
        try:
            data = os.pread(self._files[ticket.part].fileno(), ticket.size, ticket.start)
        except OSError:
            return None
        message: Message = pickle.loads(data)  # noqa: S301 our own bytes, from a file that nobody else can open
        return message


@contextmanager
def opened(folder: Path, parts: int) -> Iterator[Spool | None]:
    """Yield a spool in *folder* that *parts* processes may write; None where there is no room or no such folder."""
    with ExitStack() as stack:
        files: list[BinaryIO] = []
        most = 0
        with suppress(OSError):
            most = min(MOST, shutil.disk_usage(folder).free // SHARE)
            files = [stack.enter_context(tempfile.TemporaryFile(dir=folder, buffering=0)) for _ in range(parts)]
        yield Spool(files, most) if len(files) == parts else None
