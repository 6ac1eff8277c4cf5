"""A PostgreSQL server of one's own, for what the one that everybody uses must not suffer: to be stopped and started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.stores import postgres_session

USER = "postgres"


class Server:
    """A server in *folder* on a port of its own; *pid* is its first process."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self._folder, self._bin = folder, bin_
        self._user = USER if os.geteuid() == 0 else None  # PostgreSQL refuses to be run by root
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port: int = sock.getsockname()[1]
        self.url = f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/postgres"
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-A", "trust", "-U", USER, "-D", folder / "data").wait()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        place = ("-D", self._folder / "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", self._folder)
        self._process = self._run("postgres", *place, "-c", "shared_buffers=256MB")
        while True:
            try:
                postgres_session(self.url).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, "it does not start"
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self._process.pid

    def _run(self, program: str, *argv: str | Path) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        command = [self._bin / program, *argv]
        return subprocess.Popen(command, user=self._user, cwd=self._folder, stdout=quiet, stderr=quiet)


def programs() -> Path | None:
    """Where the newest PostgreSQL of this machine has its programs (as Debian has them, else in the PATH)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    beside = shutil.which("initdb")
    return found[-1] if found else Path(beside).parent if beside else None


@contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    """Start one in the empty *folder*, which its user must be able to reach."""
    bin_ = programs()
    assert bin_ is not None, "needs PostgreSQL's own programs (Debian: postgresql)"
    server = Server(folder, bin_)
    try:
        yield server
    finally:
        server.stop()
