"""What a server says is kept without our secrets (FAULTS 69)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from digest.errors import Deferred, Paused, Unconfirmed
from digest.model import Message, Receipt, Target
from digest.outbox import Asks
from digest.pipeline.careful import careful
from tests.builders import NOW

MESSAGE = Message("k", "ada", date(2026, 11, 21), Target("email", "a@example.org"), "S")


def hide(words: str) -> str:
    return words.replace("hunter2", "***")


class Echo:
    """A server that repeats what it was told."""

    width = 7

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def send(self, message: Message, **more: Any) -> Receipt:
        if self.error:
            raise self.error
        return Receipt(("1",), "250 hello hunter2")

    def check(self) -> str:
        raise Paused("535 bad password hunter2")

    def close(self) -> None:
        pass


class Asked(Echo):
    def confirm(self, message: Message, **more: Any) -> Receipt | None:
        raise Deferred("no such token hunter2", retry_after=3)


@pytest.mark.parametrize("kind", [Paused, Unconfirmed, Deferred])
def test_fault_69_an_echoed_password_is_not_kept(kind: Any):
    with pytest.raises(kind) as caught:
        careful(Echo(kind("535 5.7.8 hunter2 is wrong", progress=("1",))), hide).send(MESSAGE, sent_at=NOW)
    assert (str(caught.value), caught.value.why) == ("535 5.7.8 *** is wrong",) * 2
    assert caught.value.progress == ("1",)
    with pytest.raises(Paused, match=r"bad password \*\*\*"):
        careful(Echo(), hide).check()
    assert careful(Echo(), hide).send(MESSAGE, sent_at=NOW) == Receipt(("1",), "250 hello ***")


def test_a_careful_channel_can_what_the_channel_can():
    assert not isinstance(careful(Echo(), hide), Asks)
    asked = careful(Asked(), hide)
    assert isinstance(asked, Asks)
    assert asked.width == 7
    with pytest.raises(Deferred) as caught:
        asked.confirm(MESSAGE)
    assert (str(caught.value), caught.value.retry_after) == ("no such token ***", 3)
