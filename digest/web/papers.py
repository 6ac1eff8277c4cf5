"""One page per paper, and the search over all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response

from digest import export
from digest.matching.rarity import place
from digest.model import Paper, Pick, Seen
from digest.render import wording
from digest.render.latex import readable
from digest.render.shown import PaperView
from digest.render.view import paper_view
from digest.store import Offer, Term, Wanted, terms
from digest.text import clean
from digest.web import charts, muting, words
from digest.web.site import Ask, Site

PER_PAGE = 20
RELATED = 5
MOST_OFFERS = 100
_ASKED = ("q", "order", "interest", "source", "day", "since", "until", "mine", "after")
_TYPES = {"bibtex": "application/x-bibtex", "ris": "application/x-research-info-systems", "csl": "application/json"}


def paper(site: Site, ask: Ask) -> Response:
    """`/papers/ID`, and `/p/TOKEN/papers/ID` for the reader of a profile, who sees why it was offered."""
    reader, own = site.reader(ask)
    if reader is None and own:
        return site.gone()
    return shown(site, ask.path["id"], own, lambda offer: reader is not None and offer.profile == reader.name)


def shown(site: Site, paper_id: str, own: str, wanted: Callable[[Offer], bool], *, named: bool = False) -> Response:
    """The page of a paper, with why it was offered where an offer is *wanted*, and to whom where they are *named*.

    *own* is what the addresses of a reader begin with; who has one may mute what the paper is about.
    """
    found = site.store.papers([paper_id]).get(paper_id)
    if found is None:
        return site.gone()
    seen, _, offers = site.store.paper_history(found.id)
    picked = [(offer, _pick(site, offer, found.id)) for offer in offers if wanted(offer)][:MOST_OFFERS]
    view = paper_view(found)
    return site.page(
        "paper",
        view.title,
        own=own,
        paper=view,
        abstract=readable(found.abstract or ""),
        meta=_citation(found),
        coins=_coins(found),
        id=found.id,
        counts=_counts(seen),
        offers=[(_offered(site, offer, named=named), _why(pick)) for offer, pick in picked],
        offers_title=words.OFFERS if named else words.WHY,
        mutes=muting.suggestions(found, _named([pick for _, pick in picked])) if own else (),
        related=[(other.id, paper_view(other)) for other in _related(site, found)],
        cite=[(form, {"bibtex": "BibTeX", "ris": "RIS", "csl": "CSL-JSON"}[form]) for form in export.FORMATS],
    )


def _offered(site: Site, offer: Offer, *, named: bool) -> str:
    day = words.long_date(offer.day)
    return f"{site.title(offer.profile)}, {day}" if named else day


def cite(site: Site, ask: Ask) -> Response:
    """`/papers/ID/cite/FORM`: a paper for a reference manager."""
    found = site.store.papers([ask.path["id"]]).get(ask.path["id"])
    form = ask.path["form"]
    if found is None or form not in export.FORMATS:
        return site.gone()
    return PlainTextResponse(export.FORMATS[form]([found]), media_type=f"{_TYPES[form]}; charset=utf-8")


def search(site: Site, ask: Ask) -> Response:
    """`/` and `/p/TOKEN/search`: what fits all that was asked, twenty at a time."""
    reader, own = site.reader(ask)
    if reader is None and own:
        return site.gone()
    query = {name: clean(ask.query[name])[:300] for name in _ASKED if ask.query.get(name)}
    interest = next((one for one in reader.interests if one.name == query.get("interest")), None) if reader else None
    said = [*interest.keywords, *(f'author:"{name}"' for name in interest.authors)] if interest else []
    day = _day(query.get("day"))
    wanted = Wanted(
        terms=terms(query.get("q", "")),
        one_of=tuple(term for text in said for term in (terms(text) if ":" in text else (Term(text, len(text) > 3),))),
        first=day,
        last=day,
        source=query.get("source"),
        since=_day(query.get("since")),
        until=_day(query.get("until")),
        offered_to=reader.name if reader and query.get("mine") else None,
    )
    best = query.get("order") == "best" and wanted.asks_for_words
    after = int(query["after"]) if re.fullmatch(r"\d{1,15}", query.get("after", "")) else None
    page = site.store.find(wanted, PER_PAGE, after=after) if not best else None
    papers = page.papers if page else site.store.best(wanted, PER_PAGE)
    older = {**query, "after": str(page.next)} if page and page.next is not None else None
    return site.page(
        "search",
        words.SEARCH_TITLE,
        own=own,
        query={name: query.get(name, "") for name in _ASKED},
        best=best,
        filtered=any(name not in {"q", "after"} for name in query),
        papers=[(found.id, _listed(found)) for found in papers],
        sources=site.store.source_names(),
        interests=[one.name for one in reader.interests if one.keywords or one.authors] if reader else [],
        older=urlencode(older) if older else "",
    )


def _listed(paper: Paper) -> PaperView:
    """*paper* with the beginning of its abstract: choosing its best sentences takes as long as the search."""
    return paper_view(replace(paper, summary=paper.summary or paper.abstract))


def _counts(seen: tuple[Seen, ...]) -> dict[str, object] | None:
    """The upvotes by day as a picture and as rows; None where fewer than two days show any."""
    newest: dict[date, Seen] = {one.as_of: one for one in seen if one.as_of is not None and one.upvotes is not None}
    days = sorted(newest)
    if len(days) < 2:
        return None
    votes = [newest[day].upvotes or 0 for day in days]
    said = f"{votes[0]:,} on {words.short_date(days[0])}, {votes[-1]:,} on {words.short_date(days[-1])}"
    rows = [(words.short_date(day), newest[day].upvotes, newest[day].num_comments) for day in days]
    return {"picture": charts.line(votes, words.COUNTS, said), "said": said, "rows": rows}


def _pick(site: Site, offer: Offer, paper_id: str) -> Pick | None:
    """How the edition showed it; None for a paper that was only named, or an edition that is forgotten."""
    digest = site.store.digest(offer.profile, offer.day)
    return next((one for one in (digest.picks if digest else ()) if one.change.paper.id == paper_id), None)


def _why(pick: Pick | None) -> str:
    return wording.why(pick.reasons, pick.change.paper.title) if pick else ""


def _named(picks: Sequence[Pick | None]) -> tuple[str, ...]:
    """The words that *picks* are there for."""
    reasons = [reason for pick in picks if pick for reason in pick.reasons if reason.kind in {"words", "keywords"}]
    return tuple(name for reason in reasons for name in reason.names)


def _related(site: Site, paper: Paper) -> list[Paper]:
    """Papers that share the rarest words of its title, those that share most of them first."""
    spoken = {word for word in re.findall(r"[^\W\d_]{4,}", readable(paper.title).lower())}
    rarest = sorted(spoken, key=place, reverse=True)[:5]
    found = site.store.best(Wanted(one_of=tuple(Term(word, begins=True) for word in rarest)), RELATED + 1)
    return [one for one in found if one.id != paper.id][:RELATED]


def _citation(paper: Paper) -> list[tuple[str, str]]:
    """What reference managers read in the head of a page (the tags of Google Scholar)."""
    shown = paper_view(paper)
    found = [("citation_title", readable(paper.title))]
    found += [("citation_author", clean(name)) for name in (paper.authors or ())[:50]]
    if paper.published:
        found.append(("citation_publication_date", paper.published.strftime("%Y/%m/%d")))
    if paper.arxiv_id:
        found.append(("citation_arxiv_id", clean(paper.arxiv_id)))
    if shown.found:
        found.append(("citation_abstract_html_url", shown.link.url))
    return found


def _coins(paper: Paper) -> str:
    """The paper as an OpenURL in a span's title, which Zotero reads in any page (COinS, https://www.ocoins.info)."""
    said = [("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"), ("rft.genre", "preprint")]
    said.append(("rft.atitle", readable(paper.title)))
    said += [("rft.au", clean(name)) for name in (paper.authors or ())[:50]]
    if paper.published:
        said.append(("rft.date", paper.published.isoformat()))
    if paper.arxiv_id:
        said.append(("rft_id", f"info:arxiv/{clean(paper.arxiv_id)}"))
    return urlencode(said, errors="replace")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
