"""Unsubscribing, pausing, coming back: a page by GET, the effect by POST (RFC 8058)."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import PlainTextResponse, Response

from digest.web import words
from digest.web.site import Ask, Site

LONGEST_REST = timedelta(days=366)


def leave(site: Site, ask: Ask) -> Response:
    """`/u/TOKEN`: what the link would do, or the doing of it."""
    token = ask.path["token"]
    read = site.read("unsubscribe", token)
    if read is None:
        return site.gone()
    profile, target = read
    if not ask.acts:
        return _form(site, profile, target)
    if not site.acts.take(token, site.steady()):
        return site.too_often()
    if ask.form.get("List-Unsubscribe") == "One-Click":
        site.store.unsubscribe(profile, target, site.clock())
        return PlainTextResponse("Unsubscribed.\n")
    return _acted(site, ask, profile, target)


def _acted(site: Site, ask: Ask, profile: str, target: str) -> Response:
    match ask.form.get("action"):
        case "unsubscribe":
            site.store.unsubscribe(profile, target, site.clock())
            return _form(site, profile, target, words.left(target.partition(":")[2], site.title(profile)))
        case "return":
            site.store.resubscribe(profile, target)
            site.store.wake(profile)
            return _form(site, profile, target, words.returned(target.partition(":")[2], site.title(profile)))
        case "pause":
            until = _day(ask.form.get("until", ""))
            known = site.profile(profile)
            today = site.today(known) if known else site.clock().date()
            if until is None or not today < until <= today + LONGEST_REST:
                return _form(site, profile, target, fault=words.BAD_DAY)
            site.store.rest_until(profile, until, site.clock())
            return _form(site, profile, target)
    return site.gone()


def _form(site: Site, profile: str, target: str, done: str = "", fault: str = "") -> Response:
    known = site.profile(profile)
    today = site.today(known) if known else site.clock().date()
    rest = site.store.rests().get(profile)
    gone = target in site.store.unsubscribed().get(profile, ())
    resting = words.resting(site.title(profile), rest.until) if rest and rest.until > today else ""
    title = words.leave_title(site.title(profile)) if not gone and not done else site.title(profile)
    return site.page(
        "leave",
        title,
        400 if fault else 200,
        gone=gone,
        done=done or (words.left(target.partition(":")[2], site.title(profile)) if gone else ""),
        resting=resting,
        what=words.leaves(target.partition(":")[2], site.title(profile)),
        first=(today + timedelta(days=1)).isoformat(),
        last=(today + LONGEST_REST).isoformat(),
        until=(today + timedelta(days=14)).isoformat(),
        fault=fault,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
