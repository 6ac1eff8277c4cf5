"""The log: one line per fact in either form, whatever is logged by whom."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import logging, sys
from digest.cli import logs, secrets
secrets._known.add("hunter2-Secret")
logs.start(sys.argv[1])
logs.tell("dump", {"where": "a b.txt", "new": 3, "said": "250 ok\\nhunter2-Secret"})
logging.getLogger("apscheduler.scheduler").warning("missed by a second")
logging.getLogger("httpx").info("HTTP Request: POST https://ping.example.org/id")
logging.getLogger("slack_sdk.web").debug("token xoxb-123-abc")
logging.getLogger("somelib").warning("odd: %s", "http://ada:pass@host/x")
def inner(password):
    raise RuntimeError("refused hunter2-Secret\\nsecond line")
try:
    inner("hunter2-Secret")
except RuntimeError:
    import structlog
    structlog.get_logger("digest.service").exception("a pass failed")
"""


@pytest.fixture(params=["json", "text"])
def logged(request: pytest.FixtureRequest) -> tuple[str, list[str]]:
    argv = [sys.executable, "-c", SCRIPT, request.param]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return request.param, done.stderr.splitlines()


def test_a_fact_is_a_line_and_libraries_are_quiet(logged: tuple[str, list[str]]):
    form, lines = logged
    assert len(lines) == 3, lines
    if form == "json":
        read = [json.loads(line) for line in lines]
        assert [one["event"] for one in read] == ["dump", "odd: http://***@host/x", "a pass failed"]
        assert [one["level"] for one in read] == ["info", "warning", "error"]
        assert (read[0]["where"], read[0]["new"]) == ("a b.txt", 3)
        assert read[0]["timestamp"].endswith("Z")
        assert read[2]["at"].startswith("<string>:")
    else:
        assert 'info    dump  where="a b.txt" new=3 said="250 ok\\n***"' in lines[0]
        assert 'error="RuntimeError: refused ***\\nsecond line"' in lines[2]


def test_fault_69_no_line_holds_a_secret(logged: tuple[str, list[str]]):
    text = "\n".join(logged[1])
    for secret in ("hunter2", "ada:pass", "xoxb-123"):
        assert secret not in text
