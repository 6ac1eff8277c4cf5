"""Every English word that a reader sees, in one place; templates hold none but these."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from digest.links import Action
from digest.model import Change, Reason
from digest.text import plural, shorten

PRODUCT = "Paper Digest"
SEARCH = "Search arXiv for this title"
ALSO = "Also today"
OTHERS = "Other papers"
UNTITLED = "(untitled)"
WHY = "Why:"
LIKED_ITSELF = "it is among the papers you like"
GLANCE = "At a glance"
UPDATED = "Updated"
IN_THREAD = "Reasons, summaries and links are in the thread."
VIEW_ONLINE = "Read it in the browser"
SETTINGS = "Past digests"
UNSUBSCRIBE = "Unsubscribe"
VOTES: dict[Action, str] = {"more": "More like this", "less": "Not for me", "save": "Save it"}
CONTINUED = "Continued in the thread."

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UPDATES = {"code": "code is out now", "surge": "taking off, many readers found it since", "text": "revised"}
_FIELDS = {"title": "title", "abstract": "abstract", "code_url": "code link", "upvotes": "upvotes"}


def long_date(day: date) -> str:
    """Say "Saturday, 21 November 2026", in English whatever the machine's locale."""
    return f"{_WEEKDAYS[day.weekday()]}, {short_date(day)}"


def short_date(day: date) -> str:
    """Say "21 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def subject(picks: int, best: str, day: date) -> str:
    """A subject of at most 70 characters: how many papers and the best one's title; without papers, the day."""
    if not picks:
        return f"No papers for you on {short_date(day)}"
    return shorten(f"{plural(picks, 'paper')}: {best}", 70)


def heading(picks: int, updates: int) -> str:
    """The one line that names the edition: "10 papers for you, 1 updated"."""
    if not picks:
        return "No papers for you today"
    if picks == updates:
        return f"{plural(picks, 'updated paper')} for you"
    return f"{plural(picks, 'paper')} for you" + (f", {updates} updated" if updates else "")


def balance(shown: int, also: int, considered: int, left_out: int) -> str:
    """How many papers were considered, and what became of the rest, as whole sentences."""
    if not considered:
        return "Nothing new came in since your last digest."
    if not shown:
        return f"{plural(considered, 'paper')} came in, and none fits your interests well enough."
    came = f"Chosen from {plural(considered, 'paper')} that came in."
    if not also and not left_out:
        return came
    named = (
        f"{plural(also, 'more fits', 'more fit')} and {'is' if also == 1 else 'are'} named at the end" if also else ""
    )
    rest = f"{left_out:,} {'was' if left_out == 1 else 'were'} left out" if left_out else ""
    return f"{came} {'; '.join(part for part in (named, rest) if part)}."


def late(day: date) -> str:
    """Tells the reader of a catch-up edition for which day it was due."""
    return f"This digest was due on {long_date(day)} and comes late. It holds what has come in since the one before."


def returns(day: date) -> str:
    """Tells a reader who had paused since which day of theirs everything is in this one edition."""
    return f"Welcome back. You paused this digest on {long_date(day)}; this is the best of what has come in since."


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


def source_failing(name: str, since: date) -> str:
    """Tells a reader that a source is missing, and since which day of theirs."""
    return f"The source “{name}” could not be read since {short_date(since)}; what it shows will follow."


def last_news(day: date) -> str:
    """Tells a reader since when nothing new has come in."""
    return f"The last new papers came in on {long_date(day)}."


NOTE_WISHED = "You get this note because your profile asks for one on a day without papers (quiet = “note”)."
NOTE_FAILING = "You get this note so that you need not wonder: today’s silence may come from the failure above."


def note_row(row: int) -> str:
    """Why a reader gets a note though the profile is silent on quiet days, and what to do about it."""
    return (
        f"This is the {_ordinal(row)} digest in a row without papers for you, so here is a sign of life."
        " A lower floor or more keywords in your profile would let more in."
    )


LETTER = "about your profile"
OPERATOR = "for whoever runs it"
NOTICE = "The bot found something that a person should know. `digest status` shows where things stand now."
NOTICE_BECAUSE = (
    "You get this because [operator] in digest.toml names you. Each cause is told once, and once when over."
)


def _ordinal(number: int) -> str:
    word = ("", "first", "second", "third")[number] if number < 4 else ""
    return word or f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def spoken(name: str, day: date, titles: list[str]) -> str:
    """The edition in a few lines of text, for what reads no layout: a notification, a screen reader."""
    listed = "".join(f"\n{number}. {title}" for number, title in enumerate(titles, 1))
    return f"{PRODUCT} for {name}, {short_date(day)}: {heading(len(titles), 0)}{':' if titles else '.'}{listed}"


def spoken_paper(number: int, title: str, update: str, summary: str, why: str, fits: str = "") -> str:
    """One paper in a line of text."""
    said = (f"{number}. {title}", update, summary, f"{WHY} {why}" if why else "", fits)
    return " – ".join(part for part in said if part)


def preheader(others: list[str], summary: str) -> str:
    """What an inbox shows after the subject, at most 110 characters: the next titles, or the only paper's summary."""
    return shorten("Also: " + " · ".join(others), 110) if others else shorten(summary, 110)


def authors(names: tuple[str, ...] | None, count: int | None) -> str:
    """Up to three names and how many more: "A, B, C and 4 more"; only a count: "4 authors"; neither: ""."""
    shown = (names or ())[:3]
    total = max(count or 0, len(names or ()))
    if not shown:
        return plural(total, "author") if total else ""
    more = total - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def counts(upvotes: int | None, comments: int | None) -> str:
    """Say "32 upvotes, 3 comments"; a count that is zero or not known is not mentioned."""
    said = ((upvotes, "upvote"), (comments, "comment"))
    return ", ".join(plural(count, noun) for count, noun in said if count)


def why(reasons: tuple[Reason, ...], title: str) -> str:
    """The two strongest reasons for the paper *title* in one sentence; "" without a reason."""
    said = [line for reason in reasons if (line := LIKED_ITSELF if _itself(reason, title) else _reason(reason))]
    return "; ".join(said[:2]) + "." if said else ""


def fits(names: Sequence[str]) -> str:
    """Whom of a team a paper fits: "Fits ada, ben and 2 more."; "" for nobody."""
    shown, more = [shorten(name, 40) for name in names[:3]], len(names) - 3
    return f"Fits {', '.join(shown)} and {more} more." if more > 0 else f"Fits {_and(shown)}." if shown else ""


def _itself(reason: Reason, title: str) -> bool:
    """Whether the paper is the very one that the reader named as liked."""
    return reason.kind == "like" and title.casefold() in {name.casefold() for name in reason.names}


def _reason(reason: Reason) -> str:
    names = reason.names
    match reason.kind:
        case "words":
            return f"mentions {_quoted(names)}" if names else ""
        case "keywords":
            return f"your {'keyword' if len(names) == 1 else 'keywords'} {_quoted(names)}" if names else "your keywords"
        case "like":
            return f"resembles {_quoted(names[:2])}, which you like" if names else "resembles papers you like"
        case "vote":
            return f"resembles {_quoted(names[:2])}, which you voted for" if names else "resembles papers you voted for"
        case "author":
            return f"by {_plain(names)}, whom you follow" if names else "by an author you follow"
        case "organisation":
            return f"from {_plain(names)}" if names else ""
        case "popular":
            return "many readers recommend it" + (f" ({_plain(names)})" if names else "")
        case "update":
            return _plain(names)
        case "surprise":
            return "something different, outside your interests"


def _quoted(names: Sequence[str]) -> str:
    return _and([f"“{shorten(name, 70)}”" for name in names[:4]])


def _plain(names: Sequence[str]) -> str:
    return _and([shorten(name, 60) for name in names[:3]])


def _and(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def update(change: Change) -> str:
    """What is new about a paper that was offered before: "Updated: code is out now"; "" for a new one."""
    if change.kind != "updated":
        return ""
    what = _UPDATES.get(change.cause, "")
    fields = _and([_FIELDS.get(field, field.replace("_", " ")) for field in change.fields])
    if change.cause == "text" and fields:
        what = f"{fields} revised"
    return f"{UPDATED}: {what or fields or 'changed'}"


def read_at(place: str) -> str:
    """The words of a link to the paper itself."""
    return f"Read on {place}"


def code_at(place: str, stars: int | None = None) -> str:
    """The words of a link to the code, with the stars that it has there."""
    return f"Code on {place} ({plural(stars, 'star')})" if stars else f"Code on {place}"


_FOUND = {"code": "Code", "data": "Data", "model": "Model", "demo": "Demo", "video": "Video", "page": "Project page"}


def found_at(kind: str, place: str) -> str:
    """The words of a link that an abstract names: "Data on Hugging Face", "Project page on floes.github.io"."""
    return f"{_FOUND.get(kind, 'More')} on {place}"


def omitted(count: int) -> str:
    """What stands where papers were dropped because a mail client would have cut the mail."""
    return f"{plural(count, 'more paper')} did not fit into this mail." if count else ""


def because(profile: str) -> str:
    """Why this reader gets this."""
    return f"You get this because the profile “{profile}” is subscribed to {PRODUCT}."


def how_to_stop(profile: str) -> str:
    """How to change or stop it, as long as no page does that."""
    return (
        f"To change or stop it, edit or switch off the profile “{profile}” in the bot’s settings,"
        " or ask whoever runs it for you."
    )


def stop_by_mail(address: str, profile: str) -> str:
    """How to get no more without asking anybody for a password; what the button of a mail program does, too."""
    return f"To get no more of it, write to {address} with the subject “unsubscribe {profile}”."


_AT = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"


def schedule(rule: str, zone: str) -> str:
    """Say when it comes: "It comes on weekdays at 08:30 (Europe/Berlin)."; a cron line is quoted."""
    found = re.fullmatch(rf"\s*(?P<days>[A-Za-z, ]+?)\s+{_AT}\s*", rule)
    when = _days(found["days"].lower()) if found else ""
    if found and when:
        return f"It comes {when} at {int(found['hour']):02}:{found['minute']} ({zone})."
    return f"It comes on the schedule “{rule.strip()}” ({zone})."


def _days(words: str) -> str:
    if words in {"daily", "weekdays"}:
        return "every day" if words == "daily" else "on weekdays"
    named = [
        next((day for day in _WEEKDAYS if day.lower().startswith(w[:3])), "") for w in re.findall(r"[a-z]+", words)
    ]
    return "on " + _and(named) if named and all(named) else ""
