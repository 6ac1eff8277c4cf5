"""The tables of what readers asked for and said themselves, in the style of `schema`, which takes them in."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, String, Table, Text

from digest.store.columns import Instant, Key, metadata, ref

leavers = Table(
    "leavers",
    metadata,
    Column("profile", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Which target wants nothing more of which profile, by their names: a profile may not have been served yet."""

rests = Table(
    "rests",
    metadata,
    Column("profile", Text, primary_key=True),
    Column("until", Date, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Profiles that get nothing before their local date *until*; kept when it is over, since it says what was missed."""

votes = Table(
    "votes",
    metadata,
    ref("profile", "profiles.no", primary_key=True),
    Column("person", String(64), primary_key=True),
    ref("paper", "papers.no", primary_key=True),
    Column("vote", String(8), nullable=False),
    Column("at", Instant, nullable=False),
    Index("votes_at", "at"),
    sqlite_with_rowid=False,
)
"""What a person said of a paper in a profile ("more", "less", "save"); *person* is "" for the reader of its mail."""

mutes = Table(
    "mutes",
    metadata,
    Column("profile", Text, primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("what", String(200), primary_key=True),
    Column("until", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""What a profile does not want to see before *until*: *kind* "author" or "topic"."""

profile_texts = Table(
    "profile_texts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("checks", String(16), nullable=False),
    Column("turn", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Index("profile_texts_turn", "turn", unique=True),
)
"""Profiles kept here instead of in files, by their name in one case: the TOML *text*, and the *form* that it had when
it was checked by the rules *checks*. Every change takes the next *turn*, so that a reader sees what is new to it."""

struck_terms = Table(
    "struck_terms",
    metadata,
    Column("profile", Text, primary_key=True),
    Column("term", String(200), primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Words and phrases that nothing is to be learned from in a profile, as its reader saw them."""
