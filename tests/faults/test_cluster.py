"""Two workers on one database: killed, cut off, told to stop. Nothing is lost, and twice only what was in doubt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy.engine import make_url

from digest.cluster import chunk_size
from digest.pipeline.pacing import SharedPace
from digest.store import Store
from tests.acceptance.bot import ADA, DIGEST_TOML, page
from tests.builders import NOW
from tests.pgserver import a_server, programs
from tests.proxy import Fault, FaultProxy
from tests.stores import a_postgres_url, an_edition, postgres_session

PROFILES = 60
ROOT = Path(__file__).resolve().parents[2]


class SlowRelay:
    """Takes each mail after a moment, and counts how often each recipient got which."""

    def __init__(self, delay: float) -> None:
        self.delay, self.got = delay, Counter[str]()
        self._lock = threading.Lock()

    async def handle_DATA(self, server, session, envelope):
        import asyncio

        await asyncio.sleep(self.delay)
        with self._lock:
            self.got.update(envelope.rcpt_tos)
        return "250 2.0.0 taken"


@pytest.fixture
def relay() -> Iterator[tuple[SlowRelay, int]]:
    taker = SlowRelay(0.1)

    class OnAnyPort(Controller):
        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    controller = OnAnyPort(taker, hostname="127.0.0.1", port=0)
    controller.start()
    yield taker, controller.port
    controller.stop()


@pytest.fixture
def place() -> Iterator[str]:
    with a_postgres_url() as url:
        yield url


def a_config(folder: Path, url: str, port: int, profiles: int = PROFILES) -> Path:
    """A bot of many readers whose hour has come."""
    (folder / "profiles").mkdir(parents=True)
    (folder / "drop").mkdir()
    titles = [f"{word} Diffusion Models" for word in ("Sparse", "Causal", "Fast")]
    (folder / "drop" / "page.txt").write_text(page(*titles, day=f"{datetime.now(UTC):%b %-d}"))
    mail = f'\n[email]\nurl = "smtp://127.0.0.1:{port}"\nfrom = "Digest <digest@example.org>"\nconnections = 2\n'
    (folder / "digest.toml").write_text(f'{DIGEST_TOML}{mail}\n[store]\nurl = "env:STORE_URL"\n')
    for n in range(profiles):
        text = ADA.replace('"ada"', f'"p{n:03}"').replace("folder:ada", f"email:p{n:03}@example.org")
        text = text.replace("weekdays 08:30", "daily 00:00").replace("Europe/Berlin", "UTC")
        (folder / "profiles" / f"p{n:03}.toml").write_text(text)
    return folder / "digest.toml"


def a_worker(config: Path, url: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "digest", "worker", "--config", str(config)]
    with (config.parent / f"worker-{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(argv, cwd=ROOT, env={**os.environ, "STORE_URL": url}, stderr=log, stdout=log)


def until(what: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.1)


def settled(url: str, profiles: int = PROFILES) -> bool:
    with postgres_session(url) as session:
        row = session.execute("SELECT count(*), count(*) FILTER (WHERE state = 'sent') FROM deliveries").fetchone()
    return row == (profiles, profiles)


def in_doubt(url: str) -> set[str]:
    with postgres_session(url) as session:
        return {row[0] for row in session.execute("SELECT address FROM deliveries WHERE doubts > 0")}


@pytest.mark.parametrize("which", ["leader", "other"])
def test_fault_66_a_worker_that_is_killed_loses_nothing(tmp_path: Path, place: str, relay, which: str):
    taker, port = relay
    config = a_config(tmp_path / "bot", place, port)
    Store.open(place, now=datetime.now(UTC)).close()
    first = a_worker(config, place)
    until(lambda: b"leading" in b"".join(log.read_bytes() for log in config.parent.glob("*.log")))
    second = a_worker(config, place)
    try:
        until(lambda: len(taker.got) >= 10)
        victim, survivor = (first, second) if which == "leader" else (second, first)
        victim.kill()
        victim.wait()
        until(lambda: settled(place))
        assert len(taker.got) == PROFILES, "nobody is left out"
        twice = {address for address, count in taker.got.items() if count > 1}
        assert twice <= in_doubt(place), "twice only what was in doubt"
        assert max(taker.got.values()) <= 2
        survivor.send_signal(signal.SIGTERM)
        assert survivor.wait(60) == 0
    finally:
        for process in (first, second):
            process.kill()
            process.wait()


def test_fault_68_a_worker_that_is_told_to_stop_leaves_nothing_in_doubt(tmp_path: Path, place: str, relay):
    taker, port = relay
    config = a_config(tmp_path / "bot", place, port)
    worker = a_worker(config, place)
    try:
        until(lambda: len(taker.got) >= 5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert in_doubt(place) == set()
        with Store.open(place, now=datetime.now(UTC)) as store:
            counts = store.status(datetime.now(UTC)).deliveries
        assert counts["sending"] == 0
        assert counts["sent"] == len(taker.got) == sum(taker.got.values())
    finally:
        worker.kill()
        worker.wait()


def test_sessions_that_the_server_ends_are_waited_out(tmp_path: Path, place: str, relay):
    taker, port = relay
    config = a_config(tmp_path / "bot", place, port)
    name = f"worker-{os.getpid()}"
    worker = a_worker(config, make_url(place).update_query_dict({"application_name": name}).render_as_string(False))
    try:
        until(lambda: len(taker.got) >= 10)
        with postgres_session(place) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (name,)
            )
        until(lambda: settled(place))
        assert len(taker.got) == PROFILES
        assert {address for address, count in taker.got.items() if count > 1} <= in_doubt(place)
    finally:
        worker.kill()
        worker.wait()


@contextmanager
def two_workers(config: Path, *urls: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    workers = [a_worker(config, url) for url in urls]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def all_have_theirs(taker: SlowRelay, url: str) -> None:
    until(lambda: settled(url))
    assert len(taker.got) == PROFILES, "nobody is left out"
    assert {address for address, count in taker.got.items() if count > 1} <= in_doubt(url), "twice only in doubt"
    assert max(taker.got.values()) <= 2


@pytest.mark.skipif(programs() is None and not os.environ.get("CI"), reason="needs PostgreSQL's own programs")
def test_a_restart_of_postgresql_in_the_middle_of_two_workers_loses_nothing(tmp_path: Path, relay):
    taker, port = relay
    with tempfile.TemporaryDirectory(prefix="pg") as folder, a_server(Path(folder)) as server:
        config = a_config(tmp_path / "bot", server.url, port)
        with two_workers(config, server.url, server.url) as workers:
            until(lambda: len(taker.got) >= 10)
            server.stop()
            server.start()
            all_have_theirs(taker, server.url)
            assert [worker.poll() for worker in workers] == [None, None], "they waited for it"


@pytest.mark.parametrize("cut_off", ["leader", "other"])
def test_a_worker_that_is_cut_off_from_the_database_loses_nothing(tmp_path: Path, place: str, relay, cut_off: str):
    taker, port = relay
    config = a_config(tmp_path / "bot", place, port)
    with FaultProxy(make_url(place).port or 5432) as proxy:
        through = make_url(place).set(host="127.0.0.1", port=proxy.port).render_as_string(False)
        with two_workers(config, *((through, place) if cut_off == "leader" else (place, through))) as workers:
            until(lambda: len(taker.got) >= 10)
            proxy.always = Fault()
            proxy.cut()
            all_have_theirs(taker, place)
            proxy.always = None
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            assert [worker.wait(60) for worker in workers] == [0, 0]


def test_fault_66_a_message_that_is_offered_twice_is_sent_once(place: str):
    with Store.open(place, now=NOW) as store:
        store.queue([an_edition(targets=("folder:a", "folder:b"))], NOW)
        keys = store.due_keys(NOW, 10, probe_after=timedelta(hours=1))
        assert len(keys) == 2
        lease = timedelta(minutes=1)
        assert [one.key for one in store.claim(NOW, lease=lease, limit=9, among=keys[:1])] == keys[:1]
        assert store.claim(NOW, lease=lease, limit=9, among=keys[:1]) == []
        store.pause("folder", "why", NOW)
        assert store.due_keys(NOW, 10, probe_after=timedelta(hours=1)) == []
        assert store.due_keys(NOW + timedelta(hours=2), 10, probe_after=timedelta(hours=1)) == keys[1:]


def test_a_worker_that_stays_knows_who_died_and_takes_itself_for_alive(place: str):
    with Store.open(place, now=NOW) as one, Store.open(place, now=NOW) as other:
        one.queue([an_edition(targets=("folder:a", "folder:b", "folder:c"))], NOW)
        lease = timedelta(hours=1)
        with one.staying(NOW) as known:
            assert known()
            with other.staying(NOW), one.delivering(NOW) as doubtful:
                assert doubtful == ()
                one.claim(NOW, lease=lease, limit=1)
                with one.delivering(NOW):
                    pass
                one.claim(NOW, lease=lease, limit=1)
                (theirs,) = other.claim(NOW, lease=lease, limit=1)
                assert one.sweep(NOW) == other.sweep(NOW) == [], "both live"
            assert [found.key for found in one.sweep(NOW)] == [theirs.key]
            with postgres_session(place) as session:
                session.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                    " WHERE locktype = 'advisory' AND datname = current_database() AND pid <> pg_backend_pid()"
                    " AND objid = %s",
                    (one._sender,),
                )
            until(lambda: not known())


def test_few_profiles_come_in_small_chunks_so_that_every_worker_gets_some():
    assert [chunk_size(due, 200) for due in (1, 100, 400, 3_200, 100_000)] == [10, 10, 25, 200, 200]


def test_all_workers_keep_one_pace(store_url: str):
    waited: list[float] = []
    with Store.open(store_url, now=NOW) as one, Store.open(store_url, now=NOW) as two:
        paces = [SharedPace(store, "slack", 1.0, 2, wait=waited.append, clock=lambda: NOW) for store in (one, two)]
        for n in range(6):
            paces[n % 2].turn("C1")
        paces[0].turn("C2")
    assert waited == [1.0, 2.0, 3.0, 4.0], "a burst of two, then one a second, whoever asks"
