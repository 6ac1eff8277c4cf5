"""The Slack channel: one parent post and its thread, each marked so that Slack can be asked for it.

slack_sdk's own retries are off: its default client posts twice when Slack accepts and the line then breaks.
"""

from __future__ import annotations

import http.client
import logging
import time
import urllib.error
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from digest.channels.pace import Pace, Turns
from digest.channels.slack_errors import TOO_MUCH, MayHavePosted, Refused, refusal, retry_after
from digest.errors import Deferred, DeliveryError, Rejected, Unconfirmed
from digest.model import Message, Post, Receipt, SlackSettings
from digest.render.slack import ordinary
from digest.render.slack import plain as plain_post

EVENT_TYPE = "paper_digest"
PER_SECOND, BURST = 1.0, 5  # posts to one channel; Slack allows one a second, and short bursts
PAGE = 200
MAX_PAGES = 50
_IDS = uuid.UUID("6f1c2a86-54f5-4f0e-9c0e-5d0a3f1f7c11")
_quiet = logging.getLogger("digest.slack_sdk")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False  # the SDK logs what Slack answered; our own errors say it once, without bodies


class SlackChannel:
    """Posts to one workspace with one bot token; a target is a channel ID, which outlives a rename."""

    width = 2

    def __init__(
        self, settings: SlackSettings, *, wait: Callable[[float], object] = time.sleep, pace: Turns | None = None
    ) -> None:
        self._feedback = True
        self._pace = pace or Pace(PER_SECOND, BURST, wait=wait)
        self._client = WebClient(
            token=settings.token,
            base_url=settings.base_url,
            timeout=int(settings.timeout),
            retry_handlers=[],
            logger=_quiet,
        )

    def send(self, message: Message, *, sent_at: datetime, progress: tuple[str, ...] = ()) -> Receipt:
        """Post what *progress* (one ``ts`` per post, the parent first) does not hold yet.

        Every error carries how far it came. A post whose blocks Slack refuses is sent once more as plain text,
        and the receipt says so.
        """
        done, said = list(progress), []
        for part in range(len(done), len(message.posts)):
            try:
                ts, note = self._post(message, part, done[0] if done else None)
            except DeliveryError as error:
                error.progress = tuple(done)
                raise
            done.append(ts)
            said += [note] if note else []
        return Receipt(tuple(done), "; ".join(said) or "ok")

    def confirm(self, message: Message, *, progress: tuple[str, ...] = ()) -> Receipt | None:
        """Ask Slack which posts of *message* are there, in order from the parent on; None when not even that.

        Raises Deferred, Rejected or Paused when Slack does not tell: then nothing may be posted again.
        """
        parent = progress[0] if progress else self._found(message, self._history(message)).get(0)
        if parent is None:
            return None
        found = {**self._found(message, self._replies(message, parent)), 0: parent, **dict(enumerate(progress))}
        done: list[str] = []
        while (ts := found.get(len(done))) is not None:
            done.append(ts)
        return Receipt(tuple(done), "found in the channel")

    def check(self) -> str:
        """Ask Slack who we are, without posting; raises Paused or Deferred."""
        try:
            answer = self._call("auth.test", {})
        except MayHavePosted as error:
            raise Deferred(f"Slack: {error}", scope="channel") from None
        except Refused as error:
            raise refusal(error) from None
        return f"Slack knows us as {answer.get('user', '?')} in {answer.get('team', '?')}"

    def ids(self, names: Collection[str]) -> dict[str, str]:
        """Look up the IDs of channels by *names* (without #), as far as the bot can see them.

        Raises Deferred, Paused, or Rejected when the app lacks `channels:read`.
        """
        found: dict[str, str] = {}
        types = {"types": "public_channel,private_channel", "exclude_archived": True}
        for channel in self._pages("conversations.list", types, "channels"):
            name, id_ = channel.get("name"), channel.get("id")
            if name in names and isinstance(id_, str):
                found[str(name)] = id_
            if len(found) == len(names):
                break
        return found

    def close(self) -> None:
        """The SDK opens a connection per call."""

    # ------------------------------------------------------------ posting

    def _post(self, message: Message, part: int, parent: str | None) -> tuple[str, str]:
        """Post one part; return its ``ts`` and, if it had to be sent as plain text, why."""
        post = message.posts[part] if self._feedback else ordinary(message.posts[part])
        try:
            return self._posted(message, part, post, parent), ""
        except Refused as error:
            if error.code not in TOO_MUCH:
                raise refusal(error) from None
            plain, why = plain_post(post), error.code
        if post != ordinary(post) and why == "invalid_blocks":
            self._feedback = False  # a workspace without the feedback element: ordinary buttons from now on
            return self._post(message, part, parent)
        try:
            return self._posted(message, part, plain, parent), f"part {part} sent as plain text: {why}"
        except Refused as error:
            if error.code in TOO_MUCH:
                raise Rejected(f"Slack: {why}, and as plain text {error.code}", scope="message") from None
            raise refusal(error) from None

    def _posted(self, message: Message, part: int, post: Post, parent: str | None) -> str:
        body: dict[str, Any] = {
            "channel": message.target.address,
            "text": post.text,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": _mark(message, part)},
            # Not documented for bots, and harmless: what Slack goes by is not promised, the mark above is ours.
            "client_msg_id": str(uuid.uuid5(_IDS, f"{message.key}/{part}")),
        }
        if post.blocks:
            body["blocks"] = list(post.blocks)
        if parent is not None:
            body["thread_ts"] = parent
        try:
            self._pace.turn(message.target.address)
            ts = self._call("chat.postMessage", body).get("ts")
        except MayHavePosted as error:
            raise Unconfirmed(f"Slack: {error}") from None
        if not isinstance(ts, str):
            raise Unconfirmed("Slack: the answer names no post")
        return ts

    # ------------------------------------------------------------ asking

    def _history(self, message: Message) -> Iterator[Mapping[str, Any]]:
        """The channel's posts since the day before the edition's: its local date may begin 14 hours early."""
        oldest = datetime.combine(message.date - timedelta(days=1), time_of_day(), UTC).timestamp()
        return self._pages("conversations.history", {"channel": message.target.address, "oldest": f"{oldest:.6f}"})

    def _replies(self, message: Message, parent: str) -> Iterator[Mapping[str, Any]]:
        return self._pages("conversations.replies", {"channel": message.target.address, "ts": parent})

    def _pages(self, method: str, arguments: Mapping[str, Any], what: str = "messages") -> Iterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(MAX_PAGES):
            query = {**arguments, "include_all_metadata": True, "limit": PAGE} | ({"cursor": cursor} if cursor else {})
            try:
                answer = self._call(method, query, as_form=True)
            except MayHavePosted as error:
                raise Deferred(f"Slack: {error} (asking for {what})") from None
            except Refused as error:
                raise _cannot_tell(error) from None
            yield from answer.get(what) or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise Deferred(f"Slack: more than {MAX_PAGES * PAGE:,} {what} to look through")

    def _found(self, message: Message, posts: Iterator[Mapping[str, Any]]) -> dict[int, str]:
        """The ``ts`` of each part of *message* among *posts*; the earliest, should one be there twice."""
        found: dict[int, str] = {}
        for post in posts:
            metadata = post.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and payload.get("delivery_id") == message.key:
                part, ts = int(payload.get("part", 0)), str(post["ts"])
                found[part] = min(ts, found.get(part, ts))
        return found

    # ------------------------------------------------------------ the wire

    def _call(self, method: str, body: dict[str, Any], *, as_form: bool = False) -> Mapping[str, Any]:
        """Call *method* once.

        Raises Refused with Slack's error code, MayHavePosted when the answer is missing or says nothing,
        Deferred when nothing left this machine or Slack told us to wait.
        """
        try:
            if as_form:
                answer = self._client.api_call(method, params=body).data
            else:
                answer = self._client.api_call(method, json=body).data
        except SlackApiError as error:
            response = error.response
            if response.status_code == 429:
                raise Deferred("Slack: ratelimited", retry_after=retry_after(response.headers)) from None
            code = response.data.get("error") if isinstance(response.data, dict) else None
            if response.status_code >= 500 or not isinstance(code, str) or " " in code:
                raise MayHavePosted(f"HTTP {response.status_code} without a sensible answer") from None
            raise Refused.of(code, response.data) from None
        except urllib.error.URLError as error:  # urllib wraps what happens before the whole request has left
            raise Deferred(f"Slack: {_reason(error)}", scope="channel") from None
        except (OSError, http.client.HTTPException, SlackClientError, ValueError) as error:
            raise MayHavePosted(f"no answer ({type(error).__name__})") from None
        return answer if isinstance(answer, dict) else {}


def _mark(message: Message, part: int) -> dict[str, Any]:
    return {"delivery_id": message.key, "profile": message.profile, "date": str(message.date), "part": part}


def _cannot_tell(error: Refused) -> DeliveryError:
    """While we cannot ask, we must not post; a missing scope is for a person, and the message waits for it."""
    verdict = refusal(error)
    if isinstance(verdict, Unconfirmed) or error.code in {"missing_scope", "no_permission"}:
        return Deferred(f"{verdict.why}; until Slack tells, nothing is posted again")
    return verdict


def _reason(error: urllib.error.URLError) -> str:
    reason = error.reason
    return str(getattr(reason, "strerror", None) or type(reason).__name__)
