"""FAULTS 8 and 9: packed dumps, within limits and never by a path that leads elsewhere."""

from __future__ import annotations

import gzip
import io
import stat
import tracemalloc
import zipfile

import pytest

from digest import sources
from digest.errors import DumpRefused
from digest.model import Looked, RawDump, SourceSettings
from tests.unit.test_folder_source import NOW


def a_zip(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def dumps(path, known=None, **more):
    return list(sources.open_source(SourceSettings("folder", "drop", path), **more).dumps(NOW, known or {}))


def test_what_is_packed_is_taken_and_the_archive_is_not_opened_again(tmp_path):
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"one") + gzip.compress(b" more"))
    (tmp_path / "b.zip").write_bytes(a_zip(("2024-06-04.txt", b"two"), ("__MACOSX/x", b"no"), ("sub/c.txt", b"three")))
    found = dumps(tmp_path)
    taken = [(one.where.removeprefix(f"{tmp_path}/"), one.content) for one in found if isinstance(one, RawDump)]
    assert taken == [("a.json.gz", b"one more"), ("b.zip/2024-06-04.txt", b"two"), ("b.zip/sub/c.txt", b"three")]
    known = {one.where: one.stamp for one in found if isinstance(one, Looked)}
    assert dumps(tmp_path, known) == []


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "a/../../x", "..\\x", "C:\\x"])
def test_fault_9_a_name_that_leads_out_is_refused_and_the_others_are_taken(tmp_path, name):
    (tmp_path / "a.zip").write_bytes(a_zip((name, b"bad"), ("good.txt", b"good")))
    found = dumps(tmp_path)
    assert [one.content for one in found if isinstance(one, RawDump)] == [b"good"]
    (refused,) = [one for one in found if isinstance(one, DumpRefused)]
    assert "leads out of the archive" in refused.why


def test_fault_9_a_link_in_an_archive_is_refused(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "a.zip").write_bytes(a_zip((link, b"/etc/passwd")))
    assert any(isinstance(one, DumpRefused) and one.why == "a link" for one in dumps(tmp_path))


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_fault_8_a_bomb_in_the_folder_stops_at_the_cap(tmp_path, kind):
    zeros = b"\0" * 64_000_000
    bomb = gzip.compress(zeros, 9) * 6 if kind == "gz" else a_zip(*[(f"{n}.txt", zeros) for n in range(6)])
    (tmp_path / f"bomb.{kind}").write_bytes(bomb)
    del zeros
    assert len(bomb) < 450_000
    tracemalloc.start()
    found = dumps(tmp_path, max_bytes=8 * 2**20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert any(isinstance(one, DumpRefused) and "larger than the limit of 8 MB" in one.why for one in found)
    assert not any(isinstance(one, RawDump) for one in found)
    assert peak < 32 * 2**20, f"{peak / 2**20:.0f} MB"


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 nonsense", b"\x1f\x8b\x08nonsense", a_zip(("a", b"x" * 999))[:-30]],
    ids=["zip", "gzip", "cut short"],
)
def test_a_damaged_archive_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    (refused,) = [one for one in dumps(tmp_path) if isinstance(one, DumpRefused)]
    assert "\n" not in str(refused)


def test_an_archive_of_thousands_of_files_is_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(a_zip(*[(f"{n}.txt", b"x") for n in range(1001)]))
    assert "more than 1,000 files" in next(one.why for one in dumps(tmp_path) if isinstance(one, DumpRefused))


def test_a_person_may_name_a_packed_dump(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"text"))
    (tmp_path / "two.zip").write_bytes(a_zip(("a", b"1"), ("b", b"2")))
    assert sources.load(str(tmp_path / "a.txt.gz"), NOW).content == b"text"
    with pytest.raises(DumpRefused, match="several files"):
        sources.load(str(tmp_path / "two.zip"), NOW)
