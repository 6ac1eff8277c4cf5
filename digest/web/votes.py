"""Votes: the link shows a button, the button counts once, and can be taken back."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from digest.render.view import paper_view
from digest.store import Opinion
from digest.web import words
from digest.web.site import Ask, Site


def vote(site: Site, ask: Ask) -> Response:
    """`/v/TOKEN`: ask whether the vote is meant, or take it."""
    token = ask.path["token"]
    read = site.read("vote", token)
    if read is None or read[3] not in words.VOTE_TITLES:
        return site.gone()
    profile, _, paper_id, opinion = read
    paper = site.store.papers([paper_id]).get(paper_id)
    if paper is None:
        return site.gone()
    if ask.acts:
        if not site.acts.take(token, site.steady()):
            return site.too_often()
        if ask.form.get("action") == "undo":
            site.store.unvote(profile, paper_id)
            voted, done = False, words.UNDONE
        elif not site.store.vote(profile, paper_id, cast(Opinion, opinion), site.clock()):
            return site.gone()
        else:
            voted, done = True, words.VOTED[opinion]
    else:
        said = {one.paper: one.opinion for one in site.store.votes([profile]).get(profile, ())}.get(paper_id)
        voted = said == opinion
        done = words.VOTED[opinion] if voted else ""
    return site.page(
        "vote",
        words.VOTE_TITLES[opinion],
        paper=paper_view(paper),
        opinion=opinion,
        voted=voted,
        done=done,
    )
