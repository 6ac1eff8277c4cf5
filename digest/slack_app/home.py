"""The Home tab: one's profile, what one saved, and the way to change it. It works without a profile, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from digest import pipeline
from digest.model import Interest, Profile
from digest.pipeline.tastes import tastes
from digest.ranking.feedback import NO_TASTE, PASSED_OVER
from digest.render import slack, wording
from digest.render.latex import readable
from digest.render.view import paper_view
from digest.slack_app import blocks, cards, words
from digest.slack_app.blocks import Block
from digest.slack_app.desk import Desk, person
from digest.text import clean, shorten

MOST_BLOCKS = 100
SAVED = 20
SHOWN = 20
"""Interests, and of each so many words and likes."""
LEARNED = 5
"""Papers that are told of each kind."""
REST = timedelta(days=14)


def opened(desk: Desk, event: Mapping[str, Any]) -> None:
    """Somebody opened the tab."""
    if event.get("tab", "home") == "home":
        publish(desk, event["user"])


def publish(desk: Desk, user: str, note: str = "") -> None:
    """Show somebody their tab as it is now; *note* stands above it."""
    made = [*([blocks.section(note)] if note else []), *_profile(desk, user), *_saved(desk, user)]
    view = {"type": "home", "blocks": made[:MOST_BLOCKS]}
    desk.web.call("views.publish", lambda: {"user_id": user, "view": view})


def paused(desk: Desk, body: Mapping[str, Any]) -> None:
    """Somebody pressed the button that pauses their digest for two weeks."""
    user = body["user"]["id"]
    profile = desk.own(user)
    if profile is not None:
        desk.store.rest_until(profile.name, pipeline.today(profile, desk.clock()) + REST, desk.clock())
    publish(desk, user)


def woken(desk: Desk, body: Mapping[str, Any]) -> None:
    """Somebody pressed the button that ends a pause."""
    user = body["user"]["id"]
    profile = desk.own(user)
    if profile is not None:
        desk.store.wake(profile.name)
    publish(desk, user)


def forgotten(desk: Desk, body: Mapping[str, Any]) -> None:
    """Somebody took a paper off what they saved."""
    user = body["user"]["id"]
    read = desk.tokens.read("undo", body["actions"][0].get("value", ""), desk.clock())
    if read is not None:
        desk.store.unvote(read[0], read[2], person=person(user))
    publish(desk, user)


def _profile(desk: Desk, user: str) -> Iterator[Block]:
    profile = desk.own(user)
    if profile is None:
        yield blocks.header(wording.PRODUCT)
        yield blocks.section(words.NO_PROFILE.format(subscribe=words.way_in(desk.slack.subscribe)))
        yield blocks.context(words.HOME_HELP)
        return
    yield blocks.header(clean(profile.title or profile.name))
    yield blocks.context(slack.mrkdwn(wording.schedule(profile.schedule, profile.timezone)))
    name = slack.mrkdwn(clean(profile.title or profile.name))
    rest = desk.store.rests().get(profile.name)
    resting = rest is not None and rest.until > pipeline.today(profile, desk.clock())
    if rest is not None and resting:
        yield blocks.section(words.paused(name, wording.long_date(rest.until)))
    other = blocks.button(words.WAKE, "home_wake") if resting else blocks.button(words.REST, "home_pause")
    yield blocks.actions(*([blocks.button(words.EDIT, "home_edit")] if desk.bot.profiles else []), other)
    for interest in profile.interests[:SHOWN]:
        yield blocks.section(_interest(interest))
    if not profile.interests:
        yield blocks.section(words.NO_INTERESTS)
    if learned := _learned(desk, profile):
        yield blocks.section(learned)


def _interest(interest: Interest) -> str:
    lines = [f"*{slack.mrkdwn(clean(interest.name))}*"]
    if interest.about:
        lines.append(slack.mrkdwn(interest.about[:300]))
    named = ((words.KEYWORDS, interest.keywords), (words.LIKES, interest.like), (words.AUTHORS, interest.authors))
    return "\n".join([*lines, *(f"{name}: {_some(items)}" for name, items in named if items)])


def _learned(desk: Desk, profile: Profile) -> str:
    """What the votes in a profile taught, the weightiest first; "" for nothing."""
    taste = tastes(desk.store, [profile.name], desk.clock()).get(profile.name, NO_TASTE)
    against = [voted for voted in taste.dislikes if voted.weight > PASSED_OVER]
    said = ((words.MORE_LIKE, taste.likes), (words.LESS_LIKE, against))
    lines = [f"{name}: {_some([voted.title for voted in papers], LEARNED)}" for name, papers in said if papers]
    return "\n".join([words.LEARNED, *lines]) if lines else ""


def _some(items: Sequence[str], most: int = SHOWN) -> str:
    said = ", ".join(slack.mrkdwn(shorten(readable(item), 100)) for item in items[:most])
    return said + (words.more(len(items) - most) if len(items) > most else "")


def _saved(desk: Desk, user: str) -> Iterator[Block]:
    votes = desk.store.votes_of(person(user), "save", SAVED)
    papers = desk.store.papers([vote.paper for vote in votes])
    yield blocks.section(words.SAVED if votes else words.NOTHING_SAVED)
    for vote in votes:
        if vote.paper in papers:
            paper = papers[vote.paper]
            value = desk.tokens.sign("undo", vote.profile, "", vote.paper, "", at=desk.clock())
            button = blocks.button(words.REMOVE, "home_forget", value, about=paper_view(paper).title)
            yield blocks.section(cards.title(paper), accessory=button)
