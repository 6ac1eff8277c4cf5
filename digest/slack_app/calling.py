"""Calls of Slack's Web API that answer readers: a refusal is logged, "later" is waited for, no doubt is repeated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError, SlackClientError

from digest.channels.slack_errors import retry_after
from digest.model import SlackSettings

NEEDS = {
    "chat.postEphemeral": "chat:write",
    "chat.unfurl": "links:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history groups:history im:history mpim:history",
    "views.open": "",
    "views.publish": "",
}
"""Every method that the app calls, and the scopes that it needs; a test holds the manifest against this."""
TRIES = 4
LONGEST = 60.0
"""Seconds that somebody who pressed a button is waited for, each time that Slack says "later"."""
log = structlog.get_logger("digest.slack")
quiet = logging.getLogger("digest.slack_app.sdk")
quiet.disabled = True  # the libraries log whole payloads; we say in a line what went wrong


class Web:
    """Slack's Web API with one token. *wait* takes seconds and says whether it is time to stop."""

    def __init__(self, settings: SlackSettings, wait: Callable[[float], bool]) -> None:
        self.client = WebClient(
            token=settings.token,
            base_url=settings.base_url,
            timeout=int(settings.timeout),
            retry_handlers=[],
            logger=quiet,
        )
        self._wait = wait

    def call(self, method: str, body: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Call *method* with what *body* says at that moment; {} when Slack refused it or did not answer."""
        assert method in NEEDS, method  # noqa: S101 or the manifest lacks its scope
        for _ in range(TRIES):
            try:
                answer = self._once(method, dict(body()))
            except SlackApiError as error:
                if error.response.status_code != 429:
                    log.warning("slack refused", method=method, error=_code(error))
                    return {}
                if self._wait(min(retry_after(error.response.headers), LONGEST)):
                    return {}
            except (OSError, SlackClientError, ValueError) as error:
                log.warning("slack did not answer", method=method, error=type(error).__name__)
                return {}
            else:
                return answer
        log.warning("slack is too busy", method=method)
        return {}

    def _once(self, method: str, body: dict[str, Any]) -> Mapping[str, Any]:
        if method.startswith("conversations.replies"):  # Slack reads no JSON here
            answer = self.client.api_call(method, params=body).data
        else:
            answer = self.client.api_call(method, json=body).data
        return answer if isinstance(answer, dict) else {}


def answer(url: str, blocks: Sequence[Mapping[str, Any]], text: str, timeout: float) -> None:
    """Answer a command to the one who gave it, at the address that came with it."""
    made = [dict(block) for block in blocks]
    web = WebhookClient(url, timeout=int(timeout), retry_handlers=[], logger=quiet)
    try:
        said = web.send(text=text, blocks=made, response_type="ephemeral", replace_original=False)
    except (OSError, SlackClientError, ValueError) as error:
        log.warning("slack did not take an answer", error=type(error).__name__)
        return
    if said.status_code != 200:
        log.warning("slack did not take an answer", error=f"HTTP {said.status_code}")


def _code(error: SlackApiError) -> str:
    data = error.response.data
    return str(data.get("error", ""))[:60] if isinstance(data, dict) else f"HTTP {error.response.status_code}"
