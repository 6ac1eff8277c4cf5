"""Every schema that was ever written is migrated, on every store, and the bot goes on with what it finds.

tests/data/schemas holds a small store of each as SQL text. `python -m tests.contract.test_store_schemas` writes
those that are missing: do so before a migration is added.
"""

# ruff: noqa: S608 the names in these queries are those of our own tables

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from digest.model import Settlement
from digest.store import Store, copying, schema
from digest.store.opening import open_database
from digest.store.postgres import PostgresDatabase
from digest.store.revisions import Schema
from tests.builders import NOW, a_paper
from tests.stores import TODAY, a_dump, an_edition, claim, ingest, postgres_session
from tests.stores import url as sqlite_url

FOLDER = Path(__file__).parents[1] / "data" / "schemas"
OLD = schema.REVISIONS[:-1]
SIGNED_KEYS = "0003"
"""The schema since which candidate keys are signed."""


def upgrade_to(connection: object, revision: str) -> None:
    """Run the migrations up to *revision*."""
    config = Config()
    config.set_main_option("script_location", str(Schema().migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def fill(store: Store) -> None:
    """What a bot remembers after a day."""
    papers = [a_paper("Steerable maps", id="a"), a_paper("Größe zählt", id="b", authors=("Łukasz",), upvotes=3)]
    ingest(store, [*papers, a_paper("Three", id="c", arxiv_id="2601.00001")])
    store.queue([an_edition("Steerable maps", targets=("email:a@x.org", "slack:C1", "folder:ada"), cursor=3)], NOW)
    sent, *_ = claim(store, limit=1)
    store.settle(sent.key, sent.token, Settlement("sent", remote_ids=("<1@x>",), said="250 ok"), NOW)
    store.pause("slack", "invalid_auth", NOW)


def loaded(revision: str) -> sqlite3.Connection:
    """The fixture of *revision*, in memory."""
    db = sqlite3.connect(":memory:")
    db.executescript((FOLDER / f"{revision}.sql").read_text("utf-8"))
    return db


def put_back(revision: str, store_url: str) -> None:
    """Make the store of *revision* at *store_url*."""
    db = loaded(revision)
    if store_url.startswith("sqlite"):
        with sqlite3.connect(store_url.removeprefix("sqlite:///")) as file:
            db.backup(file)
        file.close()
        return
    database = PostgresDatabase(make_url(store_url))
    with database.writing() as connection:
        upgrade_to(connection, revision)
    database.close()
    names = [table.name for table in schema.metadata.sorted_tables if table is not schema.version]
    there = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    with postgres_session(store_url) as session:
        for name in (name for name in names if name in there):
            found = db.execute(f"SELECT * FROM {name}")
            columns = ", ".join(f'"{column[0]}"' for column in found.description)
            marks = ", ".join(["%s"] * len(found.description))
            for row in found:  # as text, of which PostgreSQL makes what the column is
                values = [str(value) if isinstance(value, int | float) else value for value in row]
                session.execute(f"INSERT INTO {name} ({columns}) VALUES ({marks})", values)


def shape_of(store: Store) -> dict[str, list[str]]:
    """The columns of each table."""
    assert store._database is not None
    with store._database.reading() as connection:
        tables = schema.metadata.sorted_tables
        return {t.name: sorted(connection.execute(t.select().limit(1)).keys()) for t in tables}


def test_every_past_schema_has_its_fixture():
    missing = [revision for revision in OLD if not (FOLDER / f"{revision}.sql").is_file()]
    assert missing == [], "run `python -m tests.contract.test_store_schemas`"


@pytest.mark.parametrize("revision", OLD)
def test_a_store_of_a_past_schema_goes_on(revision: str, store_url: str):
    put_back(revision, store_url)
    open_database(store_url, NOW).close()
    with Store.open(store_url, now=NOW) as store:
        if store._database is not None and store._database.kind == "postgresql":
            with store._database.writing() as connection:
                copying._set_numbers(connection)  # rows that bring their numbers along leave the counters behind
        assert (store.counts()["papers"], store.counts()["sightings"], store.last_change()) == (3, 3, 3)
        assert store.find_papers(["2601.00001", "Größe zählt"]).keys() == {"2601.00001", "Größe zählt"}
        with store.writing() as writer:
            assert [known.paper.id for known in writer.lookup([a_paper("Steerable maps")])[0]] == ["a"], "keys fit"
        assert store.digest("ada", TODAY) is not None
        assert store.cursors(["ada"]) == {"ada": 3}
        assert [one.state for one in store.deliveries()] == ["queued", "queued", "sent"]
        assert len(claim(store, skip=["slack"])) == 1
        ingest(store, [a_paper("Four", id="d")], a_dump("d4"))
        assert store.queue([an_edition("Four", profile="bob")], NOW) == ("queued",)
        with Store.open("sqlite://", now=NOW) as fresh:
            assert shape_of(store) == shape_of(fresh)


# ---------------------------------------------------------------- writing the fixtures


def write(revision: str) -> None:
    """Write the fixture of *revision*: the columns that it has, of a store of today."""
    with tempfile.TemporaryDirectory() as folder:
        with Store.open(sqlite_url(Path(folder)), now=NOW) as store:
            fill(store)
        today = sqlite3.connect(Path(folder, "digest.db"))
        engine = create_engine(f"sqlite:///{folder}/old.db")
        with engine.begin() as connection:
            upgrade_to(connection, revision)
        engine.dispose()
        old = sqlite3.connect(Path(folder, "old.db"))
        there = {row[0] for row in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in (table.name for table in schema.metadata.sorted_tables if table.name in there):
            if name == schema.version.name:
                continue
            has = {row[1] for row in today.execute(f"PRAGMA table_info({name})")}
            columns = [row[1] for row in old.execute(f"PRAGMA table_info({name})") if row[1] in has]
            names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
            if columns:
                found = today.execute(f"SELECT {names} FROM {name}").fetchall()
                old.executemany(f"INSERT INTO {name} ({names}) VALUES ({marks})", found)
        if revision < SIGNED_KEYS:
            old.execute("UPDATE paper_keys SET key = key + 4294967296 WHERE key < 0")
        old.commit()
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{revision}.sql").write_text("\n".join(_dump(old)) + "\n", "utf-8")


def _dump(db: sqlite3.Connection) -> list[str]:
    """What makes *db* anew. The index of words is filled by its triggers, so what it consists of is left out."""
    made = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    virtual = [name for name, sql in made if sql.startswith("CREATE VIRTUAL")]
    inner = {name for name, sql in made if sql.startswith("CREATE TABLE '") and name.startswith(tuple(virtual))}
    ours = [f'INSERT INTO "{table.name}"' for table in schema.metadata.sorted_tables]
    rows = [line for line in db.iterdump() if line.startswith(tuple(ours))]
    return [f"{sql};" for name, sql in made if name not in inner and not name.startswith("sqlite_")] + rows


if __name__ == "__main__":
    for one in OLD:
        if not (FOLDER / f"{one}.sql").is_file():
            write(one)
            sys.stdout.write(f"{one}.sql\n")
