"""What Slack's error codes mean for us: pure, by code, never by prose (the lists are chat.postMessage's)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from digest.errors import Deferred, DeliveryError, Paused, Rejected, Unconfirmed

AMBIGUOUS = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
"""Slack says of these: some aspect of the operation may have succeeded before the error."""

TARGET = {
    *("channel_not_found", "not_in_channel", "is_archived", "messages_tab_disabled", "missing_scope", "no_permission"),
    *("restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
    *("restricted_action_non_threadable_channel", "restricted_action_thread_locked", "user_not_found", "user_disabled"),
    *("ekm_access_denied", "team_access_not_granted"),
}
WORKSPACE = {
    *("invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed", "org_login_required"),
    *("access_denied", "not_allowed_token_type", "two_factor_setup_required", "accesslimited", "team_not_found"),
}
TOO_MUCH = {
    *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "block_mismatch"),
    *("invalid_attachments", "too_many_attachments", "markdown_text_conflict"),
}
"""Our own rendering is at fault; plain text may still go through."""

DEFAULT_RETRY_AFTER = 30.0  # seconds, for a 429 that does not say


class Refused(Exception):
    """Slack answered, and the answer is an error code."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)

    @classmethod
    def of(cls, code: str, answer: Mapping[str, Any]) -> Self:
        """Keep the code, and for a missing scope which."""
        needed = answer.get("needed")
        return cls(code, f" (needs {needed})" if isinstance(needed, str) else "")


class MayHavePosted(Exception):
    """No answer, or one that says nothing about the post."""


def refusal(error: Refused) -> DeliveryError:
    """Say what may be done after Slack answered with an error code."""
    why = f"Slack: {error.code}{error.detail}"
    if error.code in AMBIGUOUS:
        return Unconfirmed(why)
    if error.code in {"ratelimited", "rate_limited"}:
        return Deferred(why, retry_after=DEFAULT_RETRY_AFTER)
    if error.code in WORKSPACE:
        return Paused(why)
    if error.code in TARGET:
        return Rejected(why, scope="address")
    if error.code in TOO_MUCH | {"cannot_reply_to_message"} or "metadata" in error.code:
        return Rejected(why, scope="message")
    return Deferred(why)  # unknown: it was not posted, and a person may mend it


def retry_after(headers: Mapping[str, Any]) -> float:
    """Seconds that a 429 asks for, to the letter; a header that is missing or no number means 30.

    0 means at once, but not in the same breath: one second.
    """
    values = [value for name, value in headers.items() if name.lower() == "retry-after"]
    text = str(values[0][0] if values and isinstance(values[0], list) else values[0] if values else "").strip()
    if not (text.isascii() and text.isdigit()):
        return DEFAULT_RETRY_AFTER
    return max(float(text), 1.0)
