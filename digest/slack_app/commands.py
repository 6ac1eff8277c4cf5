"""`/papers …`: what somebody asks for by words. Each answer is seen by the one who asked, and by nobody else."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import structlog

from digest import pipeline
from digest.config.editing import Edit, added
from digest.errors import DigestError
from digest.model import Paper
from digest.render import slack, wording
from digest.render.view import paper_view
from digest.slack_app import blocks, calling, cards, subscribing, words
from digest.slack_app.asking import Asked, what
from digest.slack_app.blocks import Block
from digest.slack_app.desk import Desk, person
from digest.store import Wanted, terms
from digest.text import clean

SHOWN = 5
LOOKED_BACK = 15
LONGEST_REST = 366
"""Days, as on the pages."""
_LINK = re.compile(r"<([^<>|]+)(?:\|[^<>]*)?>")
log = structlog.get_logger("digest.slack")


def ask(desk: Desk, body: Mapping[str, Any]) -> None:
    """Answer a command."""
    text = clean(_LINK.sub(r"\1", html.unescape(str(body.get("text", "")))))[:500]
    verb, _, rest = text.partition(" ")
    answer = VERBS.get(verb.lower())
    asked = Asked(body["user_id"], body["channel_id"], rest.strip())
    try:
        made = answer(desk, asked) if answer else _unknown(desk, verb)
    except DigestError as error:
        log.warning("a command could not be done", verb=verb, error=str(error))
        made = [blocks.section(words.FAILED)]
    made = blocks.fitting(made, words.REST_LEFT_OUT)
    calling.answer(body["response_url"], made, _spoken(made), desk.slack.timeout)


def today(desk: Desk, asked: Asked) -> Sequence[Block]:
    """The newest digest of this channel, else of who asks."""
    profile = desk.here(asked.channel) or desk.own(asked.user)
    if profile is None:
        return _no_profile(desk)
    now = desk.clock().date()
    found = desk.store.archive(profile.name, [now - timedelta(days=n) for n in range(-1, LOOKED_BACK)])
    if not found:
        return [blocks.section(words.NOTHING_YET)]
    day, digest = found[0]
    head = words.latest(slack.mrkdwn(clean(profile.title or profile.name)), wording.short_date(day), len(digest.picks))
    made = [blocks.section(f"*{head}*")]
    for number, pick in enumerate(digest.picks, 1):
        why = wording.why(pick.reasons, pick.change.paper.title)
        said = f"{number}. {cards.title(pick.change.paper)}" + (f"\n_{slack.mrkdwn(why)}_" if why else "")
        made.append(blocks.section(said))
    return made


def search(desk: Desk, asked: Asked) -> Sequence[Block]:
    """The best five papers for some words."""
    if not asked.text:
        return what("search")
    wanted = Wanted(terms(asked.text))
    found = desk.store.best(wanted, SHOWN) or desk.store.find(wanted, SHOWN).papers if wanted.terms else ()
    return [block for paper in found for block in cards.card(paper)] or [blocks.section(words.NOTHING_FOUND)]


def why(desk: Desk, asked: Asked) -> Sequence[Block]:
    """How well a paper fits who asks, else this channel, and why."""
    profile = desk.own(asked.user) or desk.here(asked.channel)
    if profile is None:
        return _no_profile(desk)
    paper = named(desk, asked.text)
    if paper is None:
        return [blocks.section(words.NOTHING_FOUND)] if asked.text else what("why")
    pick = desk.weigh(profile, paper)
    name = clean(profile.title or profile.name)
    said = words.fits(pick.score, profile.floor, slack.mrkdwn(name), slack.mrkdwn(clean(pick.interest)))
    parts = [f"{part.value:+.2f}  {part.name}" + (f": {part.detail}" if part.detail else "") for part in pick.parts]
    made = [*cards.card(paper, wording.why(pick.reasons, paper.title)), blocks.section(said)]
    return [*made, *([blocks.context(slack.mrkdwn(" · ".join(parts)))] if parts else [])]


def like(desk: Desk, asked: Asked) -> Sequence[Block]:
    """More like a paper: it stands among the likes of one's own digest; in a channel it is a vote."""
    own = desk.own(asked.user)
    profile = own or desk.here(asked.channel)
    if profile is None:
        return _no_profile(desk)
    paper = named(desk, asked.text)
    if paper is None:
        return [blocks.section(words.NOTHING_FOUND)] if asked.text else what("like")
    if own and own.interests and desk.bot.profiles:
        best = desk.weigh(own, paper).interest
        place = next((n for n, one in enumerate(own.interests) if one.name == best), 0)
        like = f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else clean(paper.title)
        desk.bot.profiles.edit(own.name, [added(("interests", place, "like"), like)], now=desk.clock())
    elif not desk.store.vote(profile.name, paper.id, "more", desk.clock(), person=person(asked.user)):
        return [blocks.section(words.NOTHING_YET)]
    return [blocks.section(words.liked(slack.mrkdwn(paper_view(paper).title)))]


def pause(desk: Desk, asked: Asked) -> Sequence[Block]:
    """Nothing for a while; for one's own digest alone."""
    profile = desk.own(asked.user)
    if profile is None:
        return [blocks.section(words.NOT_YOURS)]
    if asked.text.lower() in {"off", "end", "resume"}:
        return [blocks.section(words.AWAKE if desk.store.wake(profile.name) else words.WAS_AWAKE)]
    today = pipeline.today(profile, desk.clock())
    until = _until(asked.text or "14", today)
    if until is None or not today < until <= today + timedelta(days=LONGEST_REST):
        return [blocks.section(words.BAD_DAY)]
    desk.store.rest_until(profile.name, until, desk.clock())
    said = words.paused(slack.mrkdwn(clean(profile.title or profile.name)), wording.long_date(until))
    return [blocks.section(said)]


def share(desk: Desk, asked: Asked) -> Sequence[Block]:
    """Whether the digest of a team may say that a paper fits one's own profile."""
    profile = desk.own(asked.user)
    if profile is None or desk.bot.profiles is None:
        return [blocks.section(words.NOT_YOURS)]
    if (wanted := asked.text.lower()) not in {"on", "off"}:
        return what("share")
    desk.bot.profiles.edit(profile.name, [Edit(("share",), wanted == "on")], now=desk.clock())
    return [blocks.section(words.SHARED if wanted == "on" else words.NOT_SHARED)]


def tell(desk: Desk, asked: Asked) -> Sequence[Block]:
    """What can be asked."""
    return [blocks.section(words.HELP), *([blocks.section(words.HELP_SUBSCRIBE)] if desk.slack.subscribe else [])]


def named(desk: Desk, text: str) -> Paper | None:
    """The paper that *text* names: an arXiv id, a link, a title, or else the best match of its words."""
    if not text:
        return None
    found = desk.store.find_papers([text]).get(text)
    return found or next(iter(desk.store.best(Wanted(terms(text)), 1)), None)


def _until(text: str, today: date) -> date | None:
    days = re.fullmatch(r"([0-9]{1,3})(?: days?)?", text.lower())
    try:
        return today + timedelta(days=int(days[1])) if days else date.fromisoformat(text.lower().removeprefix("until "))
    except ValueError:
        return None


def _unknown(desk: Desk, verb: str) -> Sequence[Block]:
    made = tell(desk, Asked("", "", ""))
    return [blocks.section(words.unknown(slack.mrkdwn(verb[:60]))), *made] if verb else made


def _no_profile(desk: Desk) -> Sequence[Block]:
    return [blocks.section(words.NO_PROFILE.format(subscribe=words.way_in(desk.slack.subscribe)))]


def _spoken(made: Sequence[Block]) -> str:
    """What a screen reader says of an answer: its first paragraphs."""
    said = [block["text"]["text"] for block in made if block["type"] == "section"]
    return slack.cut("\n".join(said), slack.MAX_TEXT)


VERBS: dict[str, Callable[[Desk, Asked], Sequence[Block]]] = {
    "today": today, "search": search, "why": why, "like": like, "pause": pause, "share": share,
    "subscribe": subscribing.subscribe, "unsubscribe": subscribing.unsubscribe, "help": tell,
}  # fmt: skip
