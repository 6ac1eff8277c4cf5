"""Every English word of a page of papers; templates hold none but these and those of `wording_notes`."""

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
