"""A dropped file is noticed at once, in folders that may come and go."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.sources import watching

PATIENCE = 20
"""Seconds that a busy machine may take to notice."""


@contextmanager
def watched(*folders: Path) -> Iterator[threading.Event]:
    stop, woken = threading.Event(), threading.Event()
    thread = threading.Thread(target=watching.watch_folders, args=(folders, stop, woken.set))
    thread.start()
    try:
        yield woken
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(watching, "AGAIN", 0.2)  # five seconds between two looks would only make the tests slow


def until_noticed(woken: threading.Event, act) -> None:
    """Do *act* until it is noticed: the watch may not have begun yet."""
    for number in range(PATIENCE):
        act(number)
        if woken.wait(1.0):
            return
    raise AssertionError("it was not noticed")


def test_a_dropped_file_and_a_changed_one_are_noticed(tmp_path):
    with watched(tmp_path) as woken:
        until_noticed(woken, lambda n: (tmp_path / f"{n}.txt").write_text("words"))
        woken.clear()
        until_noticed(woken, lambda n: (tmp_path / "0.txt").write_text(f"other words {n}"))


def test_a_folder_that_comes_and_goes_is_noticed(tmp_path):
    drop = tmp_path / "drop"
    with watched(drop) as woken:
        assert not woken.wait(0.5)
        drop.mkdir()
        assert woken.wait(PATIENCE)
        woken.clear()
        shutil.rmtree(drop)
        assert woken.wait(PATIENCE)
        woken.clear()
        drop.mkdir()
        until_noticed(woken, lambda n: (drop / f"{n}.txt").write_text("words"))


def test_only_the_service_loads_what_watches():
    code = "import sys, digest.sources, digest.pipeline, digest.service; print('watchfiles' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
