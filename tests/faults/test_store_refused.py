"""A locked, full, read-only, foreign or shared store says one clear line, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from digest.errors import StoreError
from digest.model import RunReport, Settlement
from digest.store import Store, Wanted, terms
from digest.store.opening import open_database
from digest.store.sqlite import shared_filesystem
from tests.builders import NOW, a_paper
from tests.stores import TODAY, a_dump, an_edition, claim, ingest, start, url

KEY = "ada/2026-11-21/folder:ada"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(url(tmp_path), now=NOW, busy_seconds=0.2) as opened:
        yield opened


def sound(folder: Path) -> bool:
    with sqlite3.connect(folder / "digest.db") as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# ---------------------------------------------------------------- full, locked, read-only

WRITES: dict[str, Callable[[Store], object]] = {
    "ingest": lambda s: ingest(s, [a_paper("One more")], a_dump("d9")),
    "queue": lambda s: s.queue([an_edition(profile="bob")], NOW),
    "claim": claim,
    "settle": lambda s: s.settle(KEY, 1, Settlement("sent"), NOW),
    "expire": lambda s: s.expire(NOW),
    "retry": lambda s: s.retry(KEY, NOW),
    "pause": lambda s: s.pause("slack", "why", NOW),
    "resume": lambda s: s.resume("slack"),
    "suppress": lambda s: s.suppress("email:x", "why", NOW),
    "unsuppress": lambda s: s.unsuppress("email:x"),
    "save_report": lambda s: s.save_report(RunReport(NOW, NOW)),
    "rehearsing": lambda s: s.rehearsing().__enter__(),
    "delivering": lambda s: s.delivering(NOW).__enter__(),
}
READS: dict[str, Callable[[Store], object]] = {
    "stamps": lambda s: s.stamps("seeds"),
    "search": lambda s: s.find(Wanted(terms("one"))),
    "changes_after": lambda s: s.changes_after(0),
    "edition_states": lambda s: s.edition_states({"ada": TODAY}),
    "digest": lambda s: s.digest("ada", TODAY),
    "status": lambda s: s.status(NOW),
    "deliveries": lambda s: s.deliveries(),
}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program is writing."""
    db = sqlite3.connect(folder / "digest.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        db.close()


@pytest.mark.parametrize("name", WRITES)
def test_fault_62_a_locked_store_is_one_clear_line_and_nothing_is_lost(tmp_path: Path, store: Store, name: str):
    store.queue([an_edition()], NOW)
    with locked(tmp_path), pytest.raises(StoreError, match=r"digest\.db is locked by another process") as caught:
        WRITES[name](store)
    assert "\n" not in str(caught.value)
    assert [d.key for d in claim(store)] == [KEY]


@pytest.mark.parametrize("name", READS)
def test_fault_62_a_locked_store_can_still_be_read(tmp_path: Path, store: Store, name: str):
    store.queue([an_edition()], NOW)
    with locked(tmp_path):
        READS[name](store)


def test_fault_62_a_store_that_is_locked_for_a_moment_is_waited_for(tmp_path: Path, store: Store):
    with Store.open(url(tmp_path), now=NOW, busy_seconds=20) as patient:
        other = start(url(tmp_path), "with store.writing():\n    print('locked', flush=True)\n    time.sleep(0.5)")
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        patient.save_report(RunReport(NOW, NOW))
        other.communicate()
    assert len(store.reports()) == 1


def fill_the_disk(store: Store) -> None:
    """Let the file grow no further: SQLite then says what it says on a full disk."""
    engine = store._database.engine  # type: ignore[union-attr]
    engine.dispose()

    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")

    event.listen(engine, "connect", limit)


def test_fault_62_a_full_disk_is_one_clear_line_and_nothing_of_the_dump_stays(tmp_path: Path, store: Store):
    ingest(store, [a_paper(id="p")])
    fill_the_disk(store)
    many = [a_paper(f"Number {n}", id=f"n{n}", abstract="x" * 3000) for n in range(200)]
    with pytest.raises(StoreError, match=r"the disk is full; nothing was recorded\. Free some space and run again"):
        ingest(store, many, a_dump("d2"))
    assert (store.counts()["papers"], store.counts()["dumps"]) == (1, 1)
    assert sound(tmp_path)


def test_fault_62_a_file_that_may_not_grow_is_one_clear_line_too(tmp_path: Path, store: Store):
    script = """
import resource
from digest.errors import StoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    ingest(store, [a_paper(f"Number {n}", id=f"n{n}", abstract="x" * 3000) for n in range(500)])
except StoreError as error:
    print(error, flush=True)
    os._exit(0)
os._exit(1)
"""
    with start(url(tmp_path), script) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "the disk failed or is full; nothing was recorded" in said
    assert said.count("\n") == 1
    assert store.counts()["papers"] == 0
    assert sound(tmp_path)


def test_fault_62_a_claim_that_cannot_be_recorded_hands_nothing_out(tmp_path: Path, store: Store):
    store.queue([an_edition()], NOW)
    script = """
import resource
from digest.errors import StoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
try:
    print("handed out", claim(store), flush=True)
except StoreError as error:
    print(error, flush=True)
os._exit(0)
"""
    with start(url(tmp_path), script) as process:
        said, _ = process.communicate(timeout=60)
    assert "nothing was recorded" in said
    assert [(d.key, d.token) for d in claim(store)] == [(KEY, 1)]


@contextmanager
def as_a_user() -> Iterator[Path]:
    """A folder to work in as somebody whom permissions bind, which they do not for root."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        state = Path(folder, "state")
        state.mkdir(mode=0o755)
        if os.geteuid():
            yield state
            return
        os.chown(state, 65534, 65534)
        os.seteuid(65534)
        try:
            yield state
        finally:
            os.seteuid(0)


def refusal(target: str, **options: object) -> str:
    with pytest.raises(StoreError) as caught:
        open_database(target, NOW, **options).close()  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_fault_62_a_state_folder_that_cannot_be_written_is_one_clear_line():
    with as_a_user() as folder:
        folder.chmod(0o555)
        said = refusal(url(folder))
    assert "cannot be written (Permission denied); check the permissions of" in said
    assert "or let `state` name another folder" in said


def test_fault_62_a_state_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path):
    (tmp_path / "file").touch()
    assert "cannot be written (Not a directory)" in refusal(url(tmp_path / "file" / "state"))


def test_fault_62_a_store_that_is_a_folder_is_one_clear_line(tmp_path: Path):
    (tmp_path / "digest.db").mkdir()
    assert "is a folder; let [store] url name a file" in refusal(url(tmp_path))


def test_fault_62_a_store_file_that_may_only_be_read_is_one_clear_line():
    with as_a_user() as folder:
        Store.open(url(folder), now=NOW).close()
        (folder / "digest.db").chmod(0o444)
        assert "cannot be written (Permission denied)" in refusal(url(folder))


@pytest.mark.parametrize("content", [b"this is no database, it is a text of some length" * 40, b"\x00" * 5000, b"x"])
def test_fault_62_a_file_that_is_no_database_is_one_clear_line_and_left_alone(tmp_path: Path, content: bytes):
    (tmp_path / "digest.db").write_bytes(content)
    assert "is not a database; move it away" in refusal(url(tmp_path))
    assert (tmp_path / "digest.db").read_bytes() == content


def test_fault_62_a_damaged_store_is_one_clear_line(tmp_path: Path):
    with Store.open(url(tmp_path), now=NOW) as store:
        ingest(store, [a_paper(f"Number {n}", id=f"n{n}", abstract="x" * 900) for n in range(400)])
    file = tmp_path / "digest.db"
    file.write_bytes(file.read_bytes()[:8192] + b"\xff" * (file.stat().st_size - 8192))
    with pytest.raises(StoreError, match="is damaged; restore a backup"), Store.open(url(tmp_path), now=NOW) as store:
        store.find(Wanted(terms("number")))


# ---------------------------------------------------------------- a place that is shared

MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/export /mnt/nfs nfs4 rw,vers=4.2 0 0
tmpfs /mnt/nfs/fast tmpfs rw 0 0
//server/share /mnt/my\\040share cifs rw 0 0
me@server: /mnt/ssh fuse.sshfs rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/digest", ""),
        ("/mnt/nfs", "nfs4"),
        ("/mnt/nfs/digest/state", "nfs4"),
        ("/mnt/nfs/fast/state", ""),
        ("/mnt/nfsx", ""),
        ("/mnt/my share/x", "cifs"),
        ("/mnt/ssh", "fuse.sshfs"),
    ],
)
def test_fault_64_a_file_system_that_other_hosts_share_is_recognised(path: str, kind: str):
    assert shared_filesystem(Path(path), MOUNTS) == kind


def test_fault_64_a_store_on_a_network_file_system_is_refused_before_any_file_is_made(tmp_path: Path):
    (tmp_path / "mounts").write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path.resolve()} nfs4 rw 0 0\n")
    said = refusal(url(tmp_path), mounts=tmp_path / "mounts")
    assert "lies on a network file system (nfs4), where SQLite loses data" in said
    assert [file.name for file in tmp_path.iterdir()] == ["mounts"]
