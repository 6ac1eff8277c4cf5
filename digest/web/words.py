"""Every English word of the pages that is not of the digest itself: those are in `digest.render.wording…`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from digest.render.wording import PRODUCT, WHY, long_date, short_date
from digest.render.wording import VOTES as VOTE_BUTTONS
from digest.text import plural

__all__ = ["PRODUCT", "VOTE_BUTTONS", "WHY", "long_date", "plural", "short_date"]

SKIP = "Skip to the content"
SEARCH = "Search"
SEARCH_TITLE = "Papers seen so far"
SEARCH_LABEL = "Words, “phrases”, author:name, -without"
NEWEST, BEST = "Newest first", "Best match first"
ORDER, DAY, SOURCE, SINCE, UNTIL, INTEREST = "Order", "Seen on", "Source", "Published from", "until", "Interest"
FILTERS = "Order and filters"
ANY = "any"
OFFERED = "Only what I was sent"
FEWER = "Fewer, or no filters, may find more."
NOTHING = "No paper has all of this."
OLDER = "Older papers"
ARCHIVE = "Your digests"
NO_ARCHIVE = "No digest is kept yet."
FEEDS = "As a feed"
BACK = "All your digests"
EARLIER, LATER = "Earlier", "Later"
ABSTRACT, COUNTS, RELATED, OFFERS, SEEN = (
    "Abstract",
    "Upvotes over time",
    "Related papers",
    "Who was offered it",
    "Seen in",
)
NO_ABSTRACT = "No source has shown an abstract of it."
DATE, UPVOTES, COMMENTS, PAPERS, EDITIONS, VOTES = "Day", "Upvotes", "Comments", "Papers", "Digests", "Votes"
CITE = "Cite"
NUMBERS = "The numbers"
GONE_TITLE = "This page is not there"
GONE = "The link is not complete, is not valid any more, or what it led to is no longer kept."
SORRY_TITLE = "Something went wrong"
SORRY = "The page could not be made. Please try again in a moment."
UNSUBSCRIBE = "Unsubscribe"
PAUSE = "Pause until"
PAUSE_BUTTON = "Pause"
PAUSE_HINT = "You get one digest with the best of what came in meanwhile when you are back."
RETURN = "Send me digests again"
BAD_DAY = "Please choose a day after today, within a year."
WISHES = "What you get"
TUNE = "Change what I get"
TUNE_HINT = "For your safety a fresh link comes by mail to your own address, good for a quarter of an hour."
MUTE = "Mute for a month"
UNMUTE = "Unmute"
MUTED = "Muted for a while"
MUTED_HINT = "Papers by these authors, or with these words, are not sent to you. After a month they may come again."
MUTE_LINK = "What you muted"
MUTE_HEADING = "Not for a month"
MUTE_KINDS = {"author": "author", "topic": "topic"}
MUTE_KIND, MUTE_WHAT = "Mute an", "Full name, or words as they stand in titles and abstracts"
MUTE_PAPER = "Author or topic of this paper"
NOTHING_MUTED = "Nothing is muted."
ALWAYS_MUTED = "Muted for good by your profile:"
MUTE_NOTHING = "Please name an author or a topic."
MUTE_FULL = "So much is muted that no more can be; please unmute something first."
UNTIL_DAY = "until"
VOTE_TITLES = {
    "more": "More like this?",
    "less": "Not for you?",
    "save": "Save this paper?",
}
VOTED = {
    "more": "Noted: you want more like this.",
    "less": "Noted: this was not for you.",
    "save": "Saved.",
}
YES = "Yes, do it"
UNDO = "Undo"
UNDONE = "Taken back."
VOTE_HINT = "One click counts. Opening this page alone changes nothing."
OPERATOR = "How the bot is doing"
PASSWORD = "Password"  # noqa: S105 a label
LOGIN, LOGOUT = "Log in", "Log out"
WRONG = "That is not the password."
TOO_OFTEN = "Too many tries. Please wait a few minutes."
TROUBLES, SOURCES, OUTBOX, DEAD, PASSES, LEFT = (
    "A person should look at this", "Sources", "Messages", "Given up", "Last passes", "Left or paused",
)  # fmt: skip
OUTBOX_COLUMNS = ("State", "Count")
SOURCE_COLUMNS = ("Source", "Last answer", "Why not since")
DEAD_COLUMNS = ("Message", "Why")
LEFT_COLUMNS = ("Profile", "Who, or until when")
PASS_COLUMNS = ("Began", "New papers", "Digests", "Sent", "Failures")
WELL = "All is well."
TODO = "To do:"
PER_DAY = "New papers per day, the last 30 days"
SENT_PER_DAY = "Digests per day, the last 30 days"
VOTES_PER_DAY = "Votes per day, the last 30 days"
NEVER = "not yet"
DELIVERY_TIME = "From ready to sent, the last 30 days"
FEEDBACK = "Votes per hundred papers shown, over seven days"
MINUTES, PER_HUNDRED = "Minutes", "Votes per hundred"


def at_most(values: Iterable[float], unit: str) -> str:
    """Says what a chart of averages shows."""
    found = list(values)
    return f"{unit.lower()}: at most {max(found):g} a day, {sum(found) / len(found):.1f} on average" if found else NEVER


def leave_title(title: str) -> str:
    """The heading of the page that lets a reader leave."""
    return f"Unsubscribe from {title}?"


def leaves(target: str, title: str) -> str:
    """Says what the button does."""
    return f"{target} will get no more of “{title}”. You can take it back on this page."


def left(target: str, title: str) -> str:
    """Says that it is done."""
    return f"Done. {target} gets no more of “{title}”."


def returned(target: str, title: str) -> str:
    """Says that it was taken back."""
    return f"Welcome back. {target} gets “{title}” again."


def resting(title: str, until: date) -> str:
    """Says until when a profile rests."""
    return f"“{title}” is paused: it comes again from {long_date(until)} on."


def muted(what: str) -> str:
    """Says that something is muted."""
    return f"Noted: no papers of “{what}” for a month."


def unmuted(what: str) -> str:
    """Says that it was taken back."""
    return f"Papers of “{what}” may come again."


def edition_heading(day: date) -> str:
    """The day of an edition, as the archive names it."""
    return long_date(day)
