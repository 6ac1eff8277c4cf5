"""A digest as its templates see it: every fact decided, every string cleaned and readable, every link safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from digest.model import Digest, LookBack, Paper, Pick, Profile, Reason
from digest.render import wording, wording_notes
from digest.render.addresses import Link, paper_link, place, safe_url
from digest.render.found import paper_links
from digest.render.latex import readable
from digest.render.shown import PaperView, PastView, PickView, Press, SectionView, View, Votes, harmless
from digest.summary import MAX_SUMMARY, summarise
from digest.text import clean, shorten

MAX_TITLE = 200
MAX_WHY = 200
MAX_GLANCE = 80
"""Characters of a title in the list at the top: two lines on a phone."""
GLANCE_FROM = 4
"""From so many papers on, the page begins with their titles, so that one screen of a phone shows them all."""
MIN_PREHEADER = 40


@lru_cache(maxsize=8192)
def paper_view(paper: Paper) -> PaperView:
    """*paper* as it is shown to anybody; computed once however many digests show it."""
    link, found = paper_link(paper)
    names = tuple(clean(name) for name in paper.authors) if paper.authors else None
    authors = wording.authors(names, paper.num_authors)
    day = wording.short_date(paper.published) if paper.published else ""
    source = place(link.url) if found else ""
    organisation = clean(paper.organisation or "")
    counts = wording.counts(paper.upvotes, paper.num_comments)
    return PaperView(
        title=shorten(readable(paper.title), MAX_TITLE) or wording.UNTITLED,
        authors=authors,
        byline=" · ".join(part for part in (authors, organisation, _together(day), source, _together(counts)) if part),
        summary=_summary(paper),
        counts=counts,
        link=link,
        found=found,
        links=paper_links(paper, link),
    )


def _together(words: str) -> str:
    """*words* with spaces that no line is broken at."""
    return words.replace(" ", "\u00a0")


def _summary(paper: Paper) -> str:
    """The short summary that the source gives, else what the abstract says of the contribution."""
    text = (paper.summary or "")[: 5 * MAX_SUMMARY] or summarise(paper.abstract or "", paper.title)
    return shorten(readable(text), MAX_SUMMARY)


def view(
    digest: Digest,
    profile: Profile,
    *,
    site: str = "",
    omitted: int = 0,
    ways: tuple[Link, ...] = (),
    stop: str = "",
    votes: Votes | None = None,
    press: Press | None = None,
    home: str = "",
) -> View:
    """*digest* for the reader of *profile*; *omitted* papers were dropped from its end before.

    *ways* are the links of the footer, *stop* its last line: how to get no more by writing a mail. *votes* makes the
    links of a paper from its id, *press* its buttons. *home* is the address of the reader's own pages.
    """
    page = _headed(digest, profile, _sections(digest, votes, press), omitted)
    page = replace(
        _listing(page, digest),
        omitted=wording.omitted(omitted),
        footer=_footer(profile, page.title, stop, told=bool(ways)),
        ways=ways,
        site=safe_url(site),
    )
    return _personal(page, digest, home, pages=bool(site))


def _headed(digest: Digest, profile: Profile, sections: tuple[SectionView, ...], omitted: int) -> View:
    """The page with its *sections*, and with all that says in a line or two what it is."""
    picks = [pick for section in sections for pick in section.picks]
    name = clean(profile.title or profile.name)
    updates = sum(1 for pick in picks if pick.update)
    return View(
        product=wording.PRODUCT,
        profile=clean(profile.name),
        title=name,
        day=wording.short_date(digest.date),
        iso_date=digest.date.isoformat(),
        subject=harmless(_subject(digest, len(picks), picks[0].paper.title if picks else "")),
        preheader=_preheader(picks, digest),
        heading=wording_notes.LOOK_BACK if _only_looks_back(digest) else wording.heading(len(picks), updates),
        balance=_balance(digest, omitted),
        notes=tuple(clean(note) for note in digest.notes),
        spoken=_spoken(digest, name, picks),
        sections=sections,
    )


def _listing(page: View, digest: Digest) -> View:
    """*page* with its lists of titles, before its sections and after them, and with the labels of all parts."""
    picks = page.picks
    return replace(
        page,
        glance_title=wording.GLANCE,
        glance=tuple(shorten(pick.paper.title, MAX_GLANCE) for pick in picks) if len(picks) >= GLANCE_FROM else (),
        also_title=wording.ALSO,
        also=tuple(_line(pick, number) for number, pick in enumerate(digest.also, len(picks) + 1)),
        why_label=wording.WHY,
        thread_note=wording.IN_THREAD,
        look_back_title=wording_notes.LOOK_BACK,
    )


def _personal(page: View, digest: Digest, home: str, *, pages: bool) -> View:
    """*page* with what is said to this reader on some days: a welcome, a question, a look back."""
    if digest.first:
        page = replace(page, welcome=wording_notes.welcome(page.profile, pages=pages))
    if digest.unanswered and home:
        page = replace(page, unanswered=wording_notes.UNANSWERED, tune=(Link(home, wording_notes.TUNE),))
    if week := digest.look_back:
        page = replace(page, look_back=_look_back(week), voted=wording_notes.voted(week.more, week.less))
    return page


def _only_looks_back(digest: Digest) -> bool:
    return digest.look_back is not None and not digest.picks and not digest.notes


def _subject(digest: Digest, count: int, best: str) -> str:
    week = digest.look_back
    if week and not digest.picks:
        return wording_notes.look_back_subject(len(week.saved), len(week.risen), digest.date)
    return wording.subject(count, best, digest.date)


def _look_back(week: LookBack) -> tuple[PastView, ...]:
    saved = tuple((paper_view(paper), "") for paper in week.saved)
    gained = tuple(wording_notes.gained(one.paper.upvotes or 0, one.gained) for one in week.risen)
    risen = tuple((paper_view(one.paper), said) for one, said in zip(week.risen, gained, strict=True))
    parts = (PastView(wording_notes.SAVED, saved), PastView(wording_notes.RISEN, risen))
    return tuple(part for part in parts if part.papers)


def _footer(profile: Profile, name: str, stop: str, *, told: bool) -> tuple[str, ...]:
    """Why this comes and when; and how to change or stop it, unless links have *told* it."""
    lines = [wording.because(name), wording.schedule(clean(profile.schedule), clean(profile.timezone))]
    if not told:
        lines += [wording.how_to_stop(clean(profile.name)), *([stop] if stop else [])]
    return tuple(lines)


def _spoken(digest: Digest, name: str, picks: Sequence[PickView]) -> str:
    """The titles; without any the notes, which are the whole message then."""
    notes = () if picks else (clean(note) for note in digest.notes)
    return "\n".join((wording.spoken(name, digest.date, [pick.paper.title for pick in picks]), *notes))


def _balance(digest: Digest, omitted: int) -> str:
    if _only_looks_back(digest):
        return wording_notes.week(digest.date - timedelta(days=6), digest.date)
    shown, also = len(digest.picks), len(digest.also)
    return wording.balance(shown, also, max(digest.considered, shown + also + omitted), digest.left_out)


def _sections(digest: Digest, votes: Votes | None, press: Press | None) -> tuple[SectionView, ...]:
    """The sections with their picks numbered through; one without a name gets none where it stands alone."""
    number = 1
    made = []
    for section in digest.sections:
        made.append(
            SectionView(
                name=clean(section.name) or (wording.OTHERS if len(digest.sections) > 1 else ""),
                picks=tuple(_pick(pick, number + place, votes, press) for place, pick in enumerate(section.picks)),
            )
        )
        number += len(section.picks)
    return tuple(made)


def _pick(pick: Pick, number: int, votes: Votes | None, press: Press | None) -> PickView:
    reasons = tuple(Reason(reason.kind, tuple(map(readable, reason.names))) for reason in pick.reasons)
    paper = paper_view(pick.change.paper)
    why = shorten(wording.why(reasons, paper.title), MAX_WHY)
    id_ = pick.change.paper.id
    buttons = press(id_, paper.title) if press else None
    fits = wording.fits(tuple(map(clean, pick.fits)))
    return PickView(number, paper, why, wording.update(pick.change), votes(id_) if votes else (), buttons, fits)


def _line(pick: Pick, number: int) -> PickView:
    """A paper that is only named: no reason is worked out for it."""
    return PickView(number, paper_view(pick.change.paper), "", wording.update(pick.change))


def _preheader(picks: Sequence[PickView], digest: Digest) -> str:
    """About 40 to 110 characters that add to the subject."""
    others = [pick.paper.title for pick in picks[1:4]]
    line = wording.preheader(others, (picks[0].paper.summary or picks[0].why) if picks else "")
    return line if len(line) >= MIN_PREHEADER else f"{line} {_balance(digest, 0)}".strip()
