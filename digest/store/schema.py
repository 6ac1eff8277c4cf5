"""The tables, as SQLAlchemy Core says them for every database.

Papers, dumps, profiles, editions and deliveries have a small number of their own (``no``) that other
tables refer to; names and ids that the house knows stand once. Instants are kept in UTC without a zone.
A change here needs a new file in ``migrations/versions`` and its number in `REVISIONS`; a test compares both.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from digest.store.columns import Instant, Json, Key, number, ref
from digest.store.columns import metadata as metadata
from digest.store.finding import LONGEST_ALIAS
from digest.store.readers import leavers as leavers
from digest.store.readers import mutes as mutes
from digest.store.readers import profile_texts as profile_texts
from digest.store.readers import rests as rests
from digest.store.readers import struck_terms as struck_terms
from digest.store.readers import votes as votes
from digest.store.standing import alerts as alerts
from digest.store.standing import channel_pauses as channel_pauses
from digest.store.standing import marks as marks
from digest.store.standing import runs as runs
from digest.store.standing import sources as sources
from digest.store.standing import suppressed_targets as suppressed_targets

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013")
"""Every schema that this version can read or migrate, oldest first; the last one is what it writes."""

WAITING = ("queued", "unknown")
"""The states of a delivery that is to be claimed when it is due."""


papers = Table(
    "papers",
    metadata,
    number(),
    Column("id", String(64), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("abstract", Text),
    Column("authors", Json),
    Column("num_authors", Integer),
    Column("published", Date),
    Column("url", Text),
    Column("arxiv_id", Text),
    Column("code_url", Text),
    Column("upvotes", Integer),
    Column("num_comments", Integer),
    Column("keywords", Json),
    Column("summary", Text),
    Column("organisation", Text),
    Column("version", Integer),
    Column("texts_from", Json, nullable=False),
    Column("shows", Json, nullable=False),
    Column("titles", Json, nullable=False),
    Column("causes", Json, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("names", Json, nullable=False, server_default=text("'[]'")),
    Column("part_of", Integer),
    Column("project_url", Text),
    Column("stars", Integer),
    Column("submitter", Text),
)
"""What is known of each work. *texts_from*, *shows*, *titles*, *causes* and *names* are what merging a further
sighting needs; *part_of* is the number of the paper that a person said this one is, which has its sightings now."""

paper_keys = Table(
    "paper_keys",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=False),
    # No foreign key: rows are written by the thousand, and a paper's own keys can be computed again.
    Column("paper", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Candidate keys of `matching.keys`: papers that share some of them may be the same."""

paper_aliases = Table(
    "paper_aliases",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("value", String(LONGEST_ALIAS), primary_key=True),
    ref("paper", "papers.no", primary_key=True),
    sqlite_with_rowid=False,
)
"""Other names of a paper: kind "arxiv" (without version), "name" (a DOI, OpenReview), "title" (normalised), "url"."""

dumps = Table(
    "dumps",
    metadata,
    number(),
    Column("id", String(64), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("style", String(32), nullable=False),
    Column("captured_on", Date),
    Column("dated_by", String(16), nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("header", Json),
    Column("shows", Json, nullable=False),
    Column("first_seen", Instant, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    ref("paper", "papers.no", primary_key=True),
    ref("dump", "dumps.no", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("shown_month", Integer),
    Column("shown_day", Integer),
    Column("shown_year", Integer),
    Column("published", Date),
    Column("upvotes", Integer),
    Column("num_comments", Integer),
    Column("version", Integer),
    Column("titled", Integer),
    Index("sightings_dump", "dump"),
    sqlite_with_rowid=False,
)
"""Each paper in each dump: its counts and the date shown, over time; *titled* is the number of the title shown
(`matching.title_number`), None in rows of old."""

joins = Table(
    "joins",
    metadata,
    number(),
    ref("paper", "papers.no", nullable=False),
    Column("part", Integer),
    ref("dump", "dumps.no"),
    Column("reason", String(16), nullable=False),
    Column("similarity", Float, nullable=False),
    Column("shown", Json, nullable=False),
    Column("before", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("split_at", Instant),
    Index("joins_paper", "paper"),
)
"""What was taken for *paper* under another title or text, and why: a sighting of a dump, or by hand the paper *part*.
*shown* holds its texts, *before* those of *paper* and the dumps that they came from: enough to take it apart."""

rejects = Table(
    "rejects",
    metadata,
    ref("dump", "dumps.no", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("where", Text, nullable=False),
    Column("why", Text, nullable=False),
    sqlite_with_rowid=False,
)

stamps = Table(
    "stamps",
    metadata,
    Column("source", Text, primary_key=True),
    Column("where", Text, primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("dump", String(64), nullable=False),
    Column("refused", Text, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""A source's proof that a file was read before; *refused* is "" or why nothing was taken from it."""

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    ref("paper", "papers.no", nullable=False),
    Column("kind", String(8), nullable=False),
    Column("cause", String(8), nullable=False),
    Column("fields", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index("changes_at", "at"),
    Index("changes_paper", "paper"),
    sqlite_autoincrement=True,  # ever-growing even when the newest rows were pruned
)

profiles = Table(
    "profiles",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("cursor", Integer, nullable=False),
    Column("last_day", Date),
    Column("empty_run", Integer, nullable=False, server_default=text("0")),
    Column("shown_since", Date),
)
"""How far each profile has been served: every change up to *cursor* was considered for it.

*empty_run* counts the editions without papers since the last one with some; *shown_since* is the date of the first one
that had any.
"""

editions = Table(
    "editions",
    metadata,
    number(many=True),
    Column("day", Date, nullable=False),
    ref("profile", "profiles.no", nullable=False),
    Column("state", String(8), nullable=False),
    Column("picks", Integer, nullable=False),
    Column("considered", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("papers", LargeBinary),
    UniqueConstraint("day", "profile", name="editions_once"),
)
"""*papers* holds the numbers of the snapshots that *digest* shows (`packing`); None in rows of old, whose digests
hold their papers themselves."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("used", Date, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Papers as editions show them, by the hash of their content; *used* is the last day of an edition that does."""

offers = Table(
    "offers",
    metadata,
    # No foreign keys: dozens of rows are written for each edition, and to check each costs twice as much as it does.
    Column("profile", Integer, primary_key=True, autoincrement=False),
    Column("paper", Integer, primary_key=True, autoincrement=False),
    Column("cause", String(8), primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)
"""What a profile was shown, in full or in a line, and as what ("new", "code", ...)."""

deliveries = Table(
    "deliveries",
    metadata,
    number(many=True),
    Column("key", Text, nullable=False, unique=True),
    ref("edition", "editions.no", nullable=False),
    Column("channel", String(32), nullable=False),
    Column("address", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    Column("sender", Integer),
    Column("leased_until", Instant),
    Column("remote_ids", Json, nullable=False),
    Column("error", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index("deliveries_edition", "edition"),
)
_PARTIAL: dict[Index, ColumnElement[bool]] = {}
# Only what is open stands in these: claiming does not slow down with a million settled rows.
_Here = deliveries.c


def _partial(name: str, condition: ColumnElement[bool], *columns: Column[Any]) -> None:
    _PARTIAL[Index(name, *columns, sqlite_where=condition)] = condition


_partial("deliveries_due", _Here.state.in_(WAITING), _Here.due_at, _Here.no, _Here.channel)
_partial("deliveries_leased", _Here.state == "sending", _Here.leased_until)
_partial("deliveries_dead", _Here.state == "dead", _Here.no)
_partial("deliveries_unknown", _Here.state == "unknown", _Here.no)


def complete_for_postgresql() -> None:
    """Say of the partial indexes what PostgreSQL must know; said at once it would load that dialect for SQLite too."""
    for index, condition in _PARTIAL.items():
        index.dialect_options["postgresql"]["where"] = condition


embeddings = Table(
    "embeddings",
    metadata,
    Column("model", String(32), primary_key=True),
    Column("text", BigInteger, primary_key=True, autoincrement=False),
    Column("used", Date, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
"""The vector of a text (the digest of its words) by a sentence model (its fingerprint): float16, little-endian."""

version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, written here so that an ordinary pass need not import Alembic."""
