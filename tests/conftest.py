"""What every test may use; anything more particular lives beside its tests."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.minilm import sentence_model

# Machines that run these tests may be busy: a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real dumps and labelled sets kept beside the project; never skipped in CI."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the shared data at {SHARED}")
        pytest.skip(f"the shared data is not at {SHARED}")
    return SHARED


def _a_store_url(kind: str, folder: Path) -> Iterator[str]:
    if kind == "postgresql":
        from tests.stores import a_postgres_url

        with a_postgres_url() as url:
            yield url
    else:
        yield "sqlite://" if kind == "memory" else f"sqlite:///{folder}/digest.db"


@pytest.fixture(params=["file", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store may be that several processes open: an SQLite file, a PostgreSQL schema (tests/stores.py)."""
    yield from _a_store_url(request.param, tmp_path)


@pytest.fixture(params=["file", "memory", "postgresql"])
def any_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """As `store_url`, and in memory too."""
    yield from _a_store_url(request.param, tmp_path)


@pytest.fixture(scope="session")
def minilm(request: pytest.FixtureRequest) -> Path:
    """The folder of a small real sentence model, made once and kept beside pytest's own cache; never skipped in CI."""
    assert request.config.cache is not None
    return sentence_model(request.config.cache.mkdir("minilm"))


class NetworkRefusedError(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Make every socket that leaves this machine fail, so that no test can reach the network."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def allowed(sock: socket.socket, address: object) -> bool:
        if sock.family == socket.AF_UNIX:
            return True
        host = str(address[0]) if isinstance(address, tuple) else ""
        return host in {"localhost", "::1", "0.0.0.0", ""} or host.startswith("127.")  # noqa: S104 a name, not a bind

    def guarded(sock: socket.socket, address: object) -> None:
        if not allowed(sock, address):
            raise NetworkRefusedError(f"a test tried to connect to {address}")
        connect(sock, address)  # type: ignore[arg-type]

    def guarded_ex(sock: socket.socket, address: object) -> int:
        if not allowed(sock, address):
            raise NetworkRefusedError(f"a test tried to connect to {address}")
        return connect_ex(sock, address)  # type: ignore[arg-type]

    socket.socket.connect, socket.socket.connect_ex = guarded, guarded_ex  # type: ignore[method-assign]
    yield
    socket.socket.connect, socket.socket.connect_ex = connect, connect_ex  # type: ignore[method-assign]
