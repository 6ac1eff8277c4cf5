"""A store goes elsewhere: wholly, compared row by row, or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.cli import main
from digest.errors import StoreError
from digest.model import Change, DumpReport, Failure, Reject, RunReport, Settlement
from digest.store import Store, copying, schema
from tests.builders import NOW, a_paper
from tests.stores import TODAY, a_dump, a_known, a_postgres_url, an_edition, an_empty_edition, claim, ingest, start

HOUR = timedelta(hours=1)
HELD = "nothing is sent until a person says so"


@pytest.fixture(params=["file", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second place, empty."""
    if request.param == "file":
        yield f"sqlite:///{tmp_path}/other.db"
        return
    with a_postgres_url() as url:
        yield url


def fill(store: Store) -> None:
    """Something in nearly every table, with what a text may hold."""
    odd = a_paper("Größe \0 of “x”\\x00", id="odd", abstract="𝔸 \u2028 \\", authors=("Łukasz", "O'Hara"), upvotes=0)
    ingest(store, [a_paper("One"), odd, a_paper("Three", id="c")], rejects=[Reject("a.txt:3", "no title")])
    with store.writing() as writer:
        writer.save([a_known(a_paper("One", code_url="https://x.org/c"))], NOW + HOUR)
        writer.add_dump(a_dump("undated", captured_on=None, header=None), [], now=NOW)
        writer.add_changes([Change(a_paper("One"), "updated", "code", ("code_url",))], NOW + HOUR)
    store.queue([an_edition("One", targets=("email:a@x.org", "slack:C1", "folder:a", "folder:b"), cursor=3)], NOW)
    store.queue([an_empty_edition("bob", cursor=40)], NOW)
    sent, dead, *_ = claim(store, limit=3)
    store.settle(sent.key, sent.token, Settlement("sent", remote_ids=("<1@x>",), said="250"), NOW)
    store.settle(dead.key, dead.token, Settlement("dead", said="550"), NOW)
    store.pause("slack", "invalid_auth", NOW)
    store.suppress("email:b@x.org", "550 5.1.1", NOW)
    store.note_sources({"seeds": "", "arxiv": "timed out"}, NOW)
    store.save_report(
        RunReport(NOW, NOW + HOUR, (DumpReport("seeds", "a.txt", "card", 3, 3),), failures=(Failure("x", "y"),))
    )

    _fill_the_rest(store)


def _fill_the_rest(store: Store) -> None:
    """One made-up row in every table that has none yet, whatever tables there will be."""
    assert store._database is not None
    made_up = {int: 7, str: "ü", float: 0.1 + 0.2, bool: True, bytes: b"\x00\xff", date: TODAY}
    by_name = {"Instant": NOW, "JSON": {"ü": [None, 1e-9]}}
    with store._database.writing() as connection:
        for table in schema.metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                first = {c.name: next(iter(c.foreign_keys)).column for c in table.columns if c.foreign_keys}
                found = {name: connection.execute(select(column).limit(1)).scalar() for name, column in first.items()}
                values = {
                    c.name: found.get(c.name) or by_name.get(type(c.type).__name__) or made_up[c.type.python_type]
                    for c in table.columns
                }
                connection.execute(table.insert().values(values))


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those that say where the store is."""
    assert store._database is not None
    with store._database.reading() as connection:
        return {
            table.name: sorted(
                (tuple(row) for row in connection.execute(select(table)) if row[0] not in {"moved", "home", "backup"}),
                key=repr,
            )
            for table in schema.metadata.sorted_tables
        }


def test_everything_is_the_same_in_the_other_store(store_url: str, other_url: str):
    with Store.open(store_url, now=NOW) as old, Store.open(other_url, now=NOW) as new:
        fill(old)
        copied = {one.table: one for one in old.move_to(new, NOW)}
        before, after = content(old), content(new)
    assert [name for name, found in before.items() if not found] == []
    assert {name: one.rows for name, one in copied.items()} == {
        name: len(found) for name, found in after.items() if name != "alembic_version"
    }
    told = [repr(found).replace("\\x00", "\ufffd") for found in (before, after)]
    assert told[0] == told[1], "but for NUL in PostgreSQL's texts"


def test_the_new_store_goes_on_where_the_old_one_stood(store_url: str, other_url: str):
    with Store.open(store_url, now=NOW) as old, Store.open(other_url, now=NOW) as new:
        fill(old)
        old.move_to(new, NOW)
        assert new.hold_if_restored() is None, "it may send"
        assert old.hold_if_restored() == NOW, HELD
        (change,) = ingest(new, [a_paper("Four", id="d")], a_dump("d4"))
        assert change.id > 40, "no cursor has passed it"
        assert new.queue([an_edition("Two")], NOW) == ("exists",)
        assert new.queue([an_edition("Four", profile="eve", targets=("folder:eve",))], NOW) == ("queued",)
        assert [one.key for one in claim(new)] == ["ada/2026-11-21/folder:b", "eve/2026-11-21/folder:eve"]
        digest = new.digest("ada", TODAY)
        assert digest is not None
        assert digest.picks[0].change.paper.title == "One"


def test_a_store_that_holds_something_is_refused_and_left_alone(store_url: str, other_url: str):
    with Store.open(store_url, now=NOW) as old, Store.open(other_url, now=NOW) as new:
        fill(old)
        new.suppress("email:z@x.org", "why", NOW)
        before = content(new)
        with pytest.raises(StoreError, match=r"is not empty \(suppressed_targets\); nothing was copied"):
            old.move_to(new, NOW)
        assert content(new) == before
        assert old.restored_at() is None, "the old one goes on"


def test_a_row_that_got_lost_on_the_way_is_noticed_and_nothing_is_kept(
    store_url: str, other_url: str, monkeypatch: pytest.MonkeyPatch
):
    honest = copying._read

    def lossy(connection, table):  # type: ignore[no-untyped-def]
        rows = list(honest(connection, table))
        yield from rows[1:] if table.name == "sightings" and connection.engine.url.render_as_string() == lost else rows

    with Store.open(store_url, now=NOW) as old, Store.open(other_url, now=NOW) as new:
        fill(old)
        assert new._database is not None
        lost = new._database.engine.url.render_as_string()
        monkeypatch.setattr(copying, "_read", lossy)
        with pytest.raises(StoreError, match="sightings is not the same after copying: 2 rows of 3, checksum"):
            old.move_to(new, NOW)
        assert set(new.counts().values()) == {0}
        assert old.restored_at() is None


def test_fault_60_a_copy_that_is_killed_leaves_the_new_store_empty(store_url: str, other_url: str):
    with Store.open(store_url, now=NOW) as old, Store.open(other_url, now=NOW) as new:
        fill(old)
        script = f"""
def die(table, rows):
    if table == "sightings": os.kill(os.getpid(), signal.SIGKILL)
import digest.store.copying as copying
copying._AT_ONCE = 1
store.move_to(Store.open({other_url!r}, now=NOW), NOW, die)
"""
        with start(store_url, script) as process:
            assert process.wait(60) == -signal.SIGKILL
        assert set(new.counts().values()) == {0}
        old.move_to(new, NOW)
        assert new.counts() == old.counts()


def test_a_bot_that_is_sending_is_not_copied_away_from(store_url: str, other_url: str):
    with Store.open(store_url, now=NOW) as old, Store.open(other_url, now=NOW) as new:
        other = start(store_url, "with store.delivering(NOW):\n    print('sending', flush=True)\n    time.sleep(60)")
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "sending\n"
            with pytest.raises(StoreError, match="is being sent from; stop the bot and its workers first"):
                old.move_to(new, NOW)
        finally:
            other.kill()
            other.communicate()


# ---------------------------------------------------------------- backups of a server's store


@pytest.fixture
def filed() -> Iterator[Store]:
    with a_postgres_url() as url, Store.open(url, now=NOW) as store:
        fill(store)
        yield store


def test_a_backup_of_a_store_on_a_server_is_a_file_that_can_be_copied_back(filed: Store, tmp_path: Path):
    file = tmp_path / "copy.db"
    with filed.writing():  # it waits for nobody
        filed.backup(file, NOW + HOUR)
    assert [one.name for one in tmp_path.iterdir()] == ["copy.db"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert filed.restored_at() is None
    with (
        a_postgres_url() as url,
        Store.open(f"sqlite:///{file}", now=NOW) as copy,
        Store.open(url, now=NOW) as back,
    ):
        copy.move_to(back, NOW + HOUR)
        assert content(back) == content(filed)
        assert back.hold_if_restored() == NOW + HOUR, HELD
        back.take_up(NOW + HOUR, served={}, drop={"email"}, ask={"slack"})
        assert back.hold_if_restored() is None


def test_fault_67_a_dump_that_pg_restore_put_back_is_held(filed: Store, tmp_path: Path):
    assert filed.hold_if_restored() is None
    assert filed.hold_if_restored() is None, "it is at home"
    assert filed._database is not None
    url = filed._database.engine.url.set(drivername="postgresql").render_as_string(False)
    schema_name = url.rpartition("%3D")[2]  # nothing of other tests, which go on beside this one
    dump = subprocess.run(
        ["pg_dump", "--clean", "--schema", schema_name, url], capture_output=True, text=True, check=True
    ).stdout
    subprocess.run(["psql", "-q", url], input=dump, capture_output=True, text=True, check=True)
    assert filed.hold_if_restored() == NOW + HOUR, HELD
    filed.take_up(NOW, served={}, drop=(), ask=())
    assert filed.hold_if_restored() is None


@pytest.mark.parametrize(("hours", "held"), [(0, False), (48, True)])
def test_fault_67_of_two_histories_only_one_that_is_old_is_held(filed: Store, hours: int, held: bool):
    """A standby takes over within seconds; a recovery goes back by hours."""
    filed.hold_if_restored()
    assert filed._database is not None
    with filed._database.writing() as connection:
        connection.exec_driver_sql("UPDATE marks SET value = value || '9' WHERE name = 'home'")
        connection.exec_driver_sql(f"UPDATE runs SET finished_at = now() - interval '{hours} hours'")  # noqa: S608
    assert (filed.hold_if_restored() is not None) == held
    if not held:
        with filed._database.writing() as connection:
            connection.exec_driver_sql("UPDATE runs SET finished_at = now() - interval '48 hours'")
        assert filed.hold_if_restored() is None, "the change was taken note of"


# ---------------------------------------------------------------- the command


def run(*argv: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["digest", "store", "copy", *argv])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_the_command_says_what_was_copied(
    store_url: str, other_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    with Store.open(store_url, now=NOW) as old:
        fill(old)
    monkeypatch.setenv("OTHER_STORE", other_url)
    assert run(store_url, "env:OTHER_STORE") == 0
    said = capsys.readouterr().out
    assert "papers" in said
    assert "rows copied, and the same on both sides: let [store] url name the new store" in said
    assert run(store_url, other_url) == 1
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("sqlite:///none.db", "sqlite:///b.db"), "none.db: there is no such store"),
        (("sqlite:///a.db", "sqlite:///a.db"), "FROM and TO are the same store"),
        (("env:NOT_SET", "sqlite:///a.db"), "env:NOT_SET: the environment has no NOT_SET"),
    ],
)
def test_what_cannot_be_copied_is_one_clear_line(argv: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]):
    assert run(*argv) == 2
    assert capsys.readouterr().err.strip() == f"digest: {said}"
