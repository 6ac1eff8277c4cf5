"""A digest as its templates see it: every fact decided, every string cleaned and readable, every link safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from digest.model import Digest, Letter, Paper, Pick, Profile, Reason
from digest.render import wording
from digest.render.addresses import Link, paper_link, place, safe_url
from digest.render.found import paper_links
from digest.render.latex import readable
from digest.summary import MAX_SUMMARY, summarise
from digest.text import clean, shorten

MAX_TITLE = 200
MAX_WHY = 200
MAX_GLANCE = 80
"""Characters of a title in the list at the top: two lines on a phone."""
GLANCE_FROM = 4
"""From so many papers on, the page begins with their titles, so that one screen of a phone shows them all."""
MIN_PREHEADER = 40
Votes = Callable[[str], tuple[Link, ...]]
"""Makes the links by which a reader votes on the paper of this id."""
Press = Callable[[str, str], "Buttons | None"]
"""Makes the buttons in Slack for the paper of this id and title."""


@dataclass(frozen=True, slots=True)
class PaperView:
    """What does not depend on the reader. Unknown texts are "". *link* is a search where *found* is false."""

    title: str
    authors: str
    byline: str
    summary: str
    counts: str
    link: Link
    found: bool
    links: tuple[Link, ...]

    def __hash__(self) -> int:
        """By what seldom is the same, since a page asks for it fifty times."""
        return hash((self.title, self.link.url))


@dataclass(frozen=True, slots=True)
class Button:
    """A button in Slack: its *words*, the signed *value* that comes back, and a *label* that names the paper."""

    words: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """What a reader in Slack may say of a paper."""

    more: Button
    less: Button
    save: Button


@dataclass(frozen=True, slots=True)
class PickView:
    """One paper of the digest; *number* counts from 1 through the whole page; *update* is "" for a new one.

    A paper that is only named has no *why*. *votes* lead to where this reader says what they think of it: none
    without pages; *buttons* say it in Slack, and are None where no app hears them. *fits* says whom of a team it
    fits.
    """

    number: int
    paper: PaperView
    why: str
    update: str
    votes: tuple[Link, ...] = ()
    buttons: Buttons | None = None
    fits: str = ""

    @property
    def spoken(self) -> str:
        """All of it in a line, for what reads no layout."""
        return wording.spoken_paper(self.number, self.paper.title, self.update, self.paper.summary, self.why, self.fits)


@dataclass(frozen=True, slots=True)
class SectionView:
    """Picks under the name of an interest, which may be ""."""

    name: str
    picks: tuple[PickView, ...]


@dataclass(frozen=True, slots=True)
class PastView:
    """Papers that were shown before, under one *name*; what is *said* of each may be ""."""

    name: str
    papers: tuple[tuple[PaperView, str], ...]


@dataclass(frozen=True, slots=True)
class View:
    """The whole page.

    *glance* lists the titles of all picks, where there are enough of them for a list; *spoken* says
    the page in a few lines of text, for screen readers and notifications; *ways* lead to the edition's page,
    to the profile and out of it, and *site* to all pages: none and "" without pages. *welcome* is for a first edition;
    *unanswered* asks who never votes, and *tune* leads to the profile then; *look_back* shows papers of the week again,
    and *voted* says how often this reader voted.
    """

    product: str
    profile: str
    title: str
    day: str
    iso_date: str
    subject: str
    preheader: str
    heading: str
    balance: str
    notes: tuple[str, ...]
    glance_title: str
    glance: tuple[str, ...]
    sections: tuple[SectionView, ...]
    also_title: str
    also: tuple[PickView, ...]
    why_label: str
    thread_note: str
    spoken: str
    omitted: str
    footer: tuple[str, ...]
    ways: tuple[Link, ...]
    site: str
    welcome: tuple[str, ...] = ()
    unanswered: str = ""
    tune: tuple[Link, ...] = ()
    look_back_title: str = ""
    look_back: tuple[PastView, ...] = ()
    voted: str = ""

    @property
    def picks(self) -> tuple[PickView, ...]:
        """Every paper shown in full, in order."""
        return tuple(pick for section in self.sections for pick in section.picks)


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
    sections = _sections(digest, votes, press)
    picks = [pick for section in sections for pick in section.picks]
    also = tuple(_line(pick, number) for number, pick in enumerate(digest.also, len(picks) + 1))
    name = clean(profile.title or profile.name)
    best = picks[0].paper.title if picks else ""
    updates = sum(1 for pick in picks if pick.update)
    return View(
        product=wording.PRODUCT,
        profile=clean(profile.name),
        title=name,
        day=wording.short_date(digest.date),
        iso_date=digest.date.isoformat(),
        subject=_harmless(_subject(digest, len(picks), best)),
        preheader=_preheader(picks, digest),
        heading=wording.LOOK_BACK if _only_looks_back(digest) else wording.heading(len(picks), updates),
        balance=_balance(digest, omitted),
        notes=tuple(clean(note) for note in digest.notes),
        glance_title=wording.GLANCE,
        glance=tuple(shorten(pick.paper.title, MAX_GLANCE) for pick in picks) if len(picks) >= GLANCE_FROM else (),
        sections=sections,
        also_title=wording.ALSO,
        also=also,
        why_label=wording.WHY,
        thread_note=wording.IN_THREAD,
        spoken=_spoken(digest, name, picks),
        omitted=wording.omitted(omitted),
        footer=_footer(profile, name, stop, told=bool(ways)),
        ways=ways,
        site=safe_url(site),
        welcome=wording.welcome(clean(profile.name), pages=bool(site)) if digest.first else (),
        unanswered=wording.UNANSWERED if digest.unanswered and home else "",
        tune=(Link(home, wording.TUNE),) if digest.unanswered and home else (),
        look_back_title=wording.LOOK_BACK,
        look_back=_look_back(digest),
        voted=wording.voted(digest.look_back.more, digest.look_back.less) if digest.look_back else "",
    )


def _only_looks_back(digest: Digest) -> bool:
    return digest.look_back is not None and not digest.picks and not digest.notes


def _subject(digest: Digest, count: int, best: str) -> str:
    week = digest.look_back
    if week and not digest.picks:
        return wording.look_back_subject(len(week.saved), len(week.risen), digest.date)
    return wording.subject(count, best, digest.date)


def _look_back(digest: Digest) -> tuple[PastView, ...]:
    week = digest.look_back
    if week is None:
        return ()
    saved = tuple((paper_view(paper), "") for paper in week.saved)
    risen = tuple((paper_view(one.paper), wording.gained(one.paper.upvotes or 0, one.gained)) for one in week.risen)
    return tuple(PastView(name, shown) for name, shown in ((wording.SAVED, saved), (wording.RISEN, risen)) if shown)


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


def notice_view(notice: Digest) -> View:
    """A notice to the operator as a page of the usual look: its first note is the heading."""
    heading, *notes = (clean(note) for note in notice.notes)
    words = (wording.NOTICE, wording.NOTICE_BECAUSE)
    return _alone("operator", wording.OPERATOR, notice.date, heading, tuple(notes), words)


def letter_view(kept: Digest) -> View:
    """A letter to a reader as a page of the usual look: its first line is the lede, its link stands in the footer."""
    letter = Letter.of(tuple(map(clean, kept.notes)))
    lede, *lines = letter.lines
    page = _alone("", wording.LETTER, kept.date, letter.heading, tuple(lines), (lede, letter.why))
    ways = (Link(letter.url, letter.button),) if letter.url else ()
    return replace(page, preheader=shorten(lede, 110), ways=ways)


def _alone(profile: str, title: str, day: date, heading: str, notes: tuple[str, ...], words: tuple[str, str]) -> View:
    """A page without papers; *words* are its lede and its footer."""
    return View(
        product=wording.PRODUCT,
        profile=profile,
        title=title,
        day=wording.short_date(day),
        iso_date=day.isoformat(),
        subject=_harmless(shorten(f"{wording.PRODUCT}: {heading}", 110)),
        preheader=shorten(" ".join(notes), 110),
        heading=heading,
        balance=words[0],
        notes=notes,
        glance_title="",
        glance=(),
        sections=(),
        also_title="",
        also=(),
        why_label="",
        thread_note="",
        spoken="\n".join((f"{wording.PRODUCT}: {heading}", *notes)),
        omitted="",
        footer=(words[1],),
        ways=(),
        site="",
    )


def _balance(digest: Digest, omitted: int) -> str:
    if _only_looks_back(digest):
        return wording.week(digest.date - timedelta(days=6), digest.date)
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


def _harmless(header: str) -> str:
    """*header* without what a mail library could take for an encoded word, which may hide a line break."""
    return header.replace("=?", "= ?")
