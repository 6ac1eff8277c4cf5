"""The English words of the tuner, and of the mails that lead to it."""

from __future__ import annotations

from datetime import date

from digest.render.wording import long_date, short_date

__all__ = ["short_date"]

HEADING = "What you get"
FIELDS = {
    "title": "Title",
    "limit": "Papers at most",
    "floor": "How well a paper must fit",
    "schedule": "When it comes",
    "timezone": "Time zone",
    "quiet": "On a day without papers",
    "look_back": "A look back at the week",
    "surprise": "Papers from outside your interests",
    "min_upvotes": "Upvotes at least",
    "min_comments": "Comments at least",
    "mute": "Never send papers with",
    "updates": "Tell me again of a paper when",
    "deliver": "Where it goes",
    "to": "New address",
    "name": "Name",
    "about": "What it is about",
    "keywords": "Keywords",
    "like": "Papers you like",
    "avoid": "Words that count against a paper",
    "weight": "Share of the room",
    "authors": "Authors you follow",
    "organisations": "Organisations you follow",
}
HINTS = {
    "title": "How the digest is called in your mail.",
    "floor": "From 0, everything, to 1. Half means: as few as one ordinary paper in twenty fits so well.",
    "schedule": "“daily 08:00”, “weekdays 08:30”, “mon,thu 07:00”, or a cron line.",
    "timezone": "Like “Europe/Berlin”. Empty: as the whole bot has it.",
    "look_back": "Like “sun 18:00”; empty: none.",
    "mute": "One a line: words, a full author’s name, an organisation.",
    "keywords": "One a line: words or phrases as titles and abstracts have them.",
    "like": "One a line: an arXiv id, a DOI, a link or a title.",
    "avoid": "One a line.",
    "weight": "1 is ordinary; an interest with 2 gets twice the room.",
    "authors": "One a line: given name and surname.",
    "organisations": "One a line.",
}
QUIET = {"silent": "send nothing", "note": "send a short note", "auto": "send a note only when something may be broken"}
UPDATES = {"text": "its title or abstract changes", "code": "its code comes out", "surge": "it takes off"}
INTEREST, NEW_INTEREST = "Interest", "Another interest"
REMOVE_INTEREST = "Remove this interest"
MORE = "More"
DELIVERY, RULES, INTERESTS = "Delivery", "How much, how often", "Interests"
LEAVE = "Send no more to"
MOVE_LEGEND, FROM, ADD = "Change or add a mail address", "Which", "one more address"
MOVE_HINT = "A link goes to the new address. Nothing changes before it is pressed there."
SEND = "Send the link"
PREVIEW, SAVE = "Preview", "Save"
SAVED = "Saved. It counts from the next digest on."
NOT_CHANGED = "Nothing was changed: the profile says this already."
FAULTS = "Not saved: please mend this first"
CONFLICT = "The profile was changed while you were typing. Nothing was saved, and below is what you typed."
DIFFERS = "Where the profile now says something else:"
CONFLICT_TODO = "Save again to have it as below."
NO_FILES = "a file of references can only be named in the profile’s own file; paste its titles, ids or links instead"
NOTHING = "nothing"
NOT_THERE = "this address does not get the profile any more"
PREVIEW_TITLE = "The last seven days"
PREVIEW_HINT = (
    "What this profile would have sent, beside what was sent. Only the preview has it; nothing is sent or stored."
)
WOULD, WAS = "Would have been sent", "Was sent"
IDLE = "Nothing on either side:"
ONLY_WOULD, ONLY_WAS = "only now", "no more"
BUSY = "The preview takes too long just now. Please try again in a moment."
KEYWORDS_TITLE = "What each keyword does"
KEYWORD_COLUMNS = ("Interest", "Keyword", "Papers of the week that have it", "That come only because of it")
WARNINGS = "Please look at this"
MUTED_LINK = "Authors and topics muted for a month"
GOOD_FOR = "The link to this page is good for a quarter of an hour. Nothing is kept before you press “Save”."
LEARNED = "Learned from your votes"
LEARNED_HINT = "Papers like those with + come sooner, like those with − later. Tick what is to be forgotten, and save."
SIGNS = {"more": "+", "save": "+", "less": "−"}
FORGET, STRIKE, RESTORE = "Forget these papers", "Forget these words", "Learn from these words again"
FORGOTTEN = "Forgotten."
ASKED_TITLE = "Look into your mail"
ASKED = (
    "If this profile has a mail address of its own, a fresh link is on its way there. It is good for a quarter of an"
    " hour. Whoever else has seen this page cannot change what you get.",
    "Nothing after some minutes? Few links are sent in an hour; and whoever runs the bot can change the profile too.",
)
TUNE_LINES = (
    "With the link below you change your interests, keywords, schedule and addresses, and see at once what that"
    " would have brought you in the last week.",
    "It is good for a quarter of an hour. Please do not pass it on: whoever has it can change your profile.",
    "You did not ask for it? Then somebody has a link to your archive; they can read it, and change nothing with it.",
)
TUNE_BUTTON = "Change what I get"
CONFIRM = "Confirm this address"
WHY_CONFIRM = "You get this because somebody typed this address into the settings of a profile. It is sent once."
WHY_MOVED = "You get this because a profile that was sent here goes elsewhere now."
NOT_SAVED_TITLE = "This was not done"
NOT_SAVED = "The profile could not be changed:"


def interest(number: int) -> str:
    """The heading of one interest."""
    return f"{INTEREST} {number}"


def label(interest_number: int | None, key: str) -> str:
    """What a field is called where it stands alone."""
    return FIELDS[key] if interest_number is None else f"{interest(interest_number + 1)}: {FIELDS[key]}"


def day(found: date) -> str:
    """The day of an edition in the preview."""
    return long_date(found)


def sent_to(address: str) -> str:
    """Says that a confirmation was asked for."""
    return f"A link is on its way to {address}, unless too many were asked for. Nothing changes before it is pressed."


def gets_it(address: str) -> str:
    """Says that an address needs no adding."""
    return f"{address} gets this profile already"


def why_tune(title: str) -> str:
    """Why the mail with the link comes."""
    return f"You get this because somebody who reads “{title}” pressed “{TUNE_BUTTON}”."


def tune_heading(title: str) -> str:
    """The heading of the mail with the link."""
    return f"Your link to change “{title}”"


def confirm_heading(title: str) -> str:
    """The heading of the mail to a new address."""
    return f"Shall “{title}” come here?"


def confirm_lines(title: str, address: str) -> tuple[str, ...]:
    """What the mail to a new address says."""
    return (
        f"Somebody asked that the paper digest “{title}” be sent to {address}.",
        "If that was you, press the link below within a day. If not, do nothing: you will hear no more of it.",
    )


def moved_heading(title: str) -> str:
    """The heading of the mail to the old address."""
    return f"“{title}” goes elsewhere now"


def moved_lines(title: str, old: str, new: str) -> tuple[str, ...]:
    """What the mail to the old address says."""
    return (
        f"The paper digest “{title}” was sent to {old} and goes to {new} from now on, as was confirmed there.",
        "If that was not you, tell whoever runs the bot: the last digest that you got has a link to your archive.",
    )


def move_title(title: str) -> str:
    """The heading of the page that confirms an address."""
    return f"Send “{title}” here?"


def moves(title: str, old: str, new: str) -> str:
    """Says what the button does."""
    return f"“{title}” will come to {new}" + (f" instead of {old}." if old else " too.")


def moved_title(title: str) -> str:
    """The heading when it is done."""
    return f"“{title}” comes here"


def moved(title: str, new: str) -> str:
    """Says that it is done."""
    return f"Done. “{title}” is sent to {new}."
