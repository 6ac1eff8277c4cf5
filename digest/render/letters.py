"""Pages without papers: notices to whoever runs the bot, and letters to a reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from digest.model import Digest, Letter
from digest.render import wording, wording_notes
from digest.render.addresses import Link
from digest.render.shown import View, harmless
from digest.text import clean, shorten


def notice_view(notice: Digest) -> View:
    """A notice to the operator as a page of the usual look: its first note is the heading."""
    heading, *notes = (clean(note) for note in notice.notes)
    words = (wording_notes.NOTICE, wording_notes.NOTICE_BECAUSE)
    return _alone("operator", wording_notes.OPERATOR, notice.date, heading, tuple(notes), words)


def letter_view(kept: Digest) -> View:
    """A letter to a reader as a page of the usual look: its first line is the lede, its link stands in the footer."""
    letter = Letter.of(tuple(map(clean, kept.notes)))
    lede, *lines = letter.lines
    page = _alone("", wording_notes.LETTER, kept.date, letter.heading, tuple(lines), (lede, letter.why))
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
        subject=harmless(shorten(f"{wording.PRODUCT}: {heading}", 110)),
        preheader=shorten(" ".join(notes), 110),
        heading=heading,
        balance=words[0],
        notes=notes,
        spoken="\n".join((f"{wording.PRODUCT}: {heading}", *notes)),
        footer=(words[1],),
    )
