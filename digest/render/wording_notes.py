"""The English words of all that is no paper: notes, the welcome, the week in review, notices and letters."""

from __future__ import annotations

from datetime import date

from digest.render.wording import VOTES, long_date, short_date
from digest.text import plural

WELCOME = "Welcome. This is your first digest: each paper says why it is here."
WELCOME_VOTES = (
    "Where a paper offers “More like this”, “Not for me” or “Save it”, press one:"
    " the next digest takes it into account."
)
WELCOME_PAGES = (
    "Under “Past digests” at the end you can ask for a link that changes your interests, how much comes and when;"
    " there you can pause or leave, too."
)
UNANSWERED = (
    "For three weeks you have pressed nothing under what you were shown. Is it too much, or too little of the right"
    " kind? Ask for a link that tightens or loosens your profile:"
)
TUNE = "Past digests and your profile"
LOOK_BACK = "Your week in review"
SAVED = "What you saved"
RISEN = "What took off since you were shown it"
NOTE_WISHED = "You get this note because your profile asks for one on a day without papers (quiet = “note”)."
NOTE_FAILING = "You get this note so that you need not wonder: today’s silence may come from the failure above."
LETTER = "about your profile"
OPERATOR = "for whoever runs it"
NOTICE = "The bot found something that a person should know. `digest status` shows where things stand now."
NOTICE_BECAUSE = (
    "You get this because [operator] in digest.toml names you. Each cause is told once, and once when over."
)


def late(day: date) -> str:
    """Tells the reader of a catch-up edition for which day it was due."""
    return f"This digest was due on {long_date(day)} and comes late. It holds what has come in since the one before."


def returns(day: date) -> str:
    """Tells a reader who had paused since which day of theirs everything is in this one edition."""
    return f"Welcome back. You paused this digest on {long_date(day)}; this is the best of what has come in since."


def source_failing(name: str, since: date) -> str:
    """Tells a reader that a source is missing, and since which day of theirs."""
    return f"The source “{name}” could not be read since {short_date(since)}; what it shows will follow."


def last_news(day: date) -> str:
    """Tells a reader since when nothing new has come in."""
    return f"The last new papers came in on {long_date(day)}."


def note_row(row: int) -> str:
    """Why a reader gets a note though the profile is silent on quiet days, and what to do about it."""
    return (
        f"This is the {_ordinal(row)} digest in a row without papers for you, so here is a sign of life."
        " A lower floor or more keywords in your profile would let more in."
    )


def _ordinal(number: int) -> str:
    word = ("", "first", "second", "third")[number] if number < 4 else ""
    return word or f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def welcome(profile: str, *, pages: bool) -> tuple[str, ...]:
    """What a reader is told first: what this is, and how to tune it."""
    if pages:
        return (WELCOME, WELCOME_VOTES, WELCOME_PAGES)
    return (
        WELCOME,
        f"To tune it, edit the profile “{profile}” in the bot’s settings, or ask whoever runs it for you: keywords,"
        " papers that you like, how many come and when.",
    )


def look_back_subject(saved: int, risen: int, day: date) -> str:
    """The subject of an edition that only looks back; the date keeps one week's apart from another's."""
    parts = [f"{saved} saved" if saved else "", f"{risen} took off" if risen else ""]
    return f"Your week to {short_date(day)}: {', '.join(part for part in parts if part)}"


def week(first: date, last: date) -> str:
    """Say which days are looked back upon."""
    return f"From {long_date(first)} to {long_date(last)}."


def gained(upvotes: int, more: int) -> str:
    """How far a paper has come since its reader was shown it."""
    return f"{plural(upvotes, 'upvote')}, {more:,} more than when you were shown it"


def voted(more: int, less: int) -> str:
    """How often a reader voted in a week; "" for never."""
    given = ((VOTES["more"], more), (VOTES["less"], less))
    said = [f"“{words}” {times(count)}" for words, count in given if count]
    return f"You pressed {' and '.join(said)}." if said else ""


def times(count: int) -> str:
    """Say "once", "twice" or "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
