"""How long to wait: what a server asks for, and what is decent where it does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_RESET = re.compile(r"(?:^|[;,\s])t=(\d{1,9})(?:$|[;,\s])")
UNSAID = 5.0
"""Seconds, for a server that is busy and names no time."""
LONGEST = 24 * 3600.0


def backoff(attempt: int) -> float:
    """Seconds before the next try: 1, 2, 4, …"""
    return float(2 ** (attempt - 1))


def asked_for(headers: Mapping[str, str]) -> float:
    """Seconds of ``Retry-After`` (a number, or a date measured by the server's own clock) or of ``RateLimit``."""
    named = headers.get("retry-after", "").strip()
    if named.isascii() and named.isdigit():
        return min(float(named[:9]), LONGEST)
    if named and (seconds := _until(named, headers.get("date", ""))) is not None:
        return seconds
    reset = _RESET.search(headers.get("ratelimit", ""))
    return min(float(reset[1]), LONGEST) if reset else UNSAID


def _until(named: str, date: str) -> float | None:
    try:
        seconds = (parsedate_to_datetime(named) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST)


def said(seconds: float) -> str:
    """How a person reads it."""
    if seconds < 120:
        return f"try again in {seconds:.0f} s"
    return f"try again in {seconds / 60:.0f} min"
