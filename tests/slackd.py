"""A Web API server on loopback: it behaves as Slack's does where it matters, counts what it took, and can misbehave.

with SlackServer() as slack:
    slack.script = [drop_after_accept, "ok", ratelimited(30)]
    channel = SlackChannel(slack.settings())
"""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from digest.model import SlackSettings

TOKEN = "xoxb-a-token-of-the-tests"
Answer = tuple[int, dict[str, str], bytes]
Act = Callable[["SlackServer", str, dict[str, Any]], Answer | None]
"""What a script entry does with a call: an answer, or None to hang up without one."""

MOST_BLOCKS, SECTION, FIELD, HEADER, BUTTON, VALUE, TOTAL = 50, 3000, 2000, 150, 75, 2000, 13_200


def answer(body: dict[str, Any], status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()


def ok(server: SlackServer, method: str, body: dict[str, Any]) -> Answer:
    """What Slack does with a good call."""
    return server.handle(method, body)


def refuse(code: str, **more: Any) -> Act:
    return lambda server, method, body: answer({"ok": False, "error": code, **more})


def ratelimited(after: str | None) -> Act:
    headers = {} if after is None else {"Retry-After": after}
    return lambda server, method, body: answer({"ok": False, "error": "ratelimited"}, 429, **headers)


def drop(server: SlackServer, method: str, body: dict[str, Any]) -> None:
    """Hang up before anything was done."""


def drop_after_accept(server: SlackServer, method: str, body: dict[str, Any]) -> None:
    server.handle(method, body)


def hang_after_accept(server: SlackServer, method: str, body: dict[str, Any]) -> None:
    server.handle(method, body)
    server.closing.wait(20)


def html(status: int, *, accept: bool = False) -> Act:
    def act(server: SlackServer, method: str, body: dict[str, Any]) -> Answer:
        if accept:
            server.handle(method, body)
        return status, {"Content-Type": "text/html"}, b"<html><body>Something went wrong</body></html>"

    return act


def accept_but_say(code: str) -> Act:
    def act(server: SlackServer, method: str, body: dict[str, Any]) -> Answer:
        server.handle(method, body)
        return answer({"ok": False, "error": code})

    return act


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


class SlackServer:
    """*script* is taken one entry per call of *scripted* methods, and then everything is `ok`."""

    def __init__(self, *, token: str = TOKEN, page: int = 200) -> None:
        self.token, self.page = token, page
        self.script: list[Act] = []
        self.scripted = {"chat.postMessage"}
        self.posts: list[dict[str, Any]] = []  # accepted, in order
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.show_metadata = True
        self.channels: list[tuple[str, str]] = []  # (name, id)
        self.app_token, self.socket_url = "xapp-a-token-of-the-tests", ""
        self.whispers: list[dict[str, Any]] = []  # seen by one person alone, in order
        self.answers: list[dict[str, Any]] = []  # to commands, in order
        self.unfurls: list[dict[str, Any]] = []
        self.views: list[tuple[str, dict[str, Any]]] = []  # Home tabs and forms, in order
        self.reactions: dict[str, list[dict[str, Any]]] = {}  # by ts
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._clock = 1795240800  # 2026-11-21 06:00 UTC

    def __enter__(self) -> SlackServer:
        self._httpd = _Quiet(("127.0.0.1", 0), _handler(self))
        self.port = self._httpd.server_address[1]
        self._thread = threading.Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join()

    def settings(self, *, timeout: float = 5.0) -> SlackSettings:
        return SlackSettings(self.token, base_url=f"http://127.0.0.1:{self.port}/api/", timeout=timeout)

    def app_settings(self, **fields: Any) -> SlackSettings:
        """Those of a bot with the Slack app."""
        return replace(self.settings(), **{"app_token": self.app_token, **fields})

    def posts_of(self, delivery_id: str) -> list[int]:
        """The parts of one delivery that were accepted, in order."""
        payloads = [post["metadata"]["event_payload"] for post in self.posts if "metadata" in post]
        return [payload["part"] for payload in payloads if payload["delivery_id"] == delivery_id]

    # ------------------------------------------------------------ what Slack does

    def handle(self, method: str, body: dict[str, Any]) -> Answer:
        with self.lock:
            if method == "chat.postMessage":
                return answer(self._post(body))
            if method == "conversations.history":
                posts = [post for post in self.posts if "thread_ts" not in post or post["thread_ts"] == post["ts"]]
                oldest = float(body.get("oldest", 0))
                posts = [post for post in reversed(posts) if float(post["ts"]) > oldest]
                return self._listing(posts, body)
            if method == "conversations.replies":
                ts = body["ts"]
                found = [post for post in self.posts if ts in (post["ts"], post.get("thread_ts"))]
                first, last = float(body.get("oldest", 0)), float(body.get("latest", "inf"))
                return self._listing([post for post in found if first <= float(post["ts"]) <= last], body)
            if method == "conversations.list":
                start, size = int(body.get("cursor") or 0), min(int(body.get("limit", 100)), self.page)
                more = str(start + size) if start + size < len(self.channels) else ""
                shown = [{"id": id_, "name": name} for name, id_ in self.channels[start : start + size]]
                return answer({"ok": True, "channels": shown, "response_metadata": {"next_cursor": more}})
            if method == "apps.connections.open" and self.socket_url:
                return answer({"ok": True, "url": self.socket_url})
            if method == "auth.test":
                return answer({"ok": True, "user": "digest", "team": "Example Lab"})
            return self._for_app(method, body)

    def _for_app(self, method: str, body: dict[str, Any]) -> Answer:
        """What only an app asks for."""
        if method == "respond":
            error = None if fault_of({"channel": "C1", **body}) is None else "invalid_blocks"
            self.answers += [] if error else [body]
            return answer({}, 400) if error else (200, {"Content-Type": "text/plain"}, b"ok")
        if method == "chat.unfurl":
            faults = [fault_of({"channel": "C1", **one}) for one in body["unfurls"].values()]
            error = next(filter(None, faults), None)
            self.unfurls += [] if error else [body]
            return answer({"ok": error is None, **({"error": error} if error else {})})
        if method == "conversations.open":
            return answer({"ok": True, "channel": {"id": f"D0{body['users'][2:]}"}})
        if method in {"views.open", "views.publish"}:
            error = view_fault(body["view"])
            self.views += [] if error else [(method, body)]
            return answer({"ok": error is None, **({"error": error} if error else {"view": {"id": "V1"}})})
        if method == "chat.update":
            return answer(self._update(body))
        if method == "chat.postEphemeral":
            error = fault_of(body) or (None if body.get("user") else "user_not_in_channel")
            self.whispers += [] if error else [body]
            return answer({"ok": error is None, **({"error": error} if error else {"message_ts": "1.2"})})
        return answer({"ok": False, "error": "unknown_method"})

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        error = fault_of(body)
        if error is None and "thread_ts" in body and body["thread_ts"] not in {post["ts"] for post in self.posts}:
            error = "thread_not_found"
        if error is not None:
            return {"ok": False, "error": error}
        self._clock += 1
        post = {**body, "ts": f"{self._clock}.000100"}
        self.posts.append(post)
        return {"ok": True, "channel": body["channel"], "ts": post["ts"], "message": {"text": body.get("text", "")}}

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        error = fault_of(body)
        post = next((one for one in self.posts if (one["channel"], one["ts"]) == (body["channel"], body["ts"])), None)
        if error is not None or post is None:
            return {"ok": False, "error": error or "message_not_found"}
        post.update(text=body.get("text", ""), blocks=body.get("blocks", []))
        return {"ok": True, "channel": body["channel"], "ts": body["ts"]}

    def shown(self, post: dict[str, Any]) -> dict[str, Any]:
        """A message as Slack hands it out: each block has an id, and others' texts stay as they were written."""
        kept = {key: post[key] for key in ("ts", "text", "thread_ts", "metadata") if key in post}
        blocks = [{"block_id": f"b{place}", **block} for place, block in enumerate(post.get("blocks", []))]
        reactions = self.reactions.get(post["ts"])
        return {"type": "message", "user": "U0000BOT", "bot_id": "B0BOT", **kept, "blocks": blocks} | (
            {"reactions": reactions} if reactions else {}
        )

    def _listing(self, posts: list[dict[str, Any]], body: dict[str, Any]) -> Answer:
        posts = [post for post in posts if post["channel"] == body["channel"]]
        start = int(body.get("cursor") or 0)
        size = min(int(body.get("limit", 100)), self.page)
        shown = []
        for post in posts[start : start + size]:
            kept = self.shown(post)
            if not (self.show_metadata and body.get("include_all_metadata") in {"1", "true", True}):
                kept.pop("metadata", None)
            shown.append(kept)
        more = str(start + size) if start + size < len(posts) else ""
        return answer({"ok": True, "messages": shown, "response_metadata": {"next_cursor": more}})


def fault_of(body: dict[str, Any]) -> str | None:
    """The error code that Slack would answer to a post, or None: limits as documented, the total as measured."""
    if body.get("channel", "")[:1] not in {"C", "D", "G", "U"}:
        return "channel_not_found"
    blocks = body.get("blocks")
    if not body.get("text") and not blocks:
        return "no_text"
    if len(body.get("text", "")) > 40_000:
        return "msg_too_long"
    if blocks is None:
        return None
    if not blocks or len(blocks) > MOST_BLOCKS or not all(map(_good_block, blocks)):
        return "invalid_blocks"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        return "invalid_blocks"
    return "msg_blocks_too_long" if sum(map(len, _texts(blocks))) > TOTAL else None


def view_fault(view: dict[str, Any]) -> str | None:
    """What Slack would say of a Home tab or a form."""
    plain = [view[key]["text"] for key in ("title", "submit", "close") if key in view]
    long = any(not 0 < len(text) <= 24 for text in plain) or len(view.get("private_metadata", "")) > 3000
    blocks = view["blocks"]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if view["type"] not in {"home", "modal"} or long or not 0 < len(blocks) <= 100 or len(ids) != len(set(ids)):
        return "invalid_arguments"
    return None if all(_good_input(block) or _good_block(block) for block in blocks) else "invalid_blocks"


def _good_input(block: dict[str, Any]) -> bool:
    if block.get("type") != "input":
        return False
    element, label = block["element"], block["label"]["text"]
    texts = [element[key]["text"] for key in ("placeholder",) if key in element]
    return (
        0 < len(label) <= 2000
        and len(element.get("initial_value", "")) <= 3000
        and all(len(text) <= 150 for text in texts)
        and len(block.get("hint", {}).get("text", "")) <= 2000
    )


def _good_block(block: dict[str, Any]) -> bool:
    kind = block.get("type")
    if kind == "header":
        return block["text"].get("type") == "plain_text" and 0 < len(block["text"]["text"]) <= HEADER
    if kind == "section":
        texts = [block["text"]] if "text" in block else []
        fields = block.get("fields", [])
        good = all(0 < len(text["text"]) <= SECTION for text in texts) and (texts or fields)
        return bool(good) and len(fields) <= 10 and all(0 < len(field["text"]) <= FIELD for field in fields)
    if kind == "context":
        elements = block.get("elements", [])
        return 0 < len(elements) <= 10 and all(0 < len(item.get("text", "x")) <= FIELD for item in elements)
    if kind == "actions":
        return 0 < len(block.get("elements", [])) <= 25 and all(map(_good_button, block["elements"]))
    if kind == "context_actions":
        elements = block.get("elements", [])
        choices = [item[side] for item in elements for side in ("positive_button", "negative_button")]
        return 0 < len(elements) <= 5 and all(map(_good_button, choices))
    return kind in {"divider", "rich_text", "image"}


def _good_button(button: dict[str, Any]) -> bool:
    label = button.get("accessibility_label", "")
    return 0 < len(button["text"]["text"]) <= BUTTON >= len(label) and len(button.get("value", "")) <= VALUE


def _texts(value: Any) -> Iterator[str]:
    """Every text that a reader would see in *value*."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _handler(server: SlackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            method = urllib.parse.urlsplit(self.path).path.removeprefix("/api/")
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            if "json" in self.headers["Content-Type"]:
                body = json.loads(raw or b"{}")
            else:
                body = dict(urllib.parse.parse_qsl(raw.decode()))
            result = self._result(method, body)
            if result is None:
                self.close_connection = True
                self.connection.close()
                return
            status, headers, content = result
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _result(self, method: str, body: dict[str, Any]) -> Answer | None:
            with server.lock:
                server.calls.append((method, body))
                act = server.script.pop(0) if method in server.scripted and server.script else ok
            if method == "respond":
                return act(server, method, body)
            token = server.app_token if method == "apps.connections.open" else server.token
            if self.headers["Authorization"] != f"Bearer {token}":
                return answer({"ok": False, "error": "invalid_auth"})
            return act(server, method, body)

        def finish(self) -> None:
            with contextlib.suppress(OSError, ValueError):  # we hung up
                super().finish()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
