"""One edition as a page, the archive of a profile, and its feeds."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from starlette.responses import Response

from digest.channels import feeds
from digest.model import Profile
from digest.render import wording
from digest.render.latex import readable
from digest.render.view import view
from digest.web import words
from digest.web.site import Ask, Site

KEPT = 400
"""Days that the archive looks back: as long as a link to it is good."""
IN_FEED = 30


def edition(site: Site, ask: Ask) -> Response:
    """`/e/TOKEN`: one edition, for whoever was given the link; it leads nowhere else."""
    read = site.read("edition", ask.path["token"])
    return site.gone() if read is None else _shown(site, read[0], read[1], own="")


def own_edition(site: Site, ask: Ask) -> Response:
    """`/p/TOKEN/DATE`: an edition within the archive of its reader."""
    read = site.read("profile", ask.path["token"])
    return site.gone() if read is None else _shown(site, read[0], ask.path["day"], own=f"/p/{ask.path['token']}")


def archive(site: Site, ask: Ask) -> Response:
    """`/p/TOKEN`: the editions of a profile by date."""
    read = site.read("profile", ask.path["token"])
    profile = site.profile(read[0]) if read else None
    if profile is None or site.links is None:
        return site.gone()
    shown = [
        (day.isoformat(), words.long_date(day), count, readable(best) if count else wording.heading(0, 0))
        for day, count, best in site.store.listed(profile.name, _days(site, profile))
    ]
    feed = site.links.tokens.sign("feed", profile.name, at=_fixed())
    return site.page(
        "archive",
        site.title(profile.name),
        own=f"/p/{ask.path['token']}",
        editions=shown,
        feeds=[(f"/f/{feed}/atom", "Atom"), (f"/f/{feed}/json", "JSON Feed")],
    )


def feed(site: Site, ask: Ask) -> Response:
    """`/f/TOKEN/atom` and `/f/TOKEN/json`: the newest editions; an unchanged feed is not sent again."""
    read = site.read("feed", ask.path["token"])
    profile = site.profile(read[0]) if read else None
    if profile is None or site.links is None:
        return site.gone()
    found = site.store.archive(profile.name, _days(site, profile))[:IN_FEED]
    entries = []
    for day, digest in found:
        page = view(digest, profile, site=site.settings.public_url)
        body = feeds.fit_for_xml(site.templates.render("web/entry.html", {"view": page}))
        url = site.links.edition(profile.name, day)
        entries.append(feeds.Entry(_id(profile, str(day)), str(day), feeds.fit_for_xml(page.subject), body, url))
    address = site.links.url("feed", profile.name, at=_fixed())
    title = f"{words.PRODUCT}: {site.title(profile.name)}"
    if ask.path["form"] == "atom":
        days, written = [one.day for one in entries], [feeds.atom_entry(one).encode() for one in entries]
        made, kind = feeds.atom(written, days, _id(profile, ""), title, f"{address}/atom"), "application/atom+xml"
    else:
        made = feeds.json_feed([feeds.json_item(one).encode() for one in entries], title)
        kind = "application/feed+json"
    tag = f'"{hashlib.sha256(made).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=900"}
    if tag in ask.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(made, media_type=kind, headers=headers)


def _shown(site: Site, name: str, day_text: str, own: str) -> Response:
    profile = site.profile(name)
    try:
        day = date.fromisoformat(day_text)
    except ValueError:
        return site.gone()
    digest = site.store.digest(name, day) if profile else None
    if profile is None or digest is None or not digest.is_sent:
        return site.gone()
    earlier = later = ""
    if own:
        days = [found for found, *_ in site.store.listed(name, [day + timedelta(days=n) for n in range(-14, 15)])]
        earlier = max((found.isoformat() for found in days if found < day), default="")
        later = min((found.isoformat() for found in days if found > day), default="")
    page = view(digest, profile, site=site.settings.public_url)
    ids = [pick.change.paper.id for pick in (*digest.picks, *digest.also)]
    return site.page("edition", page.subject, view=page, ids=ids, own=own, earlier=earlier, later=later)


def _id(profile: Profile, day: str) -> str:
    return feeds.urn(f"profile/{profile.name}", day)


def _days(site: Site, profile: Profile) -> list[date]:
    """The days whose editions may be there: older ones are forgotten."""
    today = site.today(profile)
    return [today - timedelta(days=n) for n in range(-1, min(KEPT, site.settings.keep.editions + 2))]


def _fixed() -> datetime:
    """The instant of every token to a feed: its address stays the same, and never ends."""
    return datetime.fromisoformat("2026-01-01T00:00:00+00:00")
