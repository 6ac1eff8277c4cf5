"""The English words of the app, in one place. They hold no markup but Slack's own; names come in escaped."""

from __future__ import annotations

from collections.abc import Mapping

from digest.render.wording import VOTES as VOTES
from digest.text import plural

UNDO = "Undo"
OLD = "This button is too old, or none of mine. The papers of today have new ones: `/papers today`."
UNDONE = "Taken back: nothing is learned from it."
REACTED = "Take the reaction away to undo that."
_VOTED = {
    "more": "Noted: more like this.",
    "less": "Noted: not for you.",
    "save": "Saved. Your Home tab lists what you saved.",
}
_TALLIED = {"more": "more like this", "less": "not for me", "save": "saved"}

NO_PROFILE = "No digest comes to you or to this channel. {subscribe}"
SUBSCRIBE = "`/papers subscribe WORDS` starts one of your own."
ASK = "Ask whoever runs the bot for one."
HOME_HELP = "`/papers help` shows what you can ask. In a channel with a digest you have a vote on each paper."
EDIT, REST, WAKE, REMOVE = "Edit", "Pause for two weeks", "End the pause", "Remove"
KEYWORDS, LIKES, AUTHORS = "keywords", "likes", "authors"
NO_INTERESTS = "No interests: you get what is most discussed. *Edit* adds some."
LEARNED = "*Learned from votes*"
MORE_LIKE, LESS_LIKE = "more like", "less like"
SAVED = "*What you saved*"
NOTHING_SAVED = "You saved nothing yet. The button *Save it* below a paper does."
FORM, SAVE, CANCEL = "Your digest", "Save", "Cancel"
SCHEDULE, LIMIT = "When it comes", "At most so many papers"
SCHEDULE_HINT = "daily 08:00, weekdays 08:30, mon,thu 09:00"
NEW_INTEREST, NEW_KEYWORDS = "Another interest: its name", "Another interest: keywords"
FIELDS = {
    "keywords": "keywords, one a line",
    "like": "papers you like, one a line (arXiv id, link or title)",
    "about": "what it is about",
}
PROFILE_SAVED = "Saved. The next digest goes by it."
OWN = "My papers"
SUBSCRIBED = "Your digest begins with the next papers, here in Slack. The Home tab of this app shows and changes it."
HAS_ONE = "You have a digest already; the Home tab of this app changes it."
NO_SUBSCRIBING = "Nobody starts a digest by themselves here; ask whoever runs the bot."
LEFT = "You get no more of it. `/papers subscribe` begins again."
BACK = "Welcome back: your digest comes again."
NOTHING_YET = "No digest was sent yet. The next one comes on its schedule."
NOT_YOURS = "You have no digest of your own here, and only its reader may do that."
NOTHING_FOUND = "No paper that was seen has all these words."
REST_LEFT_OUT = "… and more, for which one message has no room."
WHAT = "Say what: `/papers {verb} …`. `/papers help` shows how."
AWAKE = "Welcome back: your digest comes again."
WAS_AWAKE = "It was not paused."
BAD_DAY = "That is no day to come: `/papers pause 10` (days), `/papers pause 2026-12-24`, `/papers pause off`."
SHARED = "The digests of teams that name you may say now when a paper fits you. `/papers share off` ends it."
NOT_SHARED = "No digest of a team says that a paper fits you."
FAILED = "That could not be done just now. Whoever runs the bot finds the reason in its log."
HELP = """\
*What I understand*
`/papers today`: the newest digest, yours or this channel’s
`/papers search WORDS`: papers seen so far; “-word” leaves out, `author:name` looks for a person
`/papers why PAPER`: how well a paper fits, and why; an arXiv id, a link or its title
`/papers like PAPER`: more like this one
`/papers pause 14`: nothing for so many days; or until a date; `off` ends it
`/papers share on`: a team’s digest may say when a paper fits you; `off` ends it
`/papers help`: this

Below each paper are buttons; 👍, 👎 and 🔖 on its message say the same. In a channel everybody has a vote."""
HELP_SUBSCRIBE = (
    "`/papers subscribe WORDS, WORDS`: a digest of your own, sent to you alone; `/papers unsubscribe` ends it"
)


def way_in(subscribe: bool) -> str:
    """How somebody without a digest gets one."""
    return SUBSCRIBE if subscribe else ASK


def more(count: int) -> str:
    """What stands after the first of many."""
    return f" and {count:,} more"


def unsaved(why: str) -> str:
    """That a profile was not saved."""
    return f"Not saved: {why}"


def unknown(verb: str) -> str:
    """What somebody hears who asked for something that there is not."""
    return f"I do not know “{verb}”."


def latest(name: str, day: str, count: int) -> str:
    """What stands above the titles of the newest digest."""
    return f"{name}, {day}: {plural(count, 'paper')}"


def fits(score: float, floor: float, name: str, interest: str) -> str:
    """How well a paper fits a profile."""
    verdict = "it is sent from {floor:.2f} up" if score >= floor else "papers are sent from {floor:.2f} up"
    best = f", best for “{interest}”" if interest else ""
    return f"Score {score:.2f} of 1 for {name}{best}; {verdict.format(floor=floor)}."


def paused(name: str, day: str) -> str:
    """That nothing comes for a while."""
    return f"{name} is paused until {day}. Then comes one edition of the best; `/papers pause off` ends it before."


def liked(name: str) -> str:
    """That a paper is liked now."""
    return f"Noted: more like _{name}_."


def voted(opinion: str, title: str) -> str:
    """What somebody hears who voted."""
    return f"{_VOTED[opinion]} _{title}_"


def tally(counts: Mapping[str, int]) -> str:
    """How the votes stand: "2 more like this · 1 saved"; "" without any."""
    return " · ".join(f"{counts[opinion]} {words}" for opinion, words in _TALLIED.items() if counts.get(opinion))
