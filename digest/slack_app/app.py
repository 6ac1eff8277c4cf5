"""The app that bolt dispatches to: each listener says "heard" at once and leaves the work to others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from digest.slack_app import cards, commands, editing, home, votes
from digest.slack_app.calling import quiet
from digest.slack_app.desk import Desk
from digest.slack_app.once import Once

Work = Callable[[Desk, Mapping[str, Any]], None]
Later = Callable[[Callable[[], None]], object]
"""Has something done soon, by somebody else."""

ACTIONS: tuple[tuple[str, Work], ...] = (
    ("vote_.*", votes.pressed),
    ("undo", votes.undone),
    ("home_edit", editing.asked),
    ("home_forget", home.forgotten),
    ("home_pause", home.paused),
    ("home_wake", home.woken),
)
"""Buttons, by their action ids."""
EVENTS: dict[str, Work] = {
    "app_home_opened": home.opened,
    "link_shared": cards.shared,
    "reaction_added": votes.reacted,
    "reaction_removed": votes.unreacted,
}
"""What the app subscribes to; the manifest names the same."""
EVENTS_NEED = {"link_shared": "links:read", "reaction_added": "reactions:read", "reaction_removed": "reactions:read"}
"""The scopes without which Slack sends no such event."""
COMMANDS: dict[str, Work] = {"/papers": commands.ask}
log = structlog.get_logger("digest.slack")


def application(desk: Desk, later: Later, steady: Callable[[], float]) -> App:
    """The app of *desk*: nothing is done before Slack has its answer, and nothing twice for what Slack repeats."""
    app = App(
        name="paper-digest",
        logger=quiet,
        client=desk.web.client,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=desk.slack.token),
        request_verification_enabled=False,  # `http` does it, and answers 401 where the library raises
        process_before_response=True,  # the listeners only say "heard"; the work has threads of its own
    )
    app.error(_not_understood)
    heard = _Heard(desk, later, Once(), steady)
    for pattern, work in ACTIONS:
        app.action(re.compile(f"^{pattern}$"))(heard.action(work))
    for name, work in EVENTS.items():
        app.event(name)(heard.event(work))
    for name, work in COMMANDS.items():
        app.command(name)(heard.command(work))
    app.view(editing.NAME)(heard.form())
    return app


def _not_understood(error: Exception) -> BoltResponse:
    """The answer to what was signed by Slack and is yet nothing that Slack sends."""
    log.warning("a request of slack was not understood", error=type(error).__name__)
    return BoltResponse(status=400, body="This was not understood.\n")


def _saved(desk: Desk, body: Mapping[str, Any]) -> None:
    """Finish what a form began."""
    body["save"]()


class _Heard:
    """Makes listeners."""

    def __init__(self, desk: Desk, later: Later, once: Once, steady: Callable[[], float]) -> None:
        self._desk, self._later, self._once, self._steady = desk, later, once, steady

    def action(self, work: Work) -> Callable[..., None]:
        def listen(ack: Callable[[], object], body: dict[str, Any]) -> None:
            ack()
            pressed = body["actions"][0]
            self._start(work, body, f"{body['user']['id']} {pressed['action_ts']} {pressed['action_id']}")

        return listen

    def command(self, work: Work) -> Callable[..., None]:
        def listen(ack: Callable[[], object], body: dict[str, Any]) -> None:
            ack()
            self._start(work, body, body["trigger_id"])

        return listen

    def form(self) -> Callable[..., None]:
        def listen(ack: Callable[..., object], body: dict[str, Any]) -> None:
            save = editing.submitted(self._desk, ack, body)
            self._start(_saved, {"save": save}, f"{body['user']['id']} {body['view']['id']} {body['view']['hash']}")

        return listen

    def event(self, work: Work) -> Callable[..., None]:
        def listen(event: dict[str, Any], body: dict[str, Any]) -> None:
            self._start(work, event, body["event_id"])

        return listen

    def _start(self, work: Work, body: Mapping[str, Any], name: str) -> None:
        if self._once.first(f"{work.__name__} {name}", self._steady()):
            self._later(lambda: self._do(work, body))

    def _do(self, work: Work, body: Mapping[str, Any]) -> None:
        try:
            self._desk.look(self._steady())
            work(self._desk, body)
        except Exception:  # whatever it is, the next reader shall be heard
            log.exception("an answer in Slack failed", what=work.__name__)
