"""Votes by button and by reaction: of one person about one paper, the last one counts, and each can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from digest.errors import DigestError
from digest.render import slack
from digest.render.view import paper_view
from digest.slack_app import blocks, words
from digest.slack_app.desk import Desk, person
from digest.slack_app.message import About, abouts, refreshed


def pressed(desk: Desk, body: Mapping[str, Any]) -> None:
    """Somebody pressed a button below a paper."""
    user, channel, message = body["user"]["id"], body["channel"]["id"], body["message"]
    thread = str(message.get("thread_ts", ""))
    read = desk.reads(body["actions"][0].get("value", ""))
    about = About(*read[:3]) if read else None
    try:
        counted = read is not None and about is not None and _vote(desk, about, user, read[3])
    except DigestError:
        desk.whisper(channel, user, [blocks.section(words.FAILED)], words.FAILED, thread)
        raise
    if read is None or about is None or not counted:
        desk.whisper(channel, user, [blocks.section(words.OLD)], words.OLD, thread)
        return
    undo = desk.tokens.sign("undo", *read[:3], message["ts"], at=desk.clock())
    _confirm(desk, channel, user, about, read[3], thread, undo)
    _refresh(desk, channel, message)


def undone(desk: Desk, body: Mapping[str, Any]) -> None:
    """Somebody took a vote back by the button that came with its confirmation."""
    user, channel = body["user"]["id"], body["channel"]["id"]
    read = desk.tokens.read("undo", body["actions"][0].get("value", ""), desk.clock())
    if read is None:
        desk.whisper(channel, user, [blocks.section(words.OLD)], words.OLD)
        return
    profile, _, paper, ts = read
    desk.store.unvote(profile, paper, person=person(user))
    message = desk.message(channel, ts)
    desk.whisper(channel, user, [blocks.section(words.UNDONE)], words.UNDONE, str(message.get("thread_ts", "")))
    _refresh(desk, channel, message)


def reacted(desk: Desk, event: Mapping[str, Any]) -> None:
    """Somebody put a reaction on a message: a vote where it says one and the message is about one paper."""
    opinion = _opinions(desk).get(_plain(event["reaction"]))
    message, about = _subject(desk, event) if opinion else ({}, None)
    if opinion is None or about is None or not _vote(desk, about, event["user"], opinion):
        return
    channel = event["item"]["channel"]
    _confirm(desk, channel, event["user"], about, opinion, str(message.get("thread_ts", "")))
    _refresh(desk, channel, message)


def unreacted(desk: Desk, event: Mapping[str, Any]) -> None:
    """Somebody took a reaction away: what it said is forgotten, unless they said something else since.

    A reaction of theirs that is still there says again what it says.
    """
    opinions = _opinions(desk)
    opinion = opinions.get(_plain(event["reaction"]))
    message, about = _subject(desk, event) if opinion else ({}, None)
    if about is None:
        return
    user = event["user"]
    if desk.store.opinions(about.profile, [about.paper]).get(about.paper, {}).get(person(user)) != opinion:
        return
    left = [
        opinions[name]
        for one in message.get("reactions") or ()
        if user in one.get("users", ()) and (name := _plain(one.get("name", ""))) in opinions
    ]
    if left:
        _vote(desk, about, user, left[-1])
    else:
        desk.store.unvote(about.profile, about.paper, person=person(user))
    _refresh(desk, event["item"]["channel"], message)


def _vote(desk: Desk, about: About, user: str, opinion: str) -> bool:
    return opinion in words.VOTES and desk.store.vote(
        about.profile, about.paper, opinion, desk.clock(), person=person(user)
    )


def _confirm(desk: Desk, channel: str, user: str, about: About, opinion: str, thread: str, undo: str = "") -> None:
    """Tell the voter alone what was understood, and how to take it back."""
    paper = desk.store.papers([about.paper]).get(about.paper)
    title = paper_view(paper).title if paper else ""
    said = words.voted(opinion, slack.mrkdwn(title))
    button = blocks.button(words.UNDO, "undo", undo, about=title) if undo else None
    made = [blocks.section(said, accessory=button), *([] if undo else [blocks.context(words.REACTED)])]
    desk.whisper(channel, user, made, said, thread)


def _refresh(desk: Desk, channel: str, message: Mapping[str, Any]) -> None:
    """Show in *message* how the votes stand now."""
    found = abouts(message.get("blocks") or (), desk.reads)
    if not found:
        return

    def body() -> Mapping[str, Any]:
        tallies = {}
        for profile in {about.profile for about in found}:
            papers = [about.paper for about in found if about.profile == profile]
            for paper, said in desk.store.opinions(profile, papers).items():
                tallies[paper] = words.tally(Counter(said.values()))
        made = refreshed(message["blocks"], desk.reads, tallies)
        return {"channel": channel, "ts": message["ts"], "text": message.get("text", ""), "blocks": made}

    with desk.turns.of(f"{channel}/{message['ts']}") as mine:
        if mine:
            desk.web.call("chat.update", body)


def _subject(desk: Desk, event: Mapping[str, Any]) -> tuple[Mapping[str, Any], About | None]:
    """The message that was reacted to, and the paper that it is about; None when it is about none or several."""
    item = event["item"]
    if item.get("type") != "message":
        return {}, None
    message = desk.message(item["channel"], item["ts"])
    found = abouts(message.get("blocks") or (), desk.reads)
    return message, found[0] if len(found) == 1 else None


def _opinions(desk: Desk) -> dict[str, str]:
    return dict(desk.slack.reactions)


def _plain(name: str) -> str:
    """The name of an emoji without its skin tone."""
    return name.partition("::")[0]
