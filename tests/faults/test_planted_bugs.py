"""The state machine over the outbox sees what it is there to see: each bug planted here makes it fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import or_

from digest import outbox
from digest.outbox import sending
from digest.store import deliveries, schema
from tests.faults.test_delivery_states import Delivering

Plant = Callable[[pytest.MonkeyPatch], None]
# Patched because the bug must sit where nobody would put it on purpose.


def claim_takes_what_is_being_sent(patch: pytest.MonkeyPatch) -> None:
    waiting, state = deliveries.is_waiting, schema.deliveries.c.state
    patch.setattr(deliveries, "is_waiting", lambda: or_(waiting(), state == "sending"))


def doubt_is_taken_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    honest = sending.settlement

    def settlement(*args: Any, **more: Any) -> Any:
        verdict = honest(*args, **more)
        return replace(verdict, state="queued") if verdict.state == "unknown" else verdict

    patch.setattr(sending, "settlement", settlement)


def a_dead_process_leaves_no_doubt(patch: pytest.MonkeyPatch) -> None:
    honest = deliveries.Deliveries.expire

    def expire(self: Any, now: Any, **more: Any) -> Any:
        found = honest(self, now, **more)
        for one in found:
            self.retry(one.key, now)
        return found

    patch.setattr(deliveries.Deliveries, "expire", expire)


def slack_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("digest.outbox.attempting.Asks", type("Nobody", (), {}))


def whoever_unsubscribed_is_mailed(patch: pytest.MonkeyPatch) -> None:
    honest = sending.Sender.__init__

    def init(self: Any, *args: Any, **more: Any) -> None:
        honest(self, *args, **more)
        self.suppressed = {}

    patch.setattr(sending.Sender, "__init__", init)


def the_dead_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox.Sender, "claim", lambda self: [])


@pytest.mark.parametrize(
    "plant",
    [
        claim_takes_what_is_being_sent,
        doubt_is_taken_for_a_refusal,
        a_dead_process_leaves_no_doubt,
        slack_is_not_asked,
        whoever_unsubscribed_is_mailed,
        the_dead_are_forgotten,
    ],
)
def test_a_planted_bug_is_found(monkeypatch: pytest.MonkeyPatch, plant: Plant):
    plant(monkeypatch)
    found_is_enough = {"phases": [Phase.generate], "database": None, "print_blob": False, "derandomize": True}
    many = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), **found_is_enough)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(Delivering, settings=many)
