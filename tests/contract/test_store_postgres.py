"""What only a server can do or suffer: opening, migrating, many writers, lost connections."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import make_url

from digest.errors import StoreError
from digest.model import RunReport, Settlement
from digest.store import Store, schema
from digest.store.migrating import upgrade
from digest.store.opening import open_database
from digest.store.postgres import PostgresDatabase
from digest.store.revisions import Schema
from tests.builders import NOW, a_paper
from tests.stores import LEASE, POSTGRES, a_dump, a_postgres_url, an_edition, claim, ingest, postgres_session, start

LATER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "later", "{head}"


def upgrade() -> None:
    op.add_column("papers", sa.Column("colour", sa.Text(), server_default="grey"))
"""
SHAPE = """
SELECT table_name || '.' || column_name, data_type, is_nullable, coalesce(column_default, ''),
  coalesce(character_maximum_length, 0) FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL SELECT indexname, indexdef, '', '', 0 FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL SELECT conrelid::regclass::text, pg_get_constraintdef(oid), '', '', 0 FROM pg_constraint
  WHERE connamespace = current_schema()::regnamespace
ORDER BY 1, 2
"""


@pytest.fixture
def pg_url() -> Iterator[str]:
    with a_postgres_url() as url:
        yield url


@pytest.fixture
def store(pg_url: str) -> Iterator[Store]:
    with Store.open(pg_url, now=NOW, busy_seconds=2) as opened:
        yield opened


def shape(url: str) -> list[tuple[str, ...]]:
    """Every column, index and constraint of a schema."""
    with postgres_session(url) as session:
        name = session.execute("SELECT current_schema()").fetchone()[0]  # type: ignore[index]
        return [tuple(str(part).replace(f"{name}.", "") for part in row) for row in session.execute(SHAPE)]


def a_later_schema(folder: Path, script: str = LATER) -> Schema:
    """What a next version would bring."""
    migrations = Path(shutil.copytree(Schema().migrations, folder / "migrations"))
    (migrations / "versions" / "later.py").write_text(script.format(head=schema.REVISIONS[-1]))
    return Schema((*schema.REVISIONS, "later"), migrations)


def refusal(target: str, **options: object) -> str:
    with pytest.raises(StoreError) as caught:
        open_database(target, NOW, **options).close()  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def at(**parts: object) -> str:
    return make_url(POSTGRES).set(**parts).render_as_string(False)  # type: ignore[arg-type]


# ---------------------------------------------------------------- opening


def not_of_the_index(name: str | None, kind: str, parents: object) -> bool:
    """The index of words has a table of its own, which no metadata hold; `shape` compares it."""
    return not (kind == "table" and name == "paper_words")


def test_the_migrations_make_what_the_metadata_say(pg_url: str):
    Store.open(pg_url, now=NOW).close()
    with a_postgres_url() as other:
        database = PostgresDatabase(make_url(other))
        with database.writing() as connection:
            upgrade(connection, Schema())
            options = {"compare_type": True, "include_name": not_of_the_index}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, schema.metadata) == []
        database.close()
        assert shape(other) == shape(pg_url)
    assert any("WHERE" in row[1] for row in shape(pg_url)), "partial indexes are"


def test_many_processes_may_make_one_store_at_the_same_time(pg_url: str):
    script = f"from digest.store import Store; from tests.builders import NOW; Store.open({pg_url!r}, now=NOW)"
    running = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4


def test_an_older_store_is_migrated_once_however_many_open_it(pg_url: str, tmp_path: Path, store: Store):
    ingest(store, [a_paper(id="p")])
    known = a_later_schema(tmp_path)

    def open_it(_: int) -> None:
        open_database(pg_url, NOW, known=known).close()

    open_it(0)  # Alembic keeps its state per process: threads would share it
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_it, range(4)))
    with postgres_session(pg_url) as session:
        assert session.execute("SELECT id, colour FROM papers").fetchall() == [("p", "grey")]
        assert session.execute("SELECT version_num FROM alembic_version").fetchall() == [("later",)]
    assert "written by a newer version of digest (schema later" in refusal(pg_url)


def test_a_migration_that_fails_changes_nothing(pg_url: str, tmp_path: Path, store: Store):
    ingest(store, [a_paper(id="p")])
    before = shape(pg_url)
    known = a_later_schema(tmp_path, LATER + '    raise RuntimeError("half way")\n')
    with pytest.raises(RuntimeError, match="half way"):
        open_database(pg_url, NOW, known=known)
    assert shape(pg_url) == before
    assert store.counts()["papers"] == 1


def test_the_tables_of_another_program_are_left_alone(pg_url: str):
    with postgres_session(pg_url) as session:
        session.execute("CREATE TABLE bookmarks (id integer)")
    assert "holds the tables of another program" in refusal(pg_url)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (at(port=9), "cannot be reached (Connection refused"),
        (at(database="nobody_made_this"), "does not exist); is PostgreSQL running"),
        (at(username="nobody_of_this_name"), 'role "nobody_of_this_name" does not exist'),
        (at(query={"options": "-csearch_path=nobody_made_this"}), "has no such schema"),
    ],
)
def test_what_cannot_be_opened_is_one_clear_line(target: str, said: str):
    with a_postgres_url():
        assert said in refusal(target)


def test_without_its_driver_the_line_says_what_to_install():
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from tests.builders import NOW\nfrom digest.store import Store\n"
        f"Store.open({POSTGRES!r}, now=NOW)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("pip install 'paper-digest[postgres]'")


def test_a_bot_on_sqlite_loads_nothing_of_postgresql():
    code = (
        "import sys\nfrom tests.builders import NOW\nfrom digest.store import Store\n"
        "with Store.open('sqlite://', now=NOW) as store:\n    store.status(NOW)\n"
        "print([name for name in sys.modules if 'psycopg' in name or 'postgres' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ---------------------------------------------------------------- many writers


def test_the_numbers_of_changes_become_visible_in_their_order(pg_url: str, store: Store):
    """A cursor that has passed a number never sees it: so no smaller one may come later."""
    script = """
for n in range(25):
    name = f"{os.getpid()}-{n}"
    ingest(store, [a_paper(f"Paper {name} {k}", id=f"{name}-{k}") for k in range(3)], a_dump(name))
"""
    running = [start(pg_url, script) for _ in range(3)]
    seen: list[int] = []
    while any(process.poll() is None for process in running):
        seen += [change.id for change in store.changes_after(seen[-1] if seen else 0)]
    seen += [change.id for change in store.changes_after(seen[-1] if seen else 0)]
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * 3
    assert len(seen) == store.counts()["changes"] == 225


def test_a_writer_that_is_kept_waiting_for_too_long_says_who_is_in_the_way(store: Store, pg_url: str):
    with (
        Store.open(pg_url, now=NOW, busy_seconds=0.2) as hasty,
        store.writing(),
        pytest.raises(StoreError, match="is locked by another process"),
    ):
        hasty.save_report(RunReport(NOW, NOW))


def test_sending_goes_on_while_a_dump_is_taken_in(store: Store):
    store.queue([an_edition(targets=("folder:a", "folder:b"))], NOW)
    with store.writing():
        (one,) = claim(store, limit=1)
        assert store.settle(one.key, one.token, Settlement("sent"), NOW)
        assert store.status(NOW).deliveries["sent"] == 1


def test_a_row_that_somebody_else_is_claiming_is_passed_over(store: Store):
    store.queue([an_edition(targets=[f"folder:{n:02}" for n in range(20)])], NOW)
    assert store._database is not None
    with store._database.writing(hold="rows") as connection:
        held = connection.exec_driver_sql("SELECT key FROM deliveries ORDER BY no LIMIT 7 FOR UPDATE").scalars().all()
        taken = [one.key for one in claim(store)]
    assert len(held) == 7
    assert len(taken) == 13
    assert not set(held) & set(taken)


def test_a_lost_worker_is_not_taken_for_lost_when_it_reports_in_the_same_moment(store: Store):
    store.queue([an_edition()], NOW)
    (one,) = claim(store)
    assert store._database is not None
    with store._database.writing(hold="rows") as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'sent'")
        assert store.expire(NOW + LEASE) == [], "the row is being settled"
    assert store.expire(NOW + LEASE) == []
    assert [d.key for d in store.deliveries("sent")] == [one.key]


# ---------------------------------------------------------------- the server


@pytest.fixture
def cut(store: Store, pg_url: str) -> Callable[[], None]:
    """End the session of this test's store, as a restart of the server would."""
    assert store._database is not None
    with store._database.reading() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()

    def end() -> None:
        with postgres_session(pg_url) as session:
            session.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    return end


def test_a_lost_connection_is_one_clear_line_and_the_next_call_works(store: Store, cut: Callable[[], None]):
    ingest(store, [a_paper(id="p")])
    cut()
    with pytest.raises(StoreError, match=r"is being stopped or started|cannot be reached"):
        store.counts()
    assert store.counts()["papers"] == 1


def test_a_transaction_whose_connection_is_lost_is_not_kept(store: Store, cut: Callable[[], None]):
    def broken() -> None:
        with store.writing() as writer:
            writer.remember_stamp("seeds", "a.txt", "1", "d", NOW)
            cut()
            writer.remember_stamp("seeds", "b.txt", "1", "d", NOW)

    with pytest.raises(StoreError):
        broken()
    assert store.stamps("seeds") == {}


def test_a_connection_that_rested_is_looked_at_before_it_is_used(
    store: Store, cut: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("digest.store.postgres._IDLE_SECONDS", 0.0)
    cut()
    assert store.counts()["papers"] == 0, "no error: the pool made another one"


def test_the_lock_of_a_sender_goes_with_its_session(store: Store, pg_url: str):
    store.queue([an_edition()], NOW)
    other = start(
        pg_url, "with store.delivering(NOW):\n    claim(store)\n    print('claimed', flush=True)\n    time.sleep(60)"
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        with store.delivering(NOW) as doubtful:
            assert doubtful == ()
    finally:
        other.kill()
        other.communicate()
    assert _soon(lambda: bool(_doubtful(store))), "it is known in a moment that nobody sends it"


def _doubtful(store: Store) -> tuple[object, ...]:
    with store.delivering(NOW) as doubtful:
        return doubtful


def _soon(what: object, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():  # type: ignore[operator]
            return True
        threading.Event().wait(0.1)
    return False


# ---------------------------------------------------------------- what a text may hold


def test_a_character_that_postgresql_cannot_hold_is_shown_as_replaced(store: Store):
    ingest(store, [a_paper("Nul\0l", id="p", abstract="a\0b", authors=("A\0da",))], a_dump("d", source="s\0"))
    paper = store.papers(["p"])["p"]
    assert (paper.title, paper.abstract) == ("Nul\ufffdl", "a\ufffdb")
    store.queue([an_edition()], NOW)
    (one,) = claim(store)
    store.settle(one.key, one.token, Settlement("dead", said="550 \0"), NOW)
    assert store.deliveries("dead")[0].error == "550 \ufffd"
