"""The log: one line per fact on standard error, as text or JSON, without secrets and without the libraries' chatter."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from digest.cli.secrets import hide

_CHATTER = ("apscheduler", "httpx", "httpcore", "slack_sdk", "digest.slack_sdk", "watchfiles", "asyncio", "urllib3")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+-,;()<>&%#*~$")
_FRAMES = 6


def start(form: str) -> None:
    """Log to standard error from now on; what libraries warn of comes in the same form."""
    render = _as_json if form == "json" else _as_text
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _in_one_line,
            _without_secrets,
            render,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Foreign()]
    root.setLevel(logging.WARNING)
    for name in _CHATTER:
        logging.getLogger(name).setLevel(logging.ERROR)


def tell(what: str, facts: Mapping[str, object], *, bad: bool = False) -> None:
    """Log one fact of a pass."""
    log = structlog.get_logger("digest")
    (log.warning if bad else log.info)(what, **facts)


class _Foreign(logging.Handler):
    """What a library logs, in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        log.log(record.levelno, record.getMessage(), library=record.name, exc_info=record.exc_info)


def _in_one_line(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as what it says and where it came from, innermost first: no values of variables, no source."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__name__}: {error}"
        frames = reversed(traceback.extract_tb(error.__traceback__))
        event["at"] = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in list(frames)[:_FRAMES])
    return event


def _without_secrets(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: hide(value) if isinstance(value, str) else value for key, value in event.items()}


def _as_json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    first = {key: event.pop(key) for key in ("timestamp", "level", "event")}
    return hide(json.dumps({**first, **event}, ensure_ascii=False, default=str))


def _as_text(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    at, level, what = event.pop("timestamp"), event.pop("level"), " ".join(str(event.pop("event")).split())
    facts = " ".join(f"{key}={_word(value)}" for key, value in event.items() if value not in ("", None))
    return hide(f"{at[:19]}Z {level:7} {what}{'  ' if facts else ''}{facts}")


def _word(value: object) -> str:
    text = str(value)
    return text if text and set(text) <= _PLAIN else json.dumps(text, ensure_ascii=False)
