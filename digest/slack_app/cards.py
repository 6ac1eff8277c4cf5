"""A paper as a few blocks, and the cards that answer links to papers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from digest.model import Paper
from digest.render import slack
from digest.render.view import paper_view
from digest.slack_app import blocks
from digest.slack_app.blocks import Block
from digest.slack_app.desk import Desk

DOMAINS = ("arxiv.org", "huggingface.co")
"""Whose links are answered; the manifest names the same."""
_ID = r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?"
_PLACES = {"arxiv.org": re.compile(rf"/(?:abs|pdf|html)/{_ID}"), "huggingface.co": re.compile(rf"/papers/{_ID}")}


def title(paper: Paper) -> str:
    """The linked title of *paper*."""
    shown = paper_view(paper)
    return slack.link(shown.link.url, shown.title) if shown.found else slack.mrkdwn(shown.title)


def card(paper: Paper, why: str = "") -> list[Block]:
    """*paper* in short: title, authors and counts, summary, links; *why* is said below."""
    shown = paper_view(paper)
    lines = [f"*{title(paper)}*", slack.mrkdwn(shown.byline), slack.mrkdwn(shown.summary)]
    said = "\n".join(line for line in lines if line)
    links = "   ".join(slack.link(link.url, link.words) for link in shown.links)
    return [blocks.section(said + (f"\n_{slack.mrkdwn(why)}_" if why else "")), blocks.context(links)]


def shared(desk: Desk, event: Mapping[str, Any]) -> None:
    """Somebody shared links: those to papers that are known get their card, where that is switched on."""
    if not desk.slack.unfurl:
        return
    ids = {link["url"]: id_ for link in event["links"] if (id_ := arxiv_id(link["url"]))}
    found = desk.store.find_papers(ids.values())
    cards = {url: {"blocks": card(found[id_])} for url, id_ in ids.items() if id_ in found}
    if not cards:
        return
    place = {"channel": event["channel"], "ts": event["message_ts"]}
    if event.get("unfurl_id"):
        place = {"unfurl_id": event["unfurl_id"], "source": event["source"]}
    desk.web.call("chat.unfurl", lambda: {**place, "unfurls": cards})


def arxiv_id(url: str) -> str:
    """The arXiv id that *url* leads to, without its version; "" for any other link."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("export.")
    except ValueError:
        return ""
    match = _PLACES[host].fullmatch(parts.path) if host in _PLACES else None
    return match["id"] if match else ""
