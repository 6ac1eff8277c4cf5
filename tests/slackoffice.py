"""A workspace with the app in it: a store with papers, an edition posted to a channel, payloads as Slack sends them.

The shapes are those of https://docs.slack.dev/reference (interactions, events, slash commands), written by hand.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest import pipeline
from digest.channels.slack import SlackChannel
from digest.config import Home
from digest.links import Tokens
from digest.model import Profile, Settings, Target
from digest.pipeline import Bot
from digest.pipeline.profiles import Profiles
from digest.render import Renderer
from digest.slack_app import http
from digest.slack_app.app import application
from digest.slack_app.calling import Web
from digest.slack_app.desk import Desk
from digest.store import Store
from tests.builders import NOW, a_paper, a_profile
from tests.slackd import SlackServer
from tests.stores import an_edition, ingest

CHANNEL, SECRET = "C0123456789", "a signing secret of the tests"
TOKENS = Tokens(("a-key-of-the-tests-long-enough",))
TITLES = ("Steerable Networks", "Kites at Night", "Ice and Oceans", "Proteins that Fold")


@dataclass
class Office:
    """What a test holds on to; *now* is everybody's clock, *waited* the seconds that somebody was made to wait."""

    slack: SlackServer
    store: Store
    bot: Bot
    desk: Desk
    http: TestClient
    work: list[Any] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    now: datetime = NOW
    number: int = 0

    # ------------------------------------------------------------ what Slack sends

    def post(self, title: str) -> dict[str, Any]:
        """The post in the thread that is about the paper of this title."""
        return next(post for post in self.slack.posts[1:] if title in post["text"])

    def press(self, post: dict[str, Any], opinion: str, user: str = "U0000ADA", **more: Any) -> dict[str, Any]:
        """Somebody presses a button below a paper: interactive, block_actions."""
        message = self.slack.shown(post)
        for block in message["blocks"]:
            for element in block.get("elements", ()):
                side = {"more": "positive_button", "less": "negative_button"}.get(opinion, "")
                if element.get("action_id") == f"vote_{opinion}" or side in element:
                    value = element.get("value") or element[side]["value"]
                    return self.action(element["action_id"], value, user, message, block["block_id"], **more)
        raise LookupError(opinion)

    def action(
        self,
        id_: str,
        value: str,
        user: str = "U0000ADA",
        message: dict[str, Any] | None = None,
        block: str = "x",
        **more: Any,
    ) -> dict[str, Any]:
        self.number += 1
        pressed = {"type": "button", "action_id": id_, "block_id": block, "value": value}
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "ada", "team_id": "T1"},
            "api_app_id": "A1",
            "token": "legacy",
            "container": {"type": "message", "channel_id": CHANNEL, "is_ephemeral": False},
            "trigger_id": f"trigger-{self.number}",
            "team": {"id": "T1", "domain": "lab"},
            "channel": {"id": CHANNEL, "name": "papers"},
            "message": message or {"ts": "0"},
            "response_url": f"{self.slack.settings().base_url}respond",
            "actions": [{**pressed, "action_ts": f"{self.number}.0001"}],
            **more,
        }

    def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Something happened: events_api, event_callback."""
        self.number += 1
        return {
            "type": "event_callback",
            "team_id": "T1",
            "api_app_id": "A1",
            "event_id": f"Ev{self.number}",
            "event_time": 1795240800,
            "authorizations": [{"team_id": "T1", "user_id": "U0000BOT", "is_bot": True}],
            "event": {"type": kind, "event_ts": f"{self.number}.0002", **fields},
        }

    def reaction(self, kind: str, post: dict[str, Any], name: str, user: str = "U0000ADA") -> dict[str, Any]:
        item = {"type": "message", "channel": post["channel"], "ts": post["ts"]}
        return self.event(kind, user=user, reaction=name, item=item, item_user="U0000BOT")

    def command(self, text: str, user: str = "U0000ADA", channel: str = CHANNEL) -> dict[str, Any]:
        """Somebody gives the command /papers."""
        self.number += 1
        return {
            "type": "command",
            "token": "legacy",
            "team_id": "T1",
            "team_domain": "lab",
            "channel_id": channel,
            "channel_name": "papers",
            "user_id": user,
            "user_name": "ada",
            "command": "/papers",
            "text": text,
            "api_app_id": "A1",
            "response_url": f"{self.slack.settings().base_url}respond",
            "trigger_id": f"trigger-{self.number}",
        }

    def asks(self, text: str, user: str = "U0000ADA", channel: str = CHANNEL) -> str:
        """What somebody reads who gives the command."""
        before = len(self.slack.answers)
        assert self.hears(self.command(text, user, channel)).text == ""
        (answer,) = self.slack.answers[before:]
        assert answer["response_type"] == "ephemeral"
        return "\n".join(texts_of(answer["blocks"]))

    def home(self, user: str = "U0000ADA") -> str:
        """What somebody reads who opens the Home tab."""
        self.hears(self.event("app_home_opened", user=user, channel=f"D{user}", tab="home"))
        return self.shown_home(user)

    def shown_home(self, user: str = "U0000ADA") -> str:
        """What the tab shows now."""
        view = [body for method, body in self.slack.views if method == "views.publish" and body["user_id"] == user][-1]
        return "\n".join(texts_of(view["view"]["blocks"]))

    def home_button(self, id_: str, user: str = "U0000ADA") -> dict[str, Any]:
        """Somebody presses a button of their Home tab."""
        view = [body for method, body in self.slack.views if method == "views.publish" and body["user_id"] == user][-1]
        found = [
            element
            for block in view["view"]["blocks"]
            for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else []))
            if element.get("action_id") == id_
        ]
        payload = self.action(id_, found[0].get("value", ""), user)
        del payload["channel"], payload["message"]
        return {**payload, "container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", "type": "home"}}

    def form(self, user: str = "U0000ADA") -> dict[str, Any]:
        """Somebody opens the dialog: its view."""
        self.home(user)
        self.hears(self.home_button("home_edit", user))
        method, body = self.slack.views[-1]
        assert method == "views.open"
        return body["view"]

    def submits(self, view: dict[str, Any], user: str = "U0000ADA", **values: str) -> dict[str, Any]:
        """Somebody sends the dialog: the answer."""
        answer = self.hears(self.submission(view, user, **values))
        assert answer.status_code == 200
        return answer.json() if answer.content else {}

    def submission(self, view: dict[str, Any], user: str = "U0000ADA", **values: str) -> dict[str, Any]:
        """The dialog with other values in some fields ("keywords:0" is keywords_0): view_submission."""
        self.number += 1
        state = {
            block["block_id"]: {"value": {"type": "plain_text_input", "value": block["element"].get("initial_value")}}
            for block in view["blocks"]
        }
        for name, value in values.items():
            state[name.replace("_", ":")]["value"]["value"] = value or None
        return {
            "type": "view_submission",
            "team": {"id": "T1", "domain": "lab"},
            "user": {"id": user, "name": "ada", "team_id": "T1"},
            "api_app_id": "A1",
            "token": "legacy",
            "trigger_id": f"trigger-{self.number}",
            "view": {**view, "id": f"V{self.number}", "hash": f"h{self.number}", "state": {"values": state}},
            "response_urls": [],
        }

    # ------------------------------------------------------------ how it comes in

    def hears(self, payload: dict[str, Any], *, works: bool = True, **headers: str) -> Any:
        """Send a payload by HTTP, signed; the work is done after the answer, unless it shall wait."""
        if payload["type"] == "event_callback":
            content, kind = json.dumps(payload), "application/json"
        elif payload["type"] == "command":
            fields = {name: value for name, value in payload.items() if name != "type"}
            content, kind = urlencode(fields), "application/x-www-form-urlencoded"
        else:
            content, kind = urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        headers = {**self.signed(content), "Content-Type": kind, **headers}
        answer = self.http.post(http.PATH, content=content, headers=headers)
        if works:
            self.works()
        return answer

    def works(self) -> None:
        """Do what the listeners left to be done."""
        while self.work:
            self.work.pop(0)()

    def signed(self, content: str | bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
        """The headers by which Slack signs a request."""
        return signature(content, at or self.now, secret)

    # ------------------------------------------------------------ what came of it

    def votes(self, profile: str = "lab") -> dict[tuple[str, str], str]:
        """By person and title."""
        found = self.store.votes([profile]).get(profile, ())
        papers = self.store.papers([vote.paper for vote in found])
        return {(vote.person.removeprefix("slack:"), papers[vote.paper].title): vote.opinion for vote in found}

    def tally(self, post: dict[str, Any]) -> list[str]:
        """What stands below the buttons of a post."""
        lines = [block for block in post["blocks"] if block.get("block_id", "").startswith("tally:")]
        return [element["text"] for block in lines for element in block["elements"]]


@contextmanager
def an_office(
    folder: Path,
    *profiles: Profile,
    titles: tuple[str, ...] = TITLES,
    store_url: str = "sqlite://",
    texts: Mapping[str, str] | None = None,
    **fields: Any,
) -> Iterator[Office]:
    """The edition of the profile "lab" was posted to its channel; *fields* are those of [slack].

    With *texts* the profiles are those of files, by name.
    """
    lab = a_profile("lab", deliver=(Target("slack", CHANNEL),))
    with SlackServer() as slack, Store.open(store_url, now=NOW) as store:
        known = profiles_in(folder, texts, store) if texts else None
        settings = Settings(folder, folder, "", profiles=profiles or (lab,), slack=slack.app_settings(**fields))
        settings = replace(settings, profiles=known.settings.profiles) if known else settings
        ingest(store, [a_paper(title) for title in titles])
        edition = an_edition(*titles, targets=(f"slack:{CHANNEL}",))
        edition = replace(edition, digest=replace(edition.digest, profile="lab"))
        store.queue([edition], NOW)
        office: list[Office] = []
        channel = SlackChannel(slack.settings())
        bot = Bot(
            settings, store, Renderer(buttons=TOKENS), {"slack": channel}, lambda: office[0].now if office else NOW,
            random.Random(1), profiles=known,
        )  # fmt: skip
        if titles:
            assert pipeline.deliver(bot)[0]["sent"] == 1
        desk = Desk(bot, TOKENS, Web(settings.slack, lambda seconds: office[0].waited.append(seconds)))
        app = application(desk, lambda work: office[0].work.append(work), lambda: office[0].now.timestamp())
        site = Starlette(routes=[http.route(app, SECRET, bot.clock)])
        with TestClient(site) as client:
            office.append(Office(slack, store, bot, desk, client))
            yield office[0]


def signature(content: str | bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
    """The headers by which Slack signs *content*."""
    stamp, body = str(int(at.timestamp())), content.encode() if isinstance(content, str) else content
    made = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


def profiles_in(folder: Path, texts: Mapping[str, str], store: Store) -> Profiles:
    """A config folder with these profiles."""
    (folder / "profiles").mkdir()
    (folder / "drop").mkdir()
    slack = '[slack]\ntoken = "env:TOKEN"\n'
    (folder / "digest.toml").write_text(f'[[sources]]\nkind = "folder"\npath = "drop"\n{slack}')
    for name, text in texts.items():
        (folder / "profiles" / f"{name}.toml").write_text(text)
    return Profiles(Home(folder, {"TOKEN": "xoxb-1"}, cwd=folder, data_dir=folder / "data"), store)


def texts_of(value: Any) -> list[str]:
    """Every text that a reader would see in blocks."""
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    return own + [text for key, inner in value.items() if key != "text" or not own for text in texts_of(inner)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
