"""Opening a store: made, stamped, migrated, refused."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from digest.errors import StoreError
from digest.store import Store, schema
from digest.store.migrating import upgrade
from digest.store.opening import open_database
from digest.store.revisions import Schema
from tests.builders import NOW, a_paper
from tests.stores import ingest

MIGRATIONS = Schema().migrations
REVISIONS = schema.REVISIONS
HEAD = REVISIONS[-1]
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "HEAD"


def upgrade() -> None:
    op.add_column("papers", sa.Column("colour", sa.Text(), server_default="grey"))
    with op.batch_alter_table("dumps", recreate="always") as dumps:
        dumps.add_column(sa.Column("size", sa.Integer()))
"""


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/digest.db"


def a_later_schema(folder: Path, second: str = SECOND) -> Schema:
    """What a next version would bring."""
    migrations = Path(shutil.copytree(MIGRATIONS, folder / "migrations"))
    (migrations / "versions" / "r9999_later.py").write_text(second.replace("HEAD", HEAD))
    return Schema((*REVISIONS, "9999"), migrations)


def open_later(folder: Path, known: Schema) -> None:
    open_database(url(folder), NOW, known=known).close()


def tables(file: Path) -> dict[str, list[str]]:
    """The parts of every table's and index's definition; those of a table in any order."""
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: parts("".join(sql.split()).replace('"', "")) for name, sql in rows}


def parts(sql: str) -> list[str]:
    table = re.fullmatch(r"(CREATETABLE\w+)\((.*)\)(\w*)", sql)
    return [table[1], table[3], *sorted(re.split(r",(?![^()]*\))", table[2]))] if table else [sql]


# ---------------------------------------------------------------- made


def test_a_new_store_may_be_read_by_its_owner_only(tmp_path: Path):
    with Store.open(url(tmp_path / "a" / "b"), now=NOW) as store:
        ingest(store, [a_paper()])
        modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "a" / "b").iterdir()}
    assert modes == {"digest.db": 0o600, "digest.db-wal": 0o600, "digest.db-shm": 0o600}


def test_what_was_remembered_is_there_when_opened_again(tmp_path: Path):
    with Store.open(url(tmp_path), now=NOW) as store:
        ingest(store, [a_paper(id="p")])
    with Store.open(url(tmp_path), now=NOW) as store:
        assert store.counts()["papers"] == 1


def test_an_empty_file_becomes_a_store(tmp_path: Path):
    (tmp_path / "digest.db").touch()
    with Store.open(url(tmp_path), now=NOW) as store:
        assert store.counts()["papers"] == 0


def test_a_fresh_store_is_stamped_with_the_newest_schema(tmp_path: Path):
    Store.open(url(tmp_path), now=NOW).close()
    with sqlite3.connect(tmp_path / "digest.db") as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.REVISIONS[-1],)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def not_of_the_index(name: str | None, kind: str, parents: object) -> bool:
    """The index of words makes tables of its own, which no metadata hold; `tables` compares those."""
    return not (kind == "table" and str(name).startswith("paper_words"))


def test_the_migrations_make_what_the_metadata_say(tmp_path: Path):
    Store.open(url(tmp_path), now=NOW).close()
    engine = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    with engine.begin() as connection:
        upgrade(connection, Schema())
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": not_of_the_index})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()
    assert tables(tmp_path / "migrated.db") == tables(tmp_path / "digest.db")


def test_every_migration_is_in_the_list_of_schemas():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == schema.REVISIONS


def test_an_ordinary_pass_does_not_import_alembic(tmp_path: Path):
    script = f"""
import sys
from datetime import timedelta
from digest.store import Settlement, Store
from tests.builders import NOW, a_paper
from tests.stores import an_edition, ingest
for _ in range(2):
    with Store.open({url(tmp_path)!r}, now=NOW) as store:
        if not store.last_change():
            ingest(store, [a_paper()])
            store.queue([an_edition()], NOW)
        with store.delivering(NOW):
            for one in store.claim(NOW, lease=timedelta(minutes=1), limit=9):
                store.settle(one.key, one.token, Settlement("sent"), NOW)
        store.status(NOW)
print(sorted(name for name in sys.modules if name.split(".")[0] in ("alembic", "mako")))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_many_processes_may_make_one_store_at_the_same_time(tmp_path: Path):
    script = f"from digest.store import Store; from tests.builders import NOW; Store.open({url(tmp_path)!r}, now=NOW)"
    running = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(6)]
    assert [process.wait() for process in running] == [0] * 6


def test_many_threads_may_make_one_store_at_the_same_time(tmp_path: Path):
    with ThreadPoolExecutor(12) as pool:
        stores = list(pool.map(lambda _: Store.open(url(tmp_path), now=NOW), range(12)))
    assert [store.counts()["papers"] for store in stores] == [0] * 12
    for store in stores:
        store.close()


# ---------------------------------------------------------------- migrated


def test_an_older_store_is_migrated_after_a_copy_was_made_beside_it(tmp_path: Path):
    with Store.open(url(tmp_path), now=NOW) as store:
        ingest(store, [a_paper(id="p")])
    open_later(tmp_path, known := a_later_schema(tmp_path))

    copy = tmp_path / f"digest.db.{HEAD}-20261121T060000Z"
    assert copy.stat().st_mode & 0o777 == 0o600
    with Store.open(f"sqlite:///{copy}", now=NOW) as old:
        assert old.counts()["papers"] == 1
    with sqlite3.connect(tmp_path / "digest.db") as db:
        assert db.execute("SELECT id, colour FROM papers").fetchall() == [("p", "grey")]
        assert db.execute("SELECT count(*) FROM sightings JOIN dumps ON dumps.no = dump").fetchone() == (1,)
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []

    open_later(tmp_path, known)
    assert len(list(tmp_path.glob("digest.db.0*"))) == 1, "nothing is due the second time"


def test_a_migration_that_fails_changes_nothing_and_leaves_the_copy(tmp_path: Path):
    with Store.open(url(tmp_path), now=NOW) as store:
        ingest(store, [a_paper(id="p")])
    known = a_later_schema(tmp_path, SECOND + '    raise RuntimeError("half way")\n')
    before = tables(tmp_path / "digest.db")
    with pytest.raises(RuntimeError, match="half way"):
        open_later(tmp_path, known)
    assert tables(tmp_path / "digest.db") == before
    with Store.open(url(tmp_path), now=NOW) as store:
        assert store.counts()["papers"] == 1
    assert len(list(tmp_path.glob(f"digest.db.{HEAD}-*"))) == 1


def test_a_migration_that_loses_what_a_row_refers_to_is_undone(tmp_path: Path):
    with Store.open(url(tmp_path), now=NOW) as store:
        ingest(store, [a_paper(id="p")])
    known = a_later_schema(tmp_path, SECOND + "    op.execute(sa.table('dumps').delete())\n")
    with pytest.raises(StoreError, match="lost what it refers to; nothing was changed"):
        open_later(tmp_path, known)
    with Store.open(url(tmp_path), now=NOW) as store:
        assert store.counts()["dumps"] == 1


def test_two_that_open_an_older_store_migrate_it_once(tmp_path: Path):
    Store.open(url(tmp_path), now=NOW).close()
    known = a_later_schema(tmp_path)
    script = f"""
from pathlib import Path
from digest.store.opening import open_database
from digest.store.revisions import Schema
from tests.builders import NOW
known = Schema({known.revisions!r}, Path({str(known.migrations)!r}))
open_database({url(tmp_path)!r}, NOW, known=known).close()
"""
    running = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [process.wait() for process in running] == [0] * 3
    assert len(list(tmp_path.glob(f"digest.db.{HEAD}-*"))) == 1


def test_a_copy_that_is_there_already_is_not_overwritten(tmp_path: Path):
    Store.open(url(tmp_path), now=NOW).close()
    copy = tmp_path / f"digest.db.{HEAD}-20261121T060000Z"
    copy.write_text("precious")
    with pytest.raises(StoreError, match=r"no copy can be made at .*File exists.*nothing was changed"):
        open_later(tmp_path, a_later_schema(tmp_path))
    assert copy.read_text() == "precious"


# ---------------------------------------------------------------- refused


def refusal(target: str, **options: object) -> str:
    with pytest.raises(StoreError) as caught:
        open_database(target, NOW, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path):
    open_later(tmp_path, Schema())
    with sqlite3.connect(tmp_path / "digest.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9998'")
    said = refusal(url(tmp_path))
    assert f"written by a newer version of digest (schema 9998, this one knows {HEAD})" in said
    assert list(tmp_path.glob("*Z")) == []


def test_the_database_of_another_program_is_refused(tmp_path: Path):
    with sqlite3.connect(tmp_path / "digest.db") as db:
        db.execute("CREATE TABLE bookmarks (id INTEGER)")
    assert "holds the tables of another program" in refusal(url(tmp_path))
    with sqlite3.connect(tmp_path / "digest.db") as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("digest.db", "not a database URL"),
        ("", "not a database URL"),
        ("mysql://u:secret@h/db", "names mysql"),
        ("postgresql://u:secret@h/db", "names postgresql; write sqlite:///FILE or postgresql+psycopg://"),
        ("postgresql+psycopg://u:secret@127.0.0.1:9/db", "the store postgresql://127.0.0.1:9/db cannot be reached ("),
    ],
)
def test_a_url_that_is_no_store_is_refused_without_telling_its_password(target: str, said: str):
    message = refusal(target)
    assert said in message
    assert "secret" not in message
