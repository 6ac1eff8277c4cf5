"""The drop folder, and dumps that a person names: what is taken, what waits, what is refused by name."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from digest import sources
from digest.errors import DumpRefused, SourceFailed
from digest.model import RawDump, SourceSettings
from digest.sources import folder as folder_module

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def dumps(path: Path, known: dict[str, str] | None = None, pattern: str = "*", **more: int) -> list:
    source = sources.open_source(SourceSettings("folder", "drop", path, pattern), **more)
    assert source.name == "drop"
    return list(source.dumps(NOW, known or {}))


def test_files_come_sorted_and_hidden_or_unfinished_ones_are_left_alone(tmp_path):
    for name in ("b.txt", "a.md", ".hidden", "c.txt.part", "d.tmp", "e.txt~", "~$f.txt", "#g#", "h.crdownload"):
        (tmp_path / name).write_text("text")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "z.txt").write_text("text")
    assert [Path(one.where).name for one in dumps(tmp_path)] == ["a.md", "b.txt"]
    assert [Path(one.where).name for one in dumps(tmp_path, pattern="**/*.txt")] == ["b.txt", "z.txt"]


def test_a_file_whose_stamp_is_known_is_not_read_again(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one")
    (first,) = dumps(tmp_path)
    assert isinstance(first, RawDump)
    assert (first.content, first.source) == (b"one", "drop")
    known = {first.where: first.stamp}
    path.chmod(0)
    assert dumps(tmp_path, known) == []
    path.chmod(0o600)
    path.write_text("other")
    assert [one.content for one in dumps(tmp_path, known)] == [b"other"]


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_pass(tmp_path):
    path = tmp_path / "pipe.txt"
    path.write_text("begun")

    class Growing(type(path)):  # type: ignore[misc]
        def open(self, *args, **more):
            with path.open("a") as file:
                file.write(" and more")
            return path.open(*args, **more)

    content, stamp = folder_module.read_settled(Growing(path), 1000)
    assert (content, stamp) == (b"begun and more", None)
    assert folder_module.read_settled(path, 1000)[1] is not None


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_taken(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "real.txt").write_text("text")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "in.txt").symlink_to(folder / "real.txt")
    (folder / "nowhere.txt").symlink_to(folder / "gone")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    found = {Path(one.where).name: one for one in dumps(folder)}
    assert {name for name, one in found.items() if isinstance(one, RawDump)} == {"in.txt", "real.txt"}
    assert "leads out of the folder" in found["out.txt"].why
    assert "cannot be read" in found["nowhere.txt"].why
    assert "cannot be read" in found["loop.txt"].why


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything: be somebody else for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_file_that_may_not_be_read_is_refused_by_name(nobody):
    with tempfile.TemporaryDirectory() as name:  # pytest's own folder is open to its owner alone
        path = Path(name) / "a.txt"
        path.write_text("text")
        path.chmod(0)
        assert "permission denied" in dumps(Path(name))[0].why


def test_pipes_and_devices_are_no_dumps(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert dumps(tmp_path) == []


def test_a_file_beyond_the_limit_is_refused_and_the_others_are_taken(tmp_path):
    (tmp_path / "a.txt").write_text("x" * 2000)
    (tmp_path / "b.txt").write_text("x")
    large, small = dumps(tmp_path, max_bytes=1000)
    assert isinstance(large, DumpRefused)
    assert isinstance(small, RawDump)


@pytest.mark.parametrize("name", ["gone", "file"])
def test_a_folder_that_is_not_there_fails_the_source_in_one_line(tmp_path, name):
    (tmp_path / "file").write_text("x")
    (failed,) = dumps(tmp_path / name)
    assert isinstance(failed, SourceFailed)
    assert "\n" not in str(failed)


# ---------------------------------------------------------------- what a person names


def test_a_named_file_is_loaded_with_the_day_that_the_caller_states(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    raw = sources.load(str(path), NOW, given_on=date(2024, 6, 4))
    assert (raw.source, raw.content, raw.given_on, raw.fetched_live) == ("file", b"text", date(2024, 6, 4), False)


@pytest.mark.parametrize("where", ["/no/such/file.txt", "/tmp", "bad\0name"])
def test_what_is_no_file_fails_in_one_line(where):
    with pytest.raises(SourceFailed) as failed:
        sources.load(where, NOW)
    assert "\n" not in str(failed.value)


@contextmanager
def server(status: int, body: bytes, headers: dict[str, str] | None = None, pause: float = 0.0) -> Iterator[str]:
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            for start in range(0, len(body), 1000 if not pause else 1):
                try:
                    self.wfile.write(body[start : start + (1000 if not pause else 1)])
                except OSError:
                    return
                if pause and stop.wait(pause):
                    return

        def log_message(self, *_):
            pass

    web = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{web.server_port}/papers"
    finally:
        stop.set()
        web.shutdown()
        web.server_close()
        thread.join()


def test_an_address_is_fetched_live():
    with server(200, b"page") as url:
        raw = sources.load(url, NOW)
    assert (raw.content, raw.fetched_live, raw.where) == (b"page", True, url)


@pytest.mark.parametrize(("status", "said"), [(404, "404 Not Found"), (429, "429"), (301, "301"), (500, "500")])
def test_another_answer_than_200_fails_with_the_servers_words(status, said):
    with server(status, b"") as url, pytest.raises(SourceFailed, match=said):
        sources.load(url, NOW)


def test_a_body_beyond_the_limit_is_refused_while_it_comes():
    with server(200, b"x" * 50_000) as url, pytest.raises(DumpRefused, match="limit"):
        sources.load(url, NOW, max_bytes=10_000)


def test_fault_16_a_body_that_trickles_is_given_up_at_the_total_deadline():
    with server(200, b"x" * 1000, pause=0.05) as url, pytest.raises(SourceFailed, match="too slowly"):
        sources.load(url, NOW, deadline=0.3)


def test_compressed_data_that_nobody_asked_for_is_not_unpacked():
    with server(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}) as url, pytest.raises(SourceFailed, match="compressed"):
        sources.load(url, NOW)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://", "http://[::1", "https://exa mple/"])
def test_an_address_that_cannot_be_reached_fails_in_one_line(url):
    with pytest.raises(SourceFailed) as failed:
        sources.load(url, NOW)
    assert "\n" not in str(failed.value)
