"""What a reader does not want to see for a month: listed by GET, muted and taken back by POST."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from starlette.responses import Response

from digest.model import Paper
from digest.store import MuteKind
from digest.text import clean
from digest.web import words
from digest.web.site import Ask, Site

FOR = timedelta(days=30)
MOST = 100
"""Mutes of one profile: a link that went astray cannot fill the store."""
_NAMED = 8


def muted(site: Site, ask: Ask) -> Response:
    """`/p/TOKEN/muted`: what this profile has muted, with the ways to mute more and less."""
    profile, own = site.reader(ask)
    if profile is None:
        return site.gone()
    done = fault = ""
    if ask.acts:
        if not site.acts.take(ask.path["token"], site.steady()):
            return site.too_often()
        done, fault = _acted(site, ask, profile.name)
    found = site.store.mutes([profile.name], site.clock()).get(profile.name, ())
    return site.page(
        "muted",
        words.MUTED,
        400 if fault else 200,
        own=own,
        done=done,
        fault=fault,
        muted=[(one.kind, one.what, words.short_date(site.local(one.until, profile))) for one in found],
        always=profile.mute,
        typed=clean(ask.form.get("what", ""))[:200] if fault else "",
    )


def _acted(site: Site, ask: Ask, profile: str) -> tuple[str, str]:
    """What was done, or why nothing was."""
    kind, _, what = ask.form.get("both", f"{ask.form.get('kind', '')}:{ask.form.get('what', '')}").partition(":")
    what, now = clean(what), site.clock()
    if kind not in words.MUTE_KINDS or not any(letter.isalnum() for letter in what):
        return "", words.MUTE_NOTHING
    which = cast(MuteKind, kind)
    if ask.form.get("action") == "unmute":
        return (words.unmuted(what) if site.store.unmute(profile, which, what) else ""), ""
    if len(site.store.mutes([profile], now).get(profile, ())) >= MOST:
        return "", words.MUTE_FULL
    site.store.mute(profile, which, what, now + FOR, now)
    return words.muted(what), ""


def suggestions(paper: Paper, said: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The authors of *paper* and its topics, its own keywords and what was *said* of it, as (kind, name)."""
    authors = [("author", clean(name)) for name in (paper.authors or ())[:_NAMED] if " " in clean(name)]
    topics = [("topic", clean(word)) for word in dict.fromkeys((*said, *(paper.keywords or ())))]
    return (*authors, *topics[:_NAMED])
