"""What a template sees: the views of a page, of its sections and of their papers, all frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from digest.render import wording
from digest.render.addresses import Link

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
    spoken: str
    footer: tuple[str, ...] = ()
    glance_title: str = ""
    glance: tuple[str, ...] = ()
    sections: tuple[SectionView, ...] = ()
    also_title: str = ""
    also: tuple[PickView, ...] = ()
    why_label: str = ""
    thread_note: str = ""
    omitted: str = ""
    ways: tuple[Link, ...] = ()
    site: str = ""
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


def harmless(header: str) -> str:
    """*header* without what a mail library could take for an encoded word, which may hide a line break."""
    return header.replace("=?", "= ?")
